"""The waits of a scan, each an orchestration of its own that continues as new.

So a scan's own history stays short however long it waits: an episode replays all that came before
it. Each continues as new with nothing open.
"""

from datetime import datetime
from typing import Any

import azure.durable_functions as df

from imagescan import function_names as names
from imagescan.container_group.time_budget import had_courier_left
from imagescan.scan.decide import (
    Collect,
    GiveUp,
    Observation,
    Wait,
    decide,
    first_wait,
    wait_seconds,
)
from imagescan.scan.outcome import Outcome
from imagescan.scan.profile import Profile
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.record import CONFIRMED, PENDING
from imagescan.scan.request import Policy
from orchestrators.context import PERSISTENT, Context, Steps, pause, step

bp = df.Blueprint()

LOOKS_PER_GENERATION = 10
# A report is sealed every five seconds while it is complete; none for this long is none at all.
REPORT_WITHIN_SECONDS = 60
REPORT_LOOK_EVERY_SECONDS = 3
# A delete takes 30 to 90 seconds as a rule; after this long it is left to the reaper.
GONE_WITHIN_SECONDS = 900


@bp.orchestration_trigger(context_name="context")
def await_claim(context: df.DurableOrchestrationContext) -> Steps:
    """See `hold_or_join`."""
    return (yield from hold_or_join(context))


def hold_or_join(context: Context) -> Steps:
    """Wait until this scan holds the claim on its image, or need not scan.

    Input {request, since?, holder?}; returns {outcome: None} when the claim is held, else {outcome}
    with what another scan's result gives this one, or that it was cancelled.
    """
    state = context.get_input()
    since = state.get("since") or context.current_utc_datetime.isoformat()
    holder = state.get("holder")
    for _ in range(LOOKS_PER_GENERATION):
        data = {"request": state["request"], "holder": holder}
        claim = yield step(context, names.ACQUIRE_CLAIM, data)
        if claim["outcome"] or claim["isHeld"]:
            return {"outcome": claim["outcome"]}
        holder = claim["holder"]
        passed = context.current_utc_datetime - datetime.fromisoformat(since)
        yield pause(context, wait_seconds(passed.total_seconds()))
    context.continue_as_new({"request": state["request"], "since": since, "holder": holder})
    return None


@bp.orchestration_trigger(context_name="context")
def await_admission(context: df.DurableOrchestrationContext) -> Steps:
    """See `queue_for_slot`."""
    return (yield from queue_for_slot(context))


def queue_for_slot(context: Context) -> Steps:
    """Wait until the region has room for another container group.

    Input {attempt, priority}; returns {outcome: None} when the attempt may go on, else {outcome}
    that says why it may not.
    """
    asked = context.get_input()
    for _ in range(LOOKS_PER_GENERATION):
        answer = yield step(context, names.ADMIT_SCAN, asked)
        if answer["waitSeconds"] is None:
            return {"outcome": answer["outcome"]}
        yield pause(context, answer["waitSeconds"])
    context.continue_as_new(asked)
    return None


@bp.orchestration_trigger(context_name="context")
def watch_scanner(context: df.DurableOrchestrationContext) -> Steps:
    """See `watch`."""
    return (yield from watch(context))


def watch(context: Context) -> Steps:
    """Look at a scan's container group until its scanner has ended or the deadline has passed.

    Input {attempt, policy, deadline, isFirst}; returns {outcome: None, exitCode, finishedAt} once
    the scanner has ended, else {outcome} that says why nothing will come.
    """
    state = context.get_input()
    policy, deadline = Policy.from_dict(state["policy"]), datetime.fromisoformat(state["deadline"])
    if state["isFirst"]:
        yield pause(context, first_wait(context.current_utc_datetime, deadline, policy).seconds)
    for _ in range(LOOKS_PER_GENERATION):
        seen = yield step(context, names.OBSERVE_SCANNER, state["attempt"])
        now = context.current_utc_datetime
        match decide(Observation.from_dict(seen), now, deadline, policy):
            case Collect(exit_code, finished_at):
                return {"outcome": None, "exitCode": exit_code, "finishedAt": finished_at}
            case GiveUp(reason, is_worth_retry):
                outcome = Outcome.because(reason, is_worth_retry=is_worth_retry)
                return {"outcome": outcome.to_dict()}
            case Wait(seconds):
                yield pause(context, seconds)
    context.continue_as_new({**state, "isFirst": False})
    return None


