"""Tables and blobs in memory that take time, fail and forget to answer."""

from collections.abc import Mapping, Sequence

from imagescan.ports import Row, TableName, Value
from tests.fakes.storage import FakeBlobs, FakeTable
from tests.simulation.outside import Requests


class SlowTable:
    """See `Table`; the rows are those of a fake that is held to Azurite."""

    def __init__(self, name: TableName, requests: Requests) -> None:
        self.rows = FakeTable()
        self._name, self._requests = name.value, requests

    def insert(self, partition: str, key: str, values: Mapping[str, Value]) -> bool:
        def act() -> bool:
            return self.rows.insert(partition, key, values)

        return self._requests.make("table", f"insert {self._name}", act, conflict=False)

    def get(self, partition: str, key: str) -> Row | None:
        def act() -> Row | None:
            return self.rows.get(partition, key)

        return self._requests.make("table", f"get {self._name}", act)

    def replace(self, row: Row, values: Mapping[str, Value]) -> bool:
        def act() -> bool:
            return self.rows.replace(row, values)

        return self._requests.make("table", f"replace {self._name}", act, conflict=False)

    def put(self, partition: str, key: str, values: Mapping[str, Value]) -> None:
        def act() -> None:
            self.rows.put(partition, key, values)

        self._requests.make("table", f"put {self._name}", act)

    def put_many(self, partition: str, rows: Sequence[tuple[str, Mapping[str, Value]]]) -> None:
        """A batch of 100 is atomic, all of them are not."""
        for start in range(0, len(rows), 100):
            batch = rows[start : start + 100]

            def act(batch: Sequence[tuple[str, Mapping[str, Value]]] = batch) -> None:
                self.rows.put_many(partition, batch)

            self._requests.make("table", f"put many {self._name}", act)

    def delete(self, row: Row) -> bool:
        def act() -> bool:
            return self.rows.delete(row)

        return self._requests.make("table", f"delete {self._name}", act)

    def query(
        self,
        partition: str,
        *,
        where: Mapping[str, Value] | None = None,
        after: str | None = None,
        limit: int = 1000,
    ) -> list[Row]:
        def act() -> list[Row]:
            return self.rows.query(partition, where=where, after=after, limit=limit)

        return self._requests.make("table", f"query {self._name}", act)


class SlowBlobs:
    """See `Blobs`."""

    def __init__(self, requests: Requests) -> None:
        self.kept = FakeBlobs()
        self._requests = requests

    def put(self, name: str, content: bytes) -> None:
        self._requests.make("blob", "put blob", lambda: self.kept.put(name, content))

    def get(self, name: str) -> bytes | None:
        return self._requests.make("blob", "get blob", lambda: self.kept.get(name))
