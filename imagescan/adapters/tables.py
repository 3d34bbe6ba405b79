"""Tables on Azure Table Storage."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.data.tables import EdmType, EntityProperty, TableClient, TableServiceClient, UpdateMode

from imagescan.adapters.azure_errors import transient_errors
from imagescan.adapters.storage_access import open_service
from imagescan.ports import Row, Value

BATCH = 100  # the most that Azure takes in one transaction
_SMALL = 2**31


class AzureTable:
    """One table; it is created when it is first used."""

    def __init__(self, name: str, account_name: str | None, connection_string: str | None) -> None:
        """Nothing is contacted yet."""
        self._name = name
        self._account = (account_name, connection_string)

    @cached_property
    def _table(self) -> TableClient:
        service = open_service(TableServiceClient, "table", *self._account)
        with transient_errors(f"creating table {self._name}"):
            table: TableClient = service.create_table_if_not_exists(self._name)
        return table

    def insert(self, partition: str, key: str, values: Mapping[str, Value]) -> bool:
        """See `Table.insert`."""
        with transient_errors(f"inserting into {self._name}"):
            try:
                self._table.create_entity(_entity(partition, key, values))
            except ResourceExistsError:
                return False
        return True

    def get(self, partition: str, key: str) -> Row | None:
        """See `Table.get`."""
        with transient_errors(f"reading {self._name}"):
            try:
                return _row(self._table.get_entity(partition, key))
            except ResourceNotFoundError:
                return None

    def replace(self, row: Row, values: Mapping[str, Value]) -> bool:
        """See `Table.replace`."""
        with transient_errors(f"replacing in {self._name}"):
            try:
                self._table.update_entity(
                    _entity(row.partition, row.key, values),
                    mode=UpdateMode.REPLACE,
                    etag=row.etag,
                    match_condition=MatchConditions.IfNotModified,
                )
            except (ResourceModifiedError, ResourceNotFoundError):
                return False
        return True

    def put(self, partition: str, key: str, values: Mapping[str, Value]) -> None:
        """See `Table.put`."""
        with transient_errors(f"writing {self._name}"):
            self._table.upsert_entity(_entity(partition, key, values), mode=UpdateMode.REPLACE)

    def put_many(self, partition: str, rows: Sequence[tuple[str, Mapping[str, Value]]]) -> None:
        """See `Table.put_many`."""
        for start in range(0, len(rows), BATCH):
            operations = [
                ("upsert", _entity(partition, key, values), {"mode": UpdateMode.REPLACE})
                for key, values in rows[start : start + BATCH]
            ]
            with transient_errors(f"writing {self._name}"):
                self._table.submit_transaction(operations)

    def delete(self, row: Row) -> bool:
        """See `Table.delete`."""
        with transient_errors(f"deleting from {self._name}"):
            try:
                self._table.delete_entity(
                    row.partition,
                    row.key,
                    etag=row.etag,
                    match_condition=MatchConditions.IfNotModified,
                )
            except ResourceNotFoundError:
                return True
            except HttpResponseError as error:
                if error.status_code == 412:  # noqa: PLR2004  # precondition failed
                    return False
                raise
        return True

    def query(
        self,
        partition: str,
        *,
        where: Mapping[str, Value] | None = None,
        after: str | None = None,
        limit: int = 1000,
    ) -> list[Row]:
        """See `Table.query`; values go in as parameters, never into the filter's text."""
        conditions, parameters = ["PartitionKey eq @partition"], {"partition": partition}
        if after is not None:
            conditions.append("RowKey gt @after")
            parameters["after"] = after
        for number, (column, value) in enumerate((where or {}).items()):
            conditions.append(f"{column} eq @value{number}")
            parameters[f"value{number}"] = _property(value)
        rows: list[Row] = []
        with transient_errors(f"querying {self._name}"):
            found = self._table.query_entities(
                " and ".join(conditions), parameters=parameters, results_per_page=min(limit, 1000)
            )
            for entity in found:
                rows.append(_row(entity))
                if len(rows) == limit:
                    break
        return rows


def _entity(partition: str, key: str, values: Mapping[str, Value]) -> dict[str, Any]:
    columns = {name: _property(value) for name, value in values.items()}
    return {**columns, "PartitionKey": partition, "RowKey": key}


def _property(value: Value) -> Any:
    """Whole numbers beyond 32 bits have to say their type."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _SMALL:
        return EntityProperty(value, EdmType.INT64)
    return value


def _row(entity: Any) -> Row:
    values = {
        name: _value(value)
        for name, value in entity.items()
        if name not in ("PartitionKey", "RowKey")
    }
    return Row(entity["PartitionKey"], entity["RowKey"], values, entity.metadata["etag"])


def _value(value: Any) -> Value:
    if isinstance(value, datetime):
        # The SDK gives its own subclass, which keeps the service's spelling beside the time.
        moment = value.astimezone(UTC)
        return datetime.fromtimestamp(moment.timestamp(), UTC).replace(
            microsecond=moment.microsecond
        )
    plain: Value = value.value if isinstance(value, EntityProperty) else value
    return plain
