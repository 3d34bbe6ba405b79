"""The business flow of one scan, replayed through the SDK's own executor."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from imagescan import function_names as names
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.status import Status, Verdict
from tests.replay.scans import CLEAN, always, ended, in_turn, phase, request, stopped, world

STEPS_WITH_A_GROUP = [
    names.CREATE_CONTAINER_GROUP,
    names.OBSERVE_SCANNER,
    names.COLLECT_REPORT,
    names.STORE_FINDINGS,
]


def outcome_of(calls: list[tuple[str, Any]]) -> Outcome:
    [recorded] = [data for name, data in calls if name == names.RECORD_OUTCOME]
    return Outcome.from_dict(recorded["outcome"])


def test_a_scan_that_goes_well_claims_creates_watches_collects_stores_and_cleans_up() -> None:
    """The steps happen in the order in which design and README tell them."""
    happened = world()

    run = happened.run(names.SCAN_IMAGE, request())

    assert run.error is None
    assert happened.names() == [
        names.RESOLVE_IMAGE,
        names.ACQUIRE_CLAIM,
        names.ADMIT_SCAN,
        names.RECORD_INTENT,
        names.CREATE_CONTAINER_GROUP,
        names.OBSERVE_SCANNER,
        names.COLLECT_REPORT,
        names.STORE_FINDINGS,
        names.DELETE_CONTAINER_GROUP,
        names.CONFIRM_CONTAINER_GROUP_GONE,
        names.RECORD_OUTCOME,
        names.RELEASE_CLAIM,
        names.NOTIFY,
    ]
    outcome = outcome_of(happened.calls)
    assert (outcome.status, outcome.verdict) == (Status.COMPLETED, Verdict.CLEAN)
    assert (outcome.attempts, outcome.cleanup) == (1, "confirmed")


def test_the_custom_status_tells_the_phases_in_order() -> None:
    """Durable's own status API shows where a scan is."""
    run = world().run(names.SCAN_IMAGE, request())

    phases = [status["phase"] for status in run.statuses]

    assert phases == ["queued", "provisioning", "scanning", "collecting"]


@pytest.mark.parametrize("step", STEPS_WITH_A_GROUP)
def test_a_step_that_keeps_failing_still_leaves_the_group_deleted(step: str) -> None:
    """Compensation is armed before the create and runs whichever step breaks."""
    happened = world(**{step: always(RuntimeError("broken"))})

    happened.run(names.SCAN_IMAGE, request())

    assert names.DELETE_CONTAINER_GROUP in happened.names()
    assert happened.names()[-4:] == [
        names.CONFIRM_CONTAINER_GROUP_GONE,
        names.RECORD_OUTCOME,
        names.RELEASE_CLAIM,
        names.NOTIFY,
    ]
    outcome = outcome_of(happened.calls)
    assert outcome.status is Status.FAILED
    assert outcome.reason is not None
    assert outcome.reason.code is ReasonCode.INTERNAL


def test_no_group_is_asked_for_before_the_ledger_knows_its_name() -> None:
    """A ledger that cannot be written means that nothing is created."""
    happened = world(record_intent=always(RuntimeError("no storage")))

    happened.run(names.SCAN_IMAGE, request())

    assert names.CREATE_CONTAINER_GROUP not in happened.names()
    assert outcome_of(happened.calls).status is Status.FAILED


def test_a_deletion_that_fails_does_not_change_how_the_scan_ended() -> None:
    """The record says completed, and that the cleanup is pending."""
    happened = world(delete_container_group=always(RuntimeError("no ARM")))

    happened.run(names.SCAN_IMAGE, request())

    outcome = outcome_of(happened.calls)
    assert (outcome.status, outcome.cleanup) == (Status.COMPLETED, "pending")


def test_a_claim_that_cannot_be_given_up_does_not_change_how_the_scan_ended() -> None:
    """It expires by itself, and whoever waits takes the result meanwhile."""
    happened = world(release_claim=always(RuntimeError("no storage")))

    run = happened.run(names.SCAN_IMAGE, request())

    assert run.error is None
    assert outcome_of(happened.calls).status is Status.COMPLETED
    assert happened.names()[-1] == names.NOTIFY


