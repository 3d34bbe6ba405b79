"""One image, scanned in a throw-away container group: the business flow."""

from dataclasses import replace
from typing import Any

import azure.durable_functions as df

from imagescan import function_names as names
from imagescan.container_group.name import group_name
from imagescan.container_group.refusals import CreateLater, after_refusal
from imagescan.ports import Refusal
from imagescan.scan.decide import deadline_after
from imagescan.scan.exit_codes import Scanned, TryAgain, read_exit_code
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.record import PENDING
from imagescan.scan.request import FIRST_FLOW, Attempt, ScanRequest
from imagescan.scan.status import Status
from orchestrators.context import PERSISTENT, Context, Steps, pause, step

bp = df.Blueprint()

STEP_FAILED = Outcome.failed(ReasonCode.INTERNAL, "A step failed after its retries.")


@bp.orchestration_trigger(context_name="context")
def scan_image(context: df.DurableOrchestrationContext) -> Steps:
    """See `scan`."""
    return (yield from scan(context))


def scan(context: Context) -> Steps:
    """Scan an image and write down how it ended; returns the outcome as a dict.

    Input: a `ScanRequest` whose record is written already. However it ends, there is one terminal
    record, and no container group is left unless `cleanup` says `pending`.
    """
    request = ScanRequest.from_dict(context.get_input())
    try:
        outcome, claim = yield from _scan_or_join(context, request)
    except Exception:  # the saga's boundary: the host has logged the step's error
        outcome, claim = STEP_FAILED, None
    ended = {"scan_id": request.scan_id, "outcome": outcome.to_dict()}
    yield step(context, names.RECORD_OUTCOME, ended, PERSISTENT)
    # Not before: whoever waits for the claim would find it free, no result, and scan once more.
    if claim:
        yield from _release(context, claim)
    yield from _notify(context, request)
    return outcome.to_dict()


def _release(context: Context, claim: dict[str, Any]) -> Steps:
    """Give the claim up; one that cannot be expires by itself."""
    try:
        yield step(context, names.RELEASE_CLAIM, claim)
    except Exception:  # the host has logged it
        return


def _notify(context: Context, request: ScanRequest) -> Steps:
    """Tell whoever wants to know; a webhook that is down does not change how the scan ended."""
    try:
        yield step(context, names.NOTIFY, {"scan_id": request.scan_id})
    except Exception:  # the host has logged it
        return


def _scan_or_join(context: Context, request: ScanRequest) -> Steps:
    """Returns the outcome, and the claim that is to be given up, or None.

    A group that is still there may still scan: then the reaper gives the claim up.
    """
    _tell(context, Status.QUEUED)
    if request.policy.flow > FIRST_FLOW:
        resolved = yield step(context, names.RESOLVE_IMAGE, request.to_dict())
        if resolved["outcome"]:
            return Outcome.from_dict(resolved["outcome"]), None
        request = request.resolved_to(resolved["digest"])
    claim = yield context.call_sub_orchestrator(names.AWAIT_CLAIM, {"request": request.to_dict()})
    if claim["outcome"]:
        return Outcome.from_dict(claim["outcome"]), None
    try:
        outcome = yield from _scan_in_container_groups(context, request)
    except Exception:  # whatever happened, the claim is given up
        outcome = STEP_FAILED
    if outcome.cleanup == PENDING:
        return outcome, None
    held = {"scan_id": request.scan_id, "claim_key": request.claim_key}
    if request.policy.flow == FIRST_FLOW:
        yield step(context, names.RELEASE_CLAIM, held)
        return outcome, None
    return outcome, held


def _scan_in_container_groups(context: Context, request: ScanRequest) -> Steps:
    """A new group for each attempt; another attempt only where that may bring a result.

    The cleanup is pending as long as one of the groups may be there.
    """
    is_clean = True
    for number in range(1, request.policy.max_attempts + 1):
        group = group_name(request.scan_id, number, request.image)
        attempt = request.attempt(number, group)
        outcome = yield from _scan_in_container_group(context, request, attempt)
        is_clean = is_clean and outcome.cleanup != PENDING
        if not outcome.is_worth_retry:
            break
        yield pause(context, request.policy.expected_seconds)
    return outcome if is_clean else replace(outcome, cleanup=PENDING)


