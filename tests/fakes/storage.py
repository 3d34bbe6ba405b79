"""Tables and blobs in memory, held to the real ones by tests/contract."""

import itertools
from collections.abc import Mapping, Sequence

from imagescan.ports import Row, Value


class FakeTable:
    """See `Table`."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Row] = {}
        self._versions = itertools.count()

    def insert(self, partition: str, key: str, values: Mapping[str, Value]) -> bool:
        if (partition, key) in self._rows:
            return False
        self.put(partition, key, values)
        return True

    def get(self, partition: str, key: str) -> Row | None:
        return self._rows.get((partition, key))

    def replace(self, row: Row, values: Mapping[str, Value]) -> bool:
        current = self.get(row.partition, row.key)
        if current is None or current.etag != row.etag:
            return False
        self.put(row.partition, row.key, values)
        return True

    def put(self, partition: str, key: str, values: Mapping[str, Value]) -> None:
        etag = str(next(self._versions))
        self._rows[partition, key] = Row(partition, key, dict(values), etag)

    def put_many(self, partition: str, rows: Sequence[tuple[str, Mapping[str, Value]]]) -> None:
        for key, values in rows:
            self.put(partition, key, values)

    def delete(self, row: Row) -> bool:
        current = self.get(row.partition, row.key)
        if current is not None and current.etag != row.etag:
            return False
        self._rows.pop((row.partition, row.key), None)
        return True

    def query(
        self,
        partition: str,
        *,
        where: Mapping[str, Value] | None = None,
        after: str | None = None,
        limit: int = 1000,
    ) -> list[Row]:
        found = [
            row
            for (of, key), row in sorted(self._rows.items(), key=lambda item: item[0])
            if of == partition
            and (after is None or key > after)
            and all(row.values.get(name) == value for name, value in (where or {}).items())
        ]
        return found[:limit]


class FakeBlobs:
    """See `Blobs`."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}

    def put(self, name: str, content: bytes) -> None:
        self.content[name] = content

    def get(self, name: str) -> bytes | None:
        return self.content.get(name)
