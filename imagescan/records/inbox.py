"""The inbox: every accepted request, before anything is done about it.

A trigger inserts the row, starts the orchestration, then marks the row started. Whatever dies in
between, a timer starts what was accepted and not started; a conflict at the insert is a duplicate.
Requests are kept for good, so that an event that comes again is known: those that wait are listed
in a partition of their own, or the timer would read through all there ever were.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from imagescan.ports import Row, Table, Value
from imagescan.records import hashed

PARTITION = "inbox"
WAITING = "waiting"
ACCEPTED, STARTED = "accepted", "started"
RESTART_AFTER = timedelta(minutes=2)
# Far beyond any function's run: its second row does not come any more.
MAY_BE_ACCEPTED_FOR = timedelta(days=1)
LOOKED_AT = 1000


@dataclass(frozen=True)
class Accepted:
    """A request: which orchestration it starts, under which id, with which input."""

    key: str
    orchestrator: str
    instance_id: str
    input: Mapping[str, Any]


@dataclass(frozen=True)
class Starter:
    """The orchestration of a request, and whether it was started yet."""

    instance_id: str
    is_started: bool


def key_of_event(event_id: str) -> str:
    """The key of a deployment that an event told of."""
    return f"event/{event_id}"


def key_of_scan(scan_id: str) -> str:
    """The key of a scan that was asked for by itself."""
    return f"scan/{scan_id}"


class Inbox:
    """Requests by their key from outside (an event's id, a request's scan id)."""

    def __init__(self, table: Table) -> None:
        """Keep requests in this table."""
        self._table = table

    def accept(self, request: Accepted, now: datetime) -> bool:
        """Write the request down; False when the same key was accepted before.

        It is listed as waiting first: what was never accepted may be listed, but nothing that was
        is missing.
        """
        key = hashed(request.key)
        self._table.insert(WAITING, key, {"since": now})
        row: dict[str, Value] = {
            "state": ACCEPTED,
            "orchestrator": request.orchestrator,
            "instanceId": request.instance_id,
            "input": json.dumps(dict(request.input)),
            "key": request.key[:1024],
            "acceptedAt": now,
        }
        return self._table.insert(PARTITION, key, row)

    def mark_started(self, key: str) -> None:
        """Note that the orchestration exists; may be repeated."""
        row = self._table.get(PARTITION, hashed(key))
        if row is not None and row.values["state"] == ACCEPTED:
            self._table.replace(row, {**row.values, "state": STARTED})
        waiting = self._table.get(WAITING, hashed(key))
        if waiting is not None:
            self._table.delete(waiting)

    def starter(self, key: str) -> Starter | None:
        """The orchestration that a request starts; None where there is no such request."""
        row = self._table.get(PARTITION, hashed(key))
        if row is None:
            return None
        return Starter(str(row.values["instanceId"]), row.values["state"] == STARTED)

    def left_behind(self, now: datetime) -> list[Accepted]:
        """Requests that were accepted over two minutes ago and never marked started."""
        listed = self._table.query(WAITING, limit=LOOKED_AT)
        rows = [self._accepted_row(row, now) for row in listed if _since(row) < now - RESTART_AFTER]
        return [_accepted(row) for row in rows if row is not None]

    def _accepted_row(self, waiting: Row, now: datetime) -> Row | None:
        """The request that was listed; what waits no more is taken off the list."""
        row = self._table.get(PARTITION, waiting.key)
        if row is not None and row.values["state"] == ACCEPTED:
            return row
        if row is not None or _since(waiting) < now - MAY_BE_ACCEPTED_FOR:
            self._table.delete(waiting)
        return None


def _since(waiting: Row) -> datetime:
    moment = waiting.values["since"]
    assert isinstance(moment, datetime)
    return moment


def _accepted(row: Row) -> Accepted:
    values = row.values
    return Accepted(
        key=str(values["key"]),
        orchestrator=str(values["orchestrator"]),
        instance_id=str(values["instanceId"]),
        input=json.loads(str(values["input"])),
    )
