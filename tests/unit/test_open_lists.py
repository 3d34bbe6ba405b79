"""What is open stands on a list of its own: one too many at times, never one too few."""

from datetime import timedelta

import pytest

from imagescan.bootstrap import App
from imagescan.container_group.name import group_name
from imagescan.records.ledger import PAGE, GroupEntry
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Attempt, Source
from imagescan.scan.status import Status
from tests.fakes.app import fake_app

IMAGE = "docker.io/library/nginx:1.27"
FAILED = Outcome.failed(ReasonCode.SCANNER_CRASHED)


def attempt(scan_id: str, number: int = 1) -> Attempt:
    return Attempt(scan_id, IMAGE, number, group_name(scan_id, number, IMAGE))


def open_groups(app: App) -> list[str]:
    return [entry.attempt.group for entry in app.ledger.open_entries(app.clock.now())]


def open_scans(app: App) -> list[str]:
    return [scan_id for _, scan_id in app.scans.open_scans(None, 100)]


def open_record(app: App, scan_id: str) -> None:
    app.scans.open(ScanRecord(scan_id, IMAGE, Source("request"), app.clock.now()))


def end(app: App, scan_id: str, outcome: Outcome) -> None:
    app.scans.change(scan_id, lambda record: record.ended_with(outcome, app.clock.now()))


@pytest.mark.parametrize("state", [GroupEntry.INTENDED, GroupEntry.CREATED, GroupEntry.DELETED])
def test_a_group_stands_on_the_list_until_it_is_confirmed_gone(state: GroupEntry) -> None:
    """Created and deleted are no ends."""
    app, _ = fake_app()
    app.ledger.intend(attempt("a"), app.clock.now())
    app.ledger.note(attempt("a").group, state, app.clock.now())
    assert open_groups(app) == [attempt("a").group]

    app.ledger.note(attempt("a").group, GroupEntry.GONE, app.clock.now())

    assert open_groups(app) == []
    assert app.ledger.open_scans(None, 10) == []
    assert app.ledger.knows(attempt("a").group)


def test_the_oldest_groups_come_first_and_the_list_can_be_gone_through_in_pieces() -> None:
    """Whatever their names."""
    app, fakes = fake_app()
    for scan_id in ("c", "a", "b"):
        app.ledger.intend(attempt(scan_id), app.clock.now())
        fakes.clock.pass_seconds(1)

    first = app.ledger.open_scans(None, 2)
    rest = app.ledger.open_scans(first[-1][0], 2)

    assert [scan_id for _, scan_id in first + rest] == ["c", "a", "b"]


def test_every_open_group_is_told_however_many_there_are() -> None:
    """Beyond what a table gives at once."""
    app, _ = fake_app()
    for number in range(PAGE + 1):
        app.ledger.intend(attempt(f"s{number}"), app.clock.now())

    assert len(open_groups(app)) == PAGE + 1


def test_an_intent_that_is_written_twice_is_one_and_keeps_its_time() -> None:
    """The step runs at least once."""
    app, fakes = fake_app()
    app.ledger.intend(attempt("a"), app.clock.now(), 60)
    fakes.clock.pass_seconds(300)
    app.ledger.intend(attempt("a"), app.clock.now(), 60)

    [entry] = app.ledger.open_entries(app.clock.now())

    assert entry.intended_at == app.clock.now() - timedelta(seconds=300)
    assert (entry.attempt, entry.timeout_seconds) == (attempt("a"), 60)
    assert len(app.ledger.open_scans(None, 10)) == 1


def test_what_a_crash_left_on_the_list_of_groups_is_taken_off_once_it_is_proven_stale() -> None:
    """Closed entries at once; a row whose entry was never written after an hour, and not before."""
    app, fakes = fake_app()
    app.ledger.intend(attempt("a"), app.clock.now())
    app.ledger._table.put("open", "1-half", {
        "scanId": "h", "group": "qscanner-half", "intendedAt": app.clock.now(),
    })  # fmt: skip
    [stale, half] = app.ledger._table.query("open")
    app.ledger.note(attempt("a").group, GroupEntry.GONE, app.clock.now())
    app.ledger._table.put("open", stale.key, stale.values)

    assert open_groups(app) == []
    assert [row.key for row in app.ledger._table.query("open")] == [half.key]
    fakes.clock.pass_seconds(3601)
    assert open_groups(app) == []
    assert app.ledger._table.query("open") == []


def test_all_groups_of_a_scan_are_found_by_the_scan_alone() -> None:
    """By attempt; those of others are not among them."""
    app, _ = fake_app()
    for number in (1, 2):
        app.ledger.intend(attempt("a", number), app.clock.now())
    app.ledger.intend(attempt("b"), app.clock.now())

    found = app.ledger.entries_of("a", IMAGE)

    assert [entry.attempt.number for entry in found] == [1, 2]


@pytest.mark.parametrize(
    ("outcome", "is_open"),
    [
        (None, True),
        (FAILED, False),
        (FAILED.with_attempt(1, "g", "confirmed"), False),
        (FAILED.with_attempt(1, "g", "pending"), True),
    ],
)
def test_a_scan_stands_on_the_list_until_it_has_ended_and_its_group_is_gone(
    outcome: Outcome | None, *, is_open: bool
) -> None:
    """A pending cleanup is something left to do."""
    app, _ = fake_app()
    open_record(app, "a")

    if outcome:
        end(app, "a", outcome)

    assert open_scans(app) == (["a"] if is_open else [])


def test_a_scan_that_is_opened_again_after_its_end_does_not_come_back_to_the_list() -> None:
    """A step that opened it may come back late."""
    app, _ = fake_app()
    open_record(app, "a")
    end(app, "a", FAILED)

    open_record(app, "a")

    assert open_scans(app) == []
    assert [record.scan_id for record in app.scans.newest(10)] == ["a"]


def test_a_scan_that_a_crash_left_on_the_list_is_taken_off_by_any_change() -> None:
    """Also by one that changes nothing."""
    app, _ = fake_app()
    open_record(app, "a")
    [row] = app.scans._by_time.query("open")
    end(app, "a", FAILED)
    app.scans._by_time.put("open", row.key, row.values)

    app.scans.change("a", lambda record: record)

    assert open_scans(app) == []


def test_an_ended_scan_learns_what_became_of_its_group_and_keeps_its_end() -> None:
    """What was confirmed gone stays so; a scan that goes on learns nothing."""
    app, _ = fake_app()
    open_record(app, "a")
    running = app.scans.get("a")
    assert running is not None
    assert running.cleaned_up(1, "g", "confirmed") == running

    end(app, "a", FAILED.with_attempt(1, "g", "pending"))
    app.scans.change("a", lambda record: record.cleaned_up(1, "g", "confirmed"))
    ended = app.scans.change("a", lambda record: record.cleaned_up(1, "g", "pending"))

    assert (ended.status, ended.reason, ended.cleanup) == (
        Status.FAILED, FAILED.reason, "confirmed",
    )  # fmt: skip
    assert open_scans(app) == []