def test_a_group_that_never_goes_away_is_left_to_the_reaper_after_a_while() -> None:
    """The deletion is asked for again and again, and the scan still ends.

    It keeps its claim: another scan of the image would run beside a group that may still scan.
    """
    happened = world(confirm_container_group_gone=always({"isGone": False}))

    happened.run(names.SCAN_IMAGE, request())

    assert outcome_of(happened.calls).cleanup == "pending"
    assert names.RELEASE_CLAIM not in happened.names()
    assert happened.names().count(names.DELETE_CONTAINER_GROUP) > 1


@pytest.mark.parametrize("exit_code", [40, 41, 7147])
def test_a_report_that_was_not_ready_is_asked_for_again_in_a_new_group(exit_code: int) -> None:
    """Exit codes 40 and 41 say nothing about the image."""
    happened = world(observe_scanner=in_turn([ended(exit_code), ended(exit_code), ended(0)]))

    happened.run(names.SCAN_IMAGE, request())

    groups = [data["group"] for name, data in happened.calls if name == names.RECORD_INTENT]
    assert len(set(groups)) == 3
    outcome = outcome_of(happened.calls)
    assert (outcome.status, outcome.attempts) == (Status.COMPLETED, 3)


def test_the_cleanup_is_pending_while_a_group_of_an_earlier_attempt_may_be_there() -> None:
    """Though that of the last one is gone."""

    def confirm(attempt: dict[str, Any]) -> dict[str, Any]:
        return {"isGone": attempt["number"] == 2}

    happened = world(
        observe_scanner=in_turn([ended(40), ended(0)]), confirm_container_group_gone=confirm
    )

    happened.run(names.SCAN_IMAGE, request())

    outcome = outcome_of(happened.calls)
    assert (outcome.status, outcome.cleanup) == (Status.COMPLETED, "pending")
    assert names.RELEASE_CLAIM not in happened.names()


def test_a_report_that_is_never_ready_fails_after_three_attempts() -> None:
    """It is never zero findings."""
    happened = world(observe_scanner=always(ended(40)))

    happened.run(names.SCAN_IMAGE, request())

    outcome = outcome_of(happened.calls)
    assert outcome.status is Status.FAILED
    assert outcome.reason is not None
    assert outcome.reason.code is ReasonCode.REPORT_NOT_READY
    assert outcome.attempts == 3


@pytest.mark.parametrize("exit_code", [1, 2, 6, 15, 17, 72, 137, 143])
def test_other_exit_codes_fail_without_looking_for_a_report(exit_code: int) -> None:
    """Only 0, 42 and 43 lead to a result."""
    happened = world(observe_scanner=always(ended(exit_code)))

    happened.run(names.SCAN_IMAGE, request())

    assert names.COLLECT_REPORT not in happened.names()
    assert outcome_of(happened.calls).status is Status.FAILED


def test_a_scan_longer_than_its_timeout_ends_as_timed_out_and_is_deleted() -> None:
    """The deadline holds, with few looks and a short history."""
    happened = world(observe_scanner=always(phase("scanning")))

    run = happened.run(names.SCAN_IMAGE, request())

    outcome = outcome_of(happened.calls)
    assert outcome.status is Status.TIMED_OUT
    assert names.DELETE_CONTAINER_GROUP in happened.names()
    assert happened.longest_history < 200
    took = run.now - datetime(2026, 1, 1, tzinfo=UTC)
    assert timedelta(seconds=1799) <= took <= timedelta(seconds=1830)
    assert happened.waits_seconds.count(60) == 1  # the first look; later gaps are at most 30 s


def test_a_report_without_a_seal_is_missing_after_a_minute() -> None:
    """A scanner that ended well with no proof of its report has not completed."""
    not_yet = {"outcome": None, "missing": "The report is unsealed."}
    happened = world(collect_report=always(not_yet))

    happened.run(names.SCAN_IMAGE, request())

    outcome = outcome_of(happened.calls)
    assert outcome.reason is not None
    assert outcome.reason.code is ReasonCode.REPORT_MISSING
    looks = [data for name, data in happened.calls if name == names.COLLECT_REPORT]
    assert [look["isLast"] for look in looks] == [False] * (len(looks) - 1) + [True]


