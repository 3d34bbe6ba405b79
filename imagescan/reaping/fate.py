"""What becomes of a container group that the ledger has open, or that a list shows. Pure.

The ledger decides and never a name or a tag: what it does not know is reported and left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from imagescan.records.ledger import GroupEntry, LedgerEntry

# A create that was asked for so lately may still be under way: no step runs for over a minute.
YOUNG = timedelta(minutes=2)
# Far beyond all that an orchestration does by itself once its deadline has passed: collecting,
# deleting for 15 minutes, repeating a step for ten.
OVERDUE_AFTER_TIMEOUT = timedelta(hours=1)
# After an outage orchestrations go on by themselves; a step that was lost comes back in 308 s.
HEAD_START_AFTER_OUTAGE = timedelta(minutes=15)
# Deletions were seen to take 30 to 90 seconds.
STUBBORN_AFTER = timedelta(minutes=4)


class Why(StrEnum):
    """Why a group is left alone."""

    SCAN_GOES_ON = "its scan goes on"
    JUST_INTENDED = "its create may be under way"
    JUST_GONE = "it was confirmed gone just now"


@dataclass(frozen=True)
class Sighting:
    """A group as ledger and list tell of it; `has_successor`: its scan is at a later attempt."""

    group: str
    entry: LedgerEntry | None
    is_listed: bool
    has_successor: bool = False


@dataclass(frozen=True)
class Circumstances:
    """What a fate depends on besides: which scans nobody carries on, how long the app has run."""

    now: datetime
    abandoned: Sequence[str]
    up_since: datetime


@dataclass(frozen=True)
class LeaveAlone:
    """Nothing is to be done, for now."""

    why: Why


@dataclass(frozen=True)
class Remove:
    """Delete it and see it gone; with `ends_scan` nobody carries its scan on any more."""

    ends_scan: bool


@dataclass(frozen=True)
class ReportUnknown:
    """It is not ours to touch."""


Fate = LeaveAlone | Remove | ReportUnknown


def decide_fate(seen: Sighting, given: Circumstances) -> Fate:
    """What becomes of one group. An entry that is closed counts only where the group is listed."""
    if seen.entry is None:
        return ReportUnknown()
    if not seen.entry.is_open:
        return _of_closed(seen.entry, given)
    if seen.entry.attempt.scan_id in given.abandoned:
        return _of_abandoned(seen.entry, given, is_listed=seen.is_listed)
    if seen.is_listed and is_overdue(seen.entry, given):
        return Remove(ends_scan=not seen.has_successor)
    if seen.is_listed and is_stubborn(seen.entry, given.now):
        return Remove(ends_scan=False)  # its scan wants it gone, and asks for it as before
    return LeaveAlone(Why.SCAN_GOES_ON)


def _of_closed(entry: LedgerEntry, given: Circumstances) -> Fate:
    """A create that came after all, or that Azure applied after the deletion (azure-cli #14643)."""
    if entry.gone_at is not None and given.now < entry.gone_at + YOUNG:
        return LeaveAlone(Why.JUST_GONE)
    return Remove(ends_scan=False)


def _of_abandoned(entry: LedgerEntry, given: Circumstances, *, is_listed: bool) -> Fate:
    is_young = given.now < entry.intended_at + YOUNG
    if entry.state is GroupEntry.INTENDED and not is_listed and is_young:
        return LeaveAlone(Why.JUST_INTENDED)
    return Remove(ends_scan=True)


def is_overdue(entry: LedgerEntry, given: Circumstances) -> bool:
    """Whether the group is there long after its scan should have deleted it by itself."""
    since = entry.created_at or entry.intended_at
    due = since + timedelta(seconds=entry.timeout_seconds) + OVERDUE_AFTER_TIMEOUT
    return given.now >= max(due, given.up_since + HEAD_START_AFTER_OUTAGE)


def is_stubborn(entry: LedgerEntry, now: datetime) -> bool:
    """Whether Azure took a deletion long enough ago for the group to be gone if it ever goes."""
    return entry.deleted_at is not None and now >= entry.deleted_at + STUBBORN_AFTER


def may_still_scan(entry: LedgerEntry, now: datetime) -> bool:
    """Whether the group's scanner may run: by itself it ends within its timeout."""
    since = entry.created_at or entry.intended_at
    return entry.is_open and now < since + timedelta(seconds=entry.timeout_seconds)
