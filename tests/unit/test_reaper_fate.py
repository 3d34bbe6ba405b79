"""What becomes of a container group, row by row."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from imagescan.reaping.fate import (
    Circumstances,
    Fate,
    LeaveAlone,
    Remove,
    ReportUnknown,
    Sighting,
    Why,
    decide_fate,
    is_stubborn,
    may_still_scan,
)
from imagescan.records.ledger import GroupEntry, LedgerEntry
from imagescan.scan.request import Attempt

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
TIMEOUT_SECONDS = 1800
GROUP = "qscanner-nginx-1"
LONG_UP = NOW - timedelta(days=1)
GOES_ON, JUST_INTENDED = LeaveAlone(Why.SCAN_GOES_ON), LeaveAlone(Why.JUST_INTENDED)
ABANDONED, ALONE = Remove(ends_scan=True), Remove(ends_scan=False)


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def entry(
    state: GroupEntry,
    intended_at: datetime,
    *,
    created_at: datetime | None = None,
    gone_at: datetime | None = None,
) -> LedgerEntry:
    attempt = Attempt("s1", "docker.io/library/nginx:1.27", 1, GROUP)
    known = LedgerEntry(attempt, state, TIMEOUT_SECONDS, intended_at)
    return replace(known, created_at=created_at, gone_at=gone_at)


def fate(
    known: LedgerEntry | None,
    *,
    listed: bool,
    abandoned: bool,
    successor: bool = False,
    up_since: datetime = LONG_UP,
) -> Fate:
    given = Circumstances(NOW, ["s1"] if abandoned else [], up_since)
    return decide_fate(Sighting(GROUP, known, listed, successor), given)


YOUNG = entry(GroupEntry.INTENDED, ago(seconds=119))
OLD = entry(GroupEntry.INTENDED, ago(seconds=120))
CREATED = entry(GroupEntry.CREATED, ago(seconds=10), created_at=ago(seconds=5))
STUBBORN = replace(
    entry(GroupEntry.DELETED, ago(minutes=20), created_at=ago(minutes=20)),
    deleted_at=ago(minutes=4),
)
DELETED = entry(GroupEntry.DELETED, ago(minutes=20), created_at=ago(minutes=20))
ROWS: list[tuple[str, LedgerEntry | None, bool, bool, Fate]] = [
    # what, entry, is listed, is abandoned, fate
    ("nobody's", None, True, False, ReportUnknown()),
    ("nobody's, of whatever scan", None, True, True, ReportUnknown()),
    ("intended just now, its create under way", YOUNG, False, True, JUST_INTENDED),
    ("intended just now, and there already", YOUNG, True, True, ABANDONED),
    ("intended, and never created", OLD, False, True, ABANDONED),
    ("intended, created but not noted", OLD, True, True, ABANDONED),
    ("created a moment ago", CREATED, True, True, ABANDONED),
    ("created, and gone from the list", CREATED, False, True, ABANDONED),
    ("deleted, and there still", DELETED, True, True, ABANDONED),
    ("deleted, and not confirmed", DELETED, False, True, ABANDONED),
    ("of a scan that goes on, intended", OLD, False, False, GOES_ON),
    ("of a scan that goes on, created", CREATED, True, False, GOES_ON),
    ("of a scan that goes on, being deleted", DELETED, True, False, GOES_ON),
    ("of a scan that goes on, outliving its deletion", STUBBORN, True, False, ALONE),
    ("of a scan that goes on, not confirmed yet", STUBBORN, False, False, GOES_ON),
]


@pytest.mark.parametrize(
    ("known", "listed", "abandoned", "expected"),
    [pytest.param(*row[1:], id=row[0]) for row in ROWS],
)
def test_a_fate_follows_from_ledger_list_and_scan(
    known: LedgerEntry | None, listed: bool, abandoned: bool, expected: Fate
) -> None:
    """The table of all that the reaper can meet, but for what depends on time."""
    assert fate(known, listed=listed, abandoned=abandoned) == expected


def test_a_group_that_came_back_goes_again_whoever_its_scan_is() -> None:
    """A create that arrived after all: the entry is closed, the list shows the group."""
    gone = entry(GroupEntry.GONE, ago(hours=1), gone_at=ago(seconds=120))
    just_gone = entry(GroupEntry.GONE, ago(hours=1), gone_at=ago(seconds=119))

    for abandoned in (True, False):
        assert fate(gone, listed=True, abandoned=abandoned) == Remove(ends_scan=False)
        assert fate(just_gone, listed=True, abandoned=abandoned) == LeaveAlone(Why.JUST_GONE)


def overdue_by(**time: float) -> LedgerEntry:
    limit = timedelta(seconds=TIMEOUT_SECONDS, hours=1)
    return entry(GroupEntry.CREATED, ago(hours=9), created_at=NOW - limit - timedelta(**time))


def test_a_hung_scanner_goes_an_hour_after_its_scan_should_have_deleted_it() -> None:
    """Until then the scan keeps its own deadline, and nothing competes with it."""
    assert fate(overdue_by(seconds=-1), listed=True, abandoned=False) == GOES_ON
    assert fate(overdue_by(seconds=0), listed=True, abandoned=False) == ABANDONED


def test_an_overdue_entry_without_a_group_stays_while_its_scan_lives() -> None:
    """There is nothing to be billed, and the scan may be waiting for its create."""
    assert fate(overdue_by(days=1), listed=False, abandoned=False) == GOES_ON


def test_an_overdue_group_that_was_never_noted_as_created_counts_from_its_intent() -> None:
    """The step that would have noted it was lost."""
    lost = entry(GroupEntry.INTENDED, ago(seconds=TIMEOUT_SECONDS + 3600))

    assert fate(lost, listed=True, abandoned=False) == ABANDONED


def test_an_overdue_group_of_an_earlier_attempt_goes_alone() -> None:
    """Its scan goes on in another group."""
    alone = fate(overdue_by(hours=1), listed=True, abandoned=False, successor=True)

    assert alone == Remove(ends_scan=False)


def test_after_an_outage_a_scan_has_a_head_start_of_a_quarter_of_an_hour() -> None:
    """It wakes up with the reaper, and deletes its group by itself."""
    late = overdue_by(days=1)

    early = fate(late, listed=True, abandoned=False, up_since=ago(minutes=14))
    later = fate(late, listed=True, abandoned=False, up_since=ago(minutes=15))

    assert (early, later) == (GOES_ON, ABANDONED)


def test_after_an_outage_an_abandoned_scan_has_none() -> None:
    """Nobody would delete its group."""
    assert fate(CREATED, listed=True, abandoned=True, up_since=NOW) == ABANDONED


def test_a_group_is_stubborn_once_a_deletion_was_taken_long_enough_ago() -> None:
    """Deletions were seen to take 30 to 90 seconds; one that was refused proves nothing."""
    assert not is_stubborn(CREATED, NOW)
    assert not is_stubborn(replace(DELETED, deleted_at=ago(seconds=239)), NOW)
    assert is_stubborn(replace(DELETED, deleted_at=ago(seconds=240)), NOW)


def test_a_group_may_scan_until_its_timeout_unless_it_is_gone() -> None:
    """The scanner and the courier end by themselves within it."""
    just_before = entry(GroupEntry.DELETED, ago(hours=9), created_at=ago(seconds=1799))
    just_after = entry(GroupEntry.DELETED, ago(hours=9), created_at=ago(seconds=1800))

    assert may_still_scan(just_before, NOW)
    assert not may_still_scan(just_after, NOW)
    assert not may_still_scan(replace(just_before, state=GroupEntry.GONE), NOW)