def _scan_in_container_group(context: Context, request: ScanRequest, attempt: Attempt) -> Steps:
    """One attempt and its compensation, which is armed before the group can exist.

    Straight-line on purpose: a `finally` would run at the end of every episode of the replay.
    """
    admitted = yield context.call_sub_orchestrator(
        names.AWAIT_ADMISSION, {"attempt": attempt.to_dict(), "priority": request.priority}
    )
    if admitted["outcome"]:
        return Outcome.from_dict(admitted["outcome"])
    timeout = {"timeout_seconds": request.policy.timeout_seconds}
    yield step(context, names.RECORD_INTENT, attempt.to_dict() | timeout)
    try:
        outcome = yield from _create_watch_collect_store(context, request, attempt)
    except Exception:  # whatever happened, the group is removed
        outcome = STEP_FAILED
    if outcome.status is not Status.COMPLETED:
        yield from _keep_last_words(context, attempt)
    cleanup = yield from _remove(context, attempt)
    return outcome.with_attempt(attempt.number, attempt.group, cleanup)


def _keep_last_words(context: Context, attempt: Attempt) -> Steps:
    """Keep the scanner's last lines for a person, before its log goes with the group."""
    try:
        yield step(context, names.KEEP_LAST_WORDS, attempt.to_dict())
    except Exception:  # they help; nothing rests on them, and the host has logged it
        return


def _remove(context: Context, attempt: Attempt) -> Steps:
    """Compensate; a cleanup that fails does not change how the scan ended."""
    try:
        removed = yield context.call_sub_orchestrator(
            names.REMOVE_CONTAINER_GROUP, {"attempt": attempt.to_dict()}
        )
    except Exception:  # the ledger keeps the group open, for the reaper
        return PENDING
    return removed["cleanup"]


def _create_watch_collect_store(context: Context, request: ScanRequest, attempt: Attempt) -> Steps:
    _tell(context, Status.PROVISIONING, attempt)
    refused = yield from _create(context, attempt)
    if refused:
        return Outcome.because(refused)

    _tell(context, Status.SCANNING, attempt)
    end = yield context.call_sub_orchestrator(
        names.WATCH_SCANNER, _watch(context, request, attempt)
    )
    if end["outcome"]:
        return Outcome.from_dict(end["outcome"])
    meaning = read_exit_code(end["exitCode"])
    if not isinstance(meaning, Scanned):
        return Outcome.because(meaning.reason, is_worth_retry=isinstance(meaning, TryAgain))

    _tell(context, Status.COLLECTING, attempt)
    collected = yield context.call_sub_orchestrator(
        names.AWAIT_REPORT, _collecting(request, attempt, end)
    )
    if collected["status"] != Status.COMPLETED.value:
        return Outcome.from_dict(collected)
    stored = yield step(context, names.STORE_FINDINGS, attempt.to_dict())
    if stored["stopped"]:
        return Outcome.because(Reason.from_dict(stored["stopped"]))
    return Outcome.from_dict(collected)


def _create(context: Context, attempt: Attempt) -> Steps:
    """Ask for the group until Azure takes it; returns the `Reason` when it never will."""
    refused_before = 0
    while True:
        answer = yield step(context, names.CREATE_CONTAINER_GROUP, attempt.to_dict())
        if answer["stopped"]:
            return Reason.from_dict(answer["stopped"])
        if answer["waitSeconds"]:
            yield pause(context, answer["waitSeconds"])
            continue
        if not answer["refusal"]:
            return None
        follows = after_refusal(Refusal(**answer["refusal"]), refused_before)
        if not isinstance(follows, CreateLater):
            return follows
        refused_before += 1
        yield pause(context, follows.seconds)


def _watch(context: Context, request: ScanRequest, attempt: Attempt) -> dict[str, Any]:
    deadline = deadline_after(context.current_utc_datetime, request.policy.timeout_seconds)
    return {
        "attempt": attempt.to_dict(),
        "policy": request.policy.to_dict(),
        "deadline": deadline.isoformat(),
        "isFirst": True,
    }


def _collecting(request: ScanRequest, attempt: Attempt, end: dict[str, Any]) -> dict[str, Any]:
    return {"attempt": attempt.to_dict(), "policy": request.policy.to_dict(), "end": end}


def _tell(context: Context, phase: Status, attempt: Attempt | None = None) -> None:
    """Set the custom status, which Durable's own status API shows."""
    status = {"phase": phase.value, "since": context.current_utc_datetime.isoformat()}
    if attempt:
        status |= {"attempt": str(attempt.number), "containerGroup": attempt.group}
    context.set_custom_status(status)