@bp.orchestration_trigger(context_name="context")
def await_report(context: df.DurableOrchestrationContext) -> Steps:
    """See `collect_when_sealed`."""
    return (yield from collect_when_sealed(context))


def collect_when_sealed(context: Context) -> Steps:
    """Look for the scan's documents until they are whole and final, a minute at most.

    Input {attempt, policy, end, since?}; returns an `Outcome`: completed, or why not.
    """
    state = context.get_input()
    since = state.get("since") or context.current_utc_datetime.isoformat()
    for _ in range(LOOKS_PER_GENERATION):
        passed = context.current_utc_datetime - datetime.fromisoformat(since)
        is_last = passed.total_seconds() >= REPORT_WITHIN_SECONDS
        data = {"attempt": state["attempt"], "end": state["end"], "isLast": is_last}
        collected = yield step(context, names.COLLECT_REPORT, data)
        if collected["outcome"]:
            return collected["outcome"]
        if is_last:
            return _missing(state, since, collected["missing"]).to_dict()
        yield pause(context, REPORT_LOOK_EVERY_SECONDS)
    context.continue_as_new({**state, "since": since})
    return None


def _missing(state: dict[str, Any], since: str, why: str) -> Outcome:
    """Nothing whole in time: for good, or because the app was away while the courier was there."""
    finished_at = datetime.fromisoformat(state["end"]["finishedAt"])
    policy = Policy.from_dict(state["policy"])
    has_courier = policy.profile is Profile.QSCANNER
    if has_courier and had_courier_left(
        finished_at, datetime.fromisoformat(since), policy.timeout_seconds
    ):
        return Outcome.failed(ReasonCode.HOST_LOST, why, is_worth_retry=True)
    return Outcome.failed(ReasonCode.REPORT_MISSING, why)


@bp.orchestration_trigger(context_name="context")
def remove_container_group(context: df.DurableOrchestrationContext) -> Steps:
    """See `remove`."""
    return (yield from remove(context))


def remove(context: Context) -> Steps:
    """Delete a container group and confirm that it is gone; the compensation of every attempt.

    Input {attempt, withinSeconds?, since?}; returns {cleanup: confirmed | pending}. A delete that
    Azure accepted is no proof (groups were seen running on after it), so it is asked for again
    with every generation, and only a GET that answers 404 counts. Its time begins when Azure may
    be asked; who names a time of its own, as the reaper does, comes again and is not kept waiting.
    """
    state: dict[str, Any] = context.get_input()
    since = state.get("since") or context.current_utc_datetime.isoformat()
    within_seconds = state.get("withinSeconds", GONE_WITHIN_SECONDS)
    asked = yield step(context, names.DELETE_CONTAINER_GROUP, state["attempt"], PERSISTENT)
    if asked["waitSeconds"] and "withinSeconds" in state:
        return {"cleanup": PENDING}
    if asked["waitSeconds"]:
        yield pause(context, asked["waitSeconds"])
        context.continue_as_new({"attempt": state["attempt"]})
        return None
    for _ in range(LOOKS_PER_GENERATION):
        passed = context.current_utc_datetime - datetime.fromisoformat(since)
        yield pause(context, wait_seconds(passed.total_seconds()))
        look = yield step(context, names.CONFIRM_CONTAINER_GROUP_GONE, state["attempt"], PERSISTENT)
        if look["isGone"]:
            return {"cleanup": CONFIRMED}
        if passed.total_seconds() > within_seconds:  # before that look: the host may have been away
            return {"cleanup": PENDING}
    context.continue_as_new({**state, "since": since})
    return None
