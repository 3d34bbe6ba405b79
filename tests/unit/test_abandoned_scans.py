"""The end of scans that nobody carries on: their records, claims, slots and groups."""

from datetime import timedelta

from activities import claims, container_groups, left_behind, results
from imagescan.records.ledger import GroupEntry
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Attempt, Source
from imagescan.scan.status import Status, Verdict
from tests.fakes.app import fake_app
from tests.unit.test_left_behind import (
    FIRST,
    GROUP,
    IMAGE,
    attempt,
    found,
    record_of,
    removed,
    request,
    scanning,
)


def test_an_abandoned_scan_ends_as_host_lost_with_its_group_confirmed_gone() -> None:
    """Then its image is free."""
    app, _ = scanning()
    removed(app)

    assert left_behind.end(app, "s1", app.clock.now())

    record = record_of(app)
    assert (record.status, record.cleanup) == (Status.FAILED, "confirmed")
    assert record.reason is not None
    assert record.reason.code is ReasonCode.HOST_LOST
    assert (record.attempts, record.container_group) == (1, GROUP)
    assert claims.acquire(app, request(app, "s2"), "s1")["isHeld"]


def test_ending_twice_changes_nothing_and_is_news_once() -> None:
    """A step that is repeated in the same sweep tells it again, a later sweep does not."""
    app, fakes = scanning()
    removed(app)
    since = app.clock.now()
    assert left_behind.end(app, "s1", since)
    ended = record_of(app)
    fakes.clock.pass_seconds(5)

    assert left_behind.end(app, "s1", since)
    assert not left_behind.end(app, "s1", app.clock.now())
    assert record_of(app) == ended


def test_while_its_group_may_scan_the_image_is_not_free() -> None:
    """The record says pending; once the scanner has ended by itself, the image is free."""
    app, fakes = scanning()
    container_groups.delete(app, FIRST)
    left_behind.take_over(app, GROUP)

    left_behind.end(app, "s1", app.clock.now())
    assert record_of(app).cleanup == "pending"
    assert not claims.acquire(app, request(app, "s2"), "s1")["isHeld"]

    fakes.clock.pass_seconds(app.policy.timeout_seconds)
    left_behind.end(app, "s1", app.clock.now())
    assert app.claims.holder(IMAGE, app.clock.now()) is None


def test_a_scan_that_had_ended_keeps_its_end_and_learns_that_its_group_is_gone() -> None:
    """Its own compensation had given up."""
    app, _ = scanning()
    completed = Outcome(Status.COMPLETED, Verdict.CLEAN, counts={"total": 0})
    results.record(app, "s1", completed.with_attempt(1, GROUP, "pending"))
    removed(app)

    assert not left_behind.end(app, "s1", app.clock.now() + timedelta(seconds=1))

    record = record_of(app)
    assert (record.status, record.verdict) == (Status.COMPLETED, Verdict.CLEAN)
    assert (record.reason, record.cleanup) == (None, "confirmed")


def test_one_group_of_several_that_stays_makes_the_cleanup_pending() -> None:
    """The record names the last one."""
    app, _ = scanning()
    app.ledger.intend(attempt(2), app.clock.now())
    app.ledger.note(attempt(2).group, GroupEntry.GONE, app.clock.now())

    left_behind.end(app, "s1", app.clock.now())

    assert (record_of(app).cleanup, record_of(app).attempts) == ("pending", 2)


def test_a_scan_that_somebody_had_cancelled_ends_as_cancelled() -> None:
    """Its orchestration was ended before it saw that."""
    app, _ = scanning()
    app.scans.change("s1", lambda record: record.asked_to_cancel())

    left_behind.end(app, "s1", app.clock.now())

    assert record_of(app).status is Status.CANCELLED


def test_a_scan_that_was_queued_when_its_orchestration_ended_is_ended_without_a_cleanup() -> None:
    """There never was a group."""
    app, _ = fake_app()
    app.scans.open(ScanRecord("s9", IMAGE, Source("request"), app.clock.now()))

    assert left_behind.end(app, "s9", app.clock.now())

    record = record_of(app, "s9")
    assert (record.status, record.cleanup, record.container_group) == (Status.FAILED, None, None)


def test_a_slot_for_a_group_that_was_never_intended_is_given_back() -> None:
    """Or other scans would wait for it; that of a group that stays is kept."""
    app, _ = scanning()
    for number in (1, 2):
        app.admission.admit(attempt(number).group, 0, app.clock.now())

    left_behind.end(app, "s1", app.clock.now())

    later = app.clock.now() + timedelta(hours=1)
    assert app.admission.doubtful_holders(later) == [GROUP]


def test_a_group_that_a_scan_cannot_get_rid_of_is_revived_while_the_scan_goes_on() -> None:
    """It goes on asking for the deletion, and sees it gone by itself."""
    app, fakes = scanning()
    fakes.groups.immortal.add(GROUP)
    container_groups.delete(app, FIRST)
    assert found(app)["leftBehind"] == []
    fakes.clock.pass_seconds(240)
    assert found(app)["leftBehind"] == [{"scanId": "s1", "groups": [GROUP], "endsScan": False}]

    left_behind.revive(app, Attempt.from_dict(left_behind.take_over(app, GROUP)["attempt"]))
    container_groups.delete(app, FIRST)

    assert container_groups.confirm_gone(app, FIRST)


def test_a_scan_that_was_ended_claims_nothing_when_its_wait_goes_on() -> None:
    """Durable does not end the children of an orchestration that is terminated."""
    app, _ = scanning()
    claims.acquire(app, request(app, "s2"), None)
    left_behind.end(app, "s2", app.clock.now())
    app.claims.release(IMAGE, "s1")

    late = claims.acquire(app, request(app, "s2"), "s1")

    assert not late["isHeld"]
    assert late["outcome"]["reason"]["code"] == "host_lost"
    assert app.claims.holder(IMAGE, app.clock.now()) is None
