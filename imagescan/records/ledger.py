"""The ledger: every container group that the app ever meant to create, and what became of it.

`intended` is written before the create is asked for, `gone` only after a GET answered 404. So a
group that exists is always known here, and what is not `gone` still needs somebody.
"""

from datetime import datetime
from enum import StrEnum

from imagescan.errors import TransientError
from imagescan.ports import Table, Value
from imagescan.scan.request import Attempt

PARTITION = "group"


class GroupEntry(StrEnum):
    """The states of a ledger entry."""

    INTENDED = "intended"
    CREATED = "created"
    DELETED = "deleted"
    GONE = "gone"


_ORDER = list(GroupEntry)


class Ledger:
    """Entries by the group's name; a state never goes back."""

    def __init__(self, table: Table) -> None:
        """Keep entries in this table."""
        self._table = table

    def intend(self, attempt: Attempt, now: datetime) -> None:
        """Arm the compensation: from now on this group is the app's to delete. May be repeated."""
        values: dict[str, Value] = {
            "state": GroupEntry.INTENDED.value,
            "scanId": attempt.scan_id,
            "attempt": attempt.number,
            "intendedAt": now,
        }
        self._table.insert(PARTITION, attempt.group, values)

    def note(self, group: str, state: GroupEntry, now: datetime) -> None:
        """Write down how far the group has come; an earlier state changes nothing."""
        for _ in range(5):
            row = self._table.get(PARTITION, group)
            if row is None:
                raise TransientError(f"The ledger does not know {group} yet.")
            known = GroupEntry(str(row.values["state"]))
            if _ORDER.index(known) >= _ORDER.index(state):
                return
            stamped = {**row.values, "state": state.value, f"{state.value}At": now}
            if self._table.replace(row, stamped):
                return
        raise TransientError(f"The ledger entry of {group} is being changed by many at once.")

    def state_of(self, group: str) -> GroupEntry | None:
        """How far the group has come; None where no such group was ever meant."""
        row = self._table.get(PARTITION, group)
        return None if row is None else GroupEntry(str(row.values["state"]))

    def knows(self, group: str) -> bool:
        """Whether the app ever meant to create a group of this name."""
        return self._table.get(PARTITION, group.lower()) is not None