def test_a_scan_that_may_share_a_result_creates_no_group() -> None:
    """A joiner waits for the scan that runs, and takes its result."""
    held = {"isHeld": False, "holder": "other", "outcome": None}
    shared = Outcome(Status.SKIPPED, Verdict.CLEAN, joined_scan_id="other")
    joined = {"isHeld": False, "holder": None, "outcome": shared.to_dict()}
    happened = world(acquire_claim=in_turn([held] * 25 + [joined]))

    happened.run(names.SCAN_IMAGE, request())

    assert names.RECORD_INTENT not in happened.names()
    assert names.RELEASE_CLAIM not in happened.names()
    assert outcome_of(happened.calls).joined_scan_id == "other"


def test_a_refused_create_is_asked_for_again_as_its_code_says() -> None:
    """Throttling waits as long as Azure says."""
    throttled = {"code": "TooManyRequests", "message": "", "status": 429}
    throttled |= {"retry_after_seconds": 77}
    refused = {"stopped": None, "refusal": throttled, "waitSeconds": None}
    created = {"stopped": None, "refusal": None, "waitSeconds": None}
    happened = world(create_container_group=in_turn([refused, created]))

    happened.run(names.SCAN_IMAGE, request())

    assert 77.0 in happened.waits_seconds
    assert outcome_of(happened.calls).status is Status.COMPLETED


def test_a_scan_that_lost_its_claim_stops_and_cleans_up() -> None:
    """A step that comes back late does not disturb its successor."""
    happened = world(store_findings=always({"stopped": {"code": "host_lost", "message": ""}}))

    happened.run(names.SCAN_IMAGE, request())

    outcome = outcome_of(happened.calls)
    assert outcome.reason is not None
    assert outcome.reason.code is ReasonCode.HOST_LOST
    assert names.DELETE_CONTAINER_GROUP in happened.names()


def test_a_cancelled_scan_stops_at_its_next_look_and_cleans_up() -> None:
    """Whatever phase it is in, the group is deleted and the record says cancelled."""
    happened = world(observe_scanner=in_turn([phase("scanning"), stopped(ReasonCode.CANCELLED)]))

    happened.run(names.SCAN_IMAGE, request())

    outcome = outcome_of(happened.calls)
    assert (outcome.status, outcome.cleanup) == (Status.CANCELLED, "confirmed")
    assert outcome.attempts == 1


def test_a_scan_without_a_result_keeps_its_last_words_before_the_group_goes() -> None:
    """The log goes with the group; that it cannot be read changes nothing else."""
    lost = always(RuntimeError("no log"))
    happened = world(observe_scanner=always(ended(1)), keep_last_words=lost)

    happened.run(names.SCAN_IMAGE, request())

    called = happened.names()
    assert called.index(names.KEEP_LAST_WORDS) < called.index(names.DELETE_CONTAINER_GROUP)
    assert outcome_of(happened.calls).status is Status.FAILED


def test_a_report_that_the_courier_did_not_wait_with_is_scanned_for_again() -> None:
    """The app was away for longer than the courier lingers: ten minutes of a timeout of thirty."""
    long_ago = {**ended(), "finishedAt": "2025-12-31T23:00:00+00:00"}
    not_there = {"outcome": None, "missing": "The report is missing."}
    found = {"outcome": CLEAN.to_dict(), "missing": ""}

    def collect(step: dict[str, Any]) -> dict[str, Any]:
        return not_there if step["attempt"]["number"] == 1 else found

    happened = world(observe_scanner=in_turn([long_ago, ended()]), collect_report=collect)

    happened.run(names.SCAN_IMAGE, request())

    outcome = outcome_of(happened.calls)
    assert (outcome.status, outcome.attempts) == (Status.COMPLETED, 2)
