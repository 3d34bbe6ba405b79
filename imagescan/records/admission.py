"""The region's gate for container groups: one row, changed under its etag."""

import json
from collections.abc import Callable
from datetime import datetime

from imagescan.admission import Gate, Holder, Wait, Waiter, admit, begin_create, begin_delete
from imagescan.errors import TransientError
from imagescan.ports import Row, Table, Value

PARTITION, ROW = "admission", "region"
MOST_TRIES = 10  # every scan of the region changes this row
Change = Callable[[Gate], tuple[Gate, Wait | None]]


class Admission:
    """Slots and requests of one region; see `imagescan.admission`. Every method may be repeated."""

    def __init__(self, table: Table, slots: int) -> None:
        """Keep the gate in this table, with so many slots."""
        self._table, self._slots = table, slots

    def admit(self, group: str, priority: int, now: datetime) -> Wait | None:
        """A slot for the group (None), or how long to wait for it."""
        return self._change(lambda gate: admit(gate, group, priority, _epoch(now), self._slots))

    def begin_create(self, group: str, now: datetime) -> Wait | None:
        """Count a request to create the group (None), or how long to wait with it."""
        return self._change(lambda gate: begin_create(gate, group, _epoch(now), self._slots))

    def begin_delete(self, now: datetime) -> Wait | None:
        """Count a request to delete a group (None), or how long to wait with it."""
        return self._change(lambda gate: begin_delete(gate, _epoch(now)))

    def close_for(self, seconds: int, now: datetime) -> None:
        """Let nobody in for a while: Azure has no room."""
        self._change(lambda gate: (gate.closed_for(seconds, _epoch(now)), None))

    def free(self, *groups: str) -> None:
        """Give back the slots of groups that are confirmed gone, or that never will be."""
        self._change(lambda gate: (gate.without(groups), None))

    def doubtful_holders(self, now: datetime) -> list[str]:
        """Groups that hold a slot for so long that the ledger has to know them."""
        row = self._table.get(PARTITION, ROW)
        return [] if row is None else _gate(row).doubtful_holders(_epoch(now))

    def _change(self, change: Change) -> Wait | None:
        for _ in range(MOST_TRIES):
            row = self._table.get(PARTITION, ROW)
            before = Gate() if row is None else _gate(row)
            after, wait = change(before)
            if row is not None and after == before:
                return wait
            values = _values(after)
            if row is None and self._table.insert(PARTITION, ROW, values):
                return wait
            if row is not None and self._table.replace(row, values):
                return wait
        raise TransientError("The admission of scans is being changed by many at once.")


def _epoch(now: datetime) -> int:
    return int(now.timestamp())


def _values(gate: Gate) -> dict[str, Value]:
    """Short texts: a column holds 32,000 characters."""
    holders = {group: [one.since, int(one.has_created)] for group, one in gate.holders.items()}
    waiters = {
        group: [one.priority, one.since, one.asks_again_at] for group, one in gate.waiters.items()
    }
    return {
        "holders": _compact(holders),
        "waiters": _compact(waiters),
        "creates": _compact(list(gate.creates)),
        "deletes": _compact(list(gate.deletes)),
        "closedUntil": gate.closed_until,
    }


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _gate(row: Row) -> Gate:
    told = {name: json.loads(str(row.values[name])) for name in _LISTS}
    return Gate(
        holders={
            group: Holder(since, bool(begun)) for group, (since, begun) in told["holders"].items()
        },
        waiters={group: Waiter(*waiter) for group, waiter in told["waiters"].items()},
        creates=told["creates"],
        deletes=told["deletes"],
        closed_until=int(str(row.values["closedUntil"])),
    )


_LISTS = ("holders", "waiters", "creates", "deletes")
