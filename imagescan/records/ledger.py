"""The ledger: every container group that the app ever meant to create, and what became of it.

`intended` is written before the create is asked for, `gone` only after a GET answered 404. So a
group that exists is always known here, and what is not `gone` still needs somebody.

What is open stands in a partition of its own as well, oldest first, so that looking for it does
not go through all that ever was. Its row is written before the entry and removed after the entry
is closed: there may be one too many, never one too few.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count, takewhile

from imagescan.container_group.name import group_name
from imagescan.cost import Usage
from imagescan.errors import TransientError
from imagescan.ports import Row, Table, Value
from imagescan.records import oldest_first
from imagescan.scan.request import Attempt

PARTITION, OPEN = "group", "open"
PAGE = 1000
# A step that stands between the two rows of an intent is ended long before.
WRITTEN_WITHIN = timedelta(hours=1)
LONGEST_TIMEOUT_SECONDS = 86_400  # of SCAN_TIMEOUT


class GroupEntry(StrEnum):
    """The states of a ledger entry."""

    INTENDED = "intended"
    CREATED = "created"
    DELETED = "deleted"
    GONE = "gone"


_ORDER = list(GroupEntry)


@dataclass(frozen=True)
class LedgerEntry:
    """What became of one group, with the times at which it was first known.

    `usage` is what Azure told of its run; None where it never did.
    """

    attempt: Attempt
    state: GroupEntry
    timeout_seconds: int
    intended_at: datetime
    created_at: datetime | None = None
    deleted_at: datetime | None = None
    gone_at: datetime | None = None
    usage: Usage | None = None

    @property
    def is_open(self) -> bool:
        """Whether the group may exist."""
        return self.state is not GroupEntry.GONE


class Ledger:
    """Entries by the group's name; a state never goes back."""

    def __init__(self, table: Table) -> None:
        """Keep entries in this table."""
        self._table = table

    def intend(
        self, attempt: Attempt, now: datetime, timeout_seconds: int = LONGEST_TIMEOUT_SECONDS
    ) -> None:
        """Arm the compensation: from now on this group is the app's to delete. May be repeated.

        `timeout_seconds` is how long its scanner may take.
        """
        if self._table.get(PARTITION, attempt.group) is not None:
            return
        values: dict[str, Value] = {
            "state": GroupEntry.INTENDED.value,
            "scanId": attempt.scan_id,
            "image": attempt.image,
            "claimKey": attempt.claimed or "",
            "attempt": attempt.number,
            "timeoutSeconds": timeout_seconds,
            "intendedAt": now,
        }
        listed: dict[str, Value] = {"scanId": attempt.scan_id, "group": attempt.group}
        self._table.put(OPEN, oldest_first(now, attempt.group), {**listed, "intendedAt": now})
        self._table.insert(PARTITION, attempt.group, values)

    def note(self, group: str, state: GroupEntry, now: datetime) -> None:
        """Write down how far the group has come; an earlier state changes nothing."""

        def stamped(row: Row) -> dict[str, Value]:
            known = GroupEntry(str(row.values["state"]))
            if _ORDER.index(known) >= _ORDER.index(state):
                return {}
            return {"state": state.value, f"{state.value}At": now}

        row = self._change(group, stamped)
        if row is not None and state is GroupEntry.GONE:
            self._take_off(oldest_first(_time(row, "intendedAt"), group))

    def note_usage(self, group: str, seen: Usage) -> None:
        """Write down what Azure told of the group's run, beside what it told before."""

        def used(row: Row) -> dict[str, Value]:
            known = _usage(row)
            if known and seen.stopped_at and seen.stopped_at == known.stopped_at:
                return {}
            usage = known.then(seen) if known else seen
            return {"usage": json.dumps(usage.to_dict())}

        self._change(group, used)

    def _change(self, group: str, changed: Callable[[Row], dict[str, Value]]) -> Row | None:
        """Set columns under an etag; None, and nothing is written, where there are none to set."""
        for _ in range(5):
            row = self._table.get(PARTITION, group)
            if row is None:
                raise TransientError(f"The ledger does not know {group} yet.")
            columns = changed(row)
            if not columns:
                return None
            if self._table.replace(row, {**row.values, **columns}):
                return row
        raise TransientError(f"The ledger entry of {group} is being changed by many at once.")

    def state_of(self, group: str) -> GroupEntry | None:
        """How far the group has come; None where no such group was ever meant."""
        entry = self.entry(group)
        return None if entry is None else entry.state

    def knows(self, group: str) -> bool:
        """Whether the app ever meant to create a group of this name."""
        return self.entry(group) is not None

    def entry(self, group: str) -> LedgerEntry | None:
        """What is known of the group of this name, in any case; None where it was never meant."""
        row = self._table.get(PARTITION, group.lower())
        return None if row is None else _entry(row)

    def entries_of(self, scan_id: str, image: str) -> list[LedgerEntry]:
        """All groups of a scan, by attempt: their names follow from the scan."""
        found = (self.entry(group_name(scan_id, number, image)) for number in count(1))
        return [entry for entry in takewhile(lambda entry: entry is not None, found) if entry]

    def open_scans(self, after: str | None, limit: int) -> list[tuple[str, str]]:
        """At most `limit` scans with open entries as (cursor, scan), the oldest entry first."""
        rows = self._table.query(OPEN, after=after, limit=limit)
        return [(row.key, str(row.values["scanId"])) for row in rows]

    def open_entries(self, now: datetime) -> Iterator[LedgerEntry]:
        """Every open entry, the oldest first; takes off the list what is not open after all."""
        after, is_last = None, False
        while not is_last:
            rows = self._table.query(OPEN, after=after, limit=PAGE)
            for row in rows:
                entry = self.entry(str(row.values["group"]))
                if entry is not None and entry.is_open:
                    yield entry
                elif entry is not None or _time(row, "intendedAt") < now - WRITTEN_WITHIN:
                    self._table.delete(row)
            is_last, after = len(rows) < PAGE, rows[-1].key if rows else None

    def _take_off(self, key: str) -> None:
        row = self._table.get(OPEN, key)
        if row is not None:
            self._table.delete(row)


def _entry(row: Row) -> LedgerEntry:
    values = row.values
    attempt = Attempt(
        str(values["scanId"]),
        str(values.get("image", "")),  # not written by the first version
        int(str(values["attempt"])),
        row.key,
        claimed=str(values.get("claimKey", "")) or None,
    )
    return LedgerEntry(
        attempt=attempt,
        state=GroupEntry(str(values["state"])),
        timeout_seconds=int(str(values.get("timeoutSeconds", LONGEST_TIMEOUT_SECONDS))),
        intended_at=_time(row, "intendedAt"),
        created_at=_time_or_none(row, "createdAt"),
        deleted_at=_time_or_none(row, "deletedAt"),
        gone_at=_time_or_none(row, "goneAt"),
        usage=_usage(row),
    )


def _usage(row: Row) -> Usage | None:
    """Entries of earlier versions have none."""
    usage = row.values.get("usage")
    return Usage.from_dict(json.loads(str(usage))) if usage else None


def _time(row: Row, column: str) -> datetime:
    moment = row.values[column]
    assert isinstance(moment, datetime)
    return moment


def _time_or_none(row: Row, column: str) -> datetime | None:
    return _time(row, column) if column in row.values else None
