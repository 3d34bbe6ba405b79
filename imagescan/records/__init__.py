"""What the app remembers, one module per table; keys are hashed wherever they come from outside."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from imagescan.errors import TransientError
from imagescan.ports import Row, Table, Value


def hashed(text: str) -> str:
    """A key for any text: table keys may not hold / \\ # ? or control characters."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def time_of(row: Row) -> datetime:
    """The `asOf` of a row: of when it tells."""
    moment = row.values["asOf"]
    assert isinstance(moment, datetime)
    return moment


def put_newer(
    table: Table, partition: str, key: str, as_of: datetime, values: Mapping[str, Value]
) -> None:
    """Write a row that tells of that time, unless there is one of the same time or a later one."""
    columns = {**values, "asOf": as_of}
    for _ in range(5):
        row = table.get(partition, key)
        if row is None:
            if table.insert(partition, key, columns):
                return
        elif time_of(row) >= as_of or table.replace(row, columns):
            return
    raise TransientError("A row is being changed by many at once.")


def oldest_first(moment: datetime, name: str) -> str:
    """A key that sorts by time; `name` has to be a legal part of a key."""
    return f"{int(moment.timestamp() * 1_000_000):018d}-{name}"
