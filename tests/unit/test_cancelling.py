"""Cancelling a scan, and what is kept of one that brought no result: the steps' side."""

import pytest

from activities import claims, container_groups, results
from imagescan.bootstrap import App
from imagescan.container_group.body import SCANNER
from imagescan.scan.decide import Phase
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Attempt, ScanRequest, Source
from imagescan.scan.status import Status, Verdict
from tests.fakes.app import Fakes, fake_app

IMAGE = "docker.io/library/nginx:1.27"
ATTEMPT = Attempt("s1", IMAGE, 1, "qscanner-nginx-1")
END = {"exitCode": 0, "finishedAt": "2026-01-01T12:00:00+00:00"}


def request(app: App, scan_id: str = "s1") -> ScanRequest:
    return ScanRequest(scan_id, IMAGE, Source("request"), app.policy)


def running() -> tuple[App, Fakes]:
    """A scan whose scanner runs."""
    app, fakes = fake_app()
    assert claims.acquire(app, request(app), None)["isHeld"]
    app.ledger.intend(ATTEMPT, app.clock.now())
    container_groups.create(app, ATTEMPT)
    return app, fakes


def record_of(app: App, scan_id: str = "s1") -> ScanRecord:
    record = app.scans.get(scan_id)
    assert record is not None
    return record


def cancel(app: App, scan_id: str = "s1") -> None:
    app.scans.change(scan_id, ScanRecord.asked_to_cancel)


def test_a_scan_that_is_cancelled_before_it_holds_its_claim_never_holds_it() -> None:
    """And leaves nothing in the way of the next one."""
    app, fakes = fake_app()
    app.scans.open(ScanRecord("s1", IMAGE, Source("request"), app.clock.now()))
    cancel(app)

    answer = claims.acquire(app, request(app), None)

    assert answer["outcome"]["status"] == "cancelled"
    assert app.claims.holder(IMAGE, fakes.clock.now()) is None


def test_a_create_that_comes_back_after_its_group_was_deleted_creates_nothing() -> None:
    """On Azure a step whose result is known already may run once more, minutes later."""
    app, fakes = running()
    container_groups.delete(app, ATTEMPT)

    late = container_groups.create(app, ATTEMPT)

    assert late["stopped"]["code"] == "host_lost"
    assert fakes.groups.created == [ATTEMPT.group]


def test_every_step_of_a_cancelled_scan_says_so_and_does_nothing() -> None:
    """No group is created, nothing is collected and nothing is stored."""
    app, fakes = running()
    cancel(app)
    second = Attempt("s1", IMAGE, 2, "qscanner-nginx-2")

    created = container_groups.create(app, second)
    seen = container_groups.look(app, second)
    taken = results.collect(app, second, END, is_last=False)
    stored = results.store(app, second)

    assert created["stopped"]["code"] == "cancelled"
    assert seen.phase is Phase.STOPPED
    assert seen.reason is not None
    assert seen.reason.code is ReasonCode.CANCELLED
    assert taken["outcome"]["status"] == "cancelled"
    assert stored is not None
    assert fakes.groups.created == [ATTEMPT.group]


def test_cancelling_a_joiner_leaves_the_scan_that_it_waits_for_alone() -> None:
    """The flag is the joiner's own."""
    app, _ = running()
    assert claims.acquire(app, request(app, "s2"), None)["holder"] == "s1"
    cancel(app, "s2")

    joiner = claims.acquire(app, request(app, "s2"), "s1")

    assert joiner["outcome"]["status"] == "cancelled"
    assert container_groups.look(app, ATTEMPT).phase is Phase.SCANNING


def test_a_joiner_of_a_cancelled_scan_takes_over() -> None:
    """That somebody cancelled the other one says nothing about the image."""
    app, _ = running()
    results.record(app, "s1", Outcome.failed(ReasonCode.CANCELLED))
    app.claims.release(IMAGE, "s1")

    assert claims.acquire(app, request(app, "s2"), "s1")["isHeld"]


def test_a_scan_that_has_ended_cannot_be_cancelled() -> None:
    """Its record stays as it is."""
    app, _ = running()
    results.record(app, "s1", Outcome(Status.COMPLETED, Verdict.CLEAN, counts={"total": 0}))

    cancel(app)

    assert record_of(app).status is Status.COMPLETED
    assert not record_of(app).cancel_requested


def test_a_step_of_a_scan_whose_record_was_ended_by_somebody_else_does_nothing() -> None:
    """The reaper has given it up: what it would still find belongs to nobody."""
    app, _ = running()
    results.record(app, "s1", Outcome.failed(ReasonCode.HOST_LOST))

    assert container_groups.look(app, ATTEMPT).phase is Phase.STOPPED
    assert results.store(app, ATTEMPT) is not None


def test_the_record_of_a_scan_without_a_result_keeps_the_scanners_last_words() -> None:
    """Lines and partial counts for a person, without secrets, and never a verdict."""
    app, fakes = running()
    token = app.settings.qualys.access_token
    told = f"INFO  OS package(s) detected: 12\nERROR: upload failed for {token}\n"
    fakes.groups.logs[ATTEMPT.group, SCANNER] = told

    results.keep_log_tail(app, ATTEMPT)
    results.record(app, "s1", Outcome.failed(ReasonCode.SCANNER_CRASHED))

    wire = record_of(app).to_wire()
    assert wire["logTail"] == [
        "INFO  OS package(s) detected: 12",
        "ERROR: upload failed for [redacted]",
    ]
    assert wire["partialCounts"] == {"osPackages": 12}
    assert (wire["counts"], wire["verdict"]) == (None, None)


@pytest.mark.parametrize("log", [None, ""])
def test_a_log_that_is_not_there_changes_nothing(log: str | None) -> None:
    """ACI has none before the start, and none of a group that is gone."""
    app, fakes = running()
    if log is not None:
        fakes.groups.logs[ATTEMPT.group, SCANNER] = log

    results.keep_log_tail(app, ATTEMPT)

    assert record_of(app).log_tail == ()


def test_a_scan_that_completes_after_all_keeps_no_last_words_of_an_earlier_attempt() -> None:
    """They would read like a failure."""
    app, fakes = running()
    fakes.groups.logs[ATTEMPT.group, SCANNER] = "ERROR: not ready\n"
    results.keep_log_tail(app, ATTEMPT)

    results.record(app, "s1", Outcome(Status.COMPLETED, Verdict.CLEAN, counts={"total": 0}))

    assert record_of(app).log_tail == ()
