"""The reaper: removes what scans that are over left behind, and ends what nobody carries on."""

from typing import Any

import azure.durable_functions as df

from imagescan import function_names as names
from imagescan.scan.record import CONFIRMED, PENDING
from orchestrators.context import PERSISTENT, Context, Steps, all_ended, pause, step

bp = df.Blueprint()

# A sweep ends before the next one is due, which then takes up what is left. Deletions were seen to
# take 30 to 90 seconds.
GONE_WITHIN_SECONDS = 150
# What was put anew takes the place of the old group first.
REVIVED_WITHIN_SECONDS = 30


@bp.orchestration_trigger(context_name="context")
def reap_container_groups(context: df.DurableOrchestrationContext) -> Steps:
    """See `sweep`."""
    return (yield from sweep(context))


def sweep(context: Context) -> Steps:
    """Find what is left behind and remove it, scan by scan; one sweep at a time.

    Input {abandoned: scans that nobody carries on, turn, before: the turn this one took up};
    returns {stopped, scans, pending, unknown, turn}. Where the groups cannot be listed, all of
    them, nothing is deleted and the next sweep has the same turn.
    """
    asked = context.get_input()
    found = yield from _find(context, asked)
    if found["stopped"]:
        return _told(found, turn=asked["before"])
    context.set_custom_status({"phase": "removing", "unknown": found["unknown"]})
    reaped = yield from all_ended(
        context,
        [context.call_sub_orchestrator(names.REAP_SCAN, one) for one in found["leftBehind"]],
    )
    pending = sum(one is None or one["cleanup"] != CONFIRMED for one in reaped)
    return _told(found, scans=len(reaped), pending=pending, turn=asked["turn"])


def _find(context: Context, asked: dict[str, Any]) -> Steps:
    data = {"abandoned": asked["abandoned"], "upSince": asked["turn"]["upSince"]}
    try:
        return (yield step(context, names.FIND_LEFT_BEHIND, data))
    except Exception:  # the host has logged it
        return {"stopped": "What is left behind could not be found.", "unknown": 0}


def _told(found: dict[str, Any], turn: Any, scans: int = 0, pending: int = 0) -> dict[str, Any]:
    told = {"stopped": found["stopped"], "unknown": found["unknown"]}
    return {**told, "scans": scans, "pending": pending, "turn": turn}


@bp.orchestration_trigger(context_name="context")
def reap_scan(context: df.DurableOrchestrationContext) -> Steps:
    """See `reap`."""
    return (yield from reap(context))


def reap(context: Context) -> Steps:
    """Remove groups of one scan, then end the scan where nobody carries it on.

    Input {scanId, groups, endsScan}; returns {cleanup: confirmed | pending}. The ledger closes an
    entry by itself once a GET answered 404.
    """
    left = context.get_input()
    attempts = yield from _take_over(context, left["groups"])
    removals = [
        context.call_sub_orchestrator(
            names.REMOVE_CONTAINER_GROUP,
            {"attempt": attempt, "withinSeconds": GONE_WITHIN_SECONDS},
        )
        for attempt in attempts
    ]
    removed = yield from all_ended(context, removals)
    if left["endsScan"]:
        yield from _end(context, left["scanId"])
    is_clean = all(one is not None and one["cleanup"] == CONFIRMED for one in removed)
    return {"cleanup": CONFIRMED if is_clean else PENDING}


def _take_over(context: Context, groups: list[str]) -> Steps:
    """Fence the attempts that the groups belong to, and revive what outlived its deletion.

    Returns the attempts as which the reaper deletes.
    """
    attempts, are_revived = [], False
    for group in groups:
        taken = yield step(context, names.TAKE_OVER_CONTAINER_GROUP, {"group": group})
        attempts.append(taken["attempt"])
        if taken["isStubborn"]:
            yield from _revive(context, taken["attempt"])
            are_revived = True
    if are_revived:
        yield pause(context, REVIVED_WITHIN_SECONDS)
    return attempts


def _revive(context: Context, attempt: dict[str, Any]) -> Steps:
    try:
        yield step(context, names.REVIVE_CONTAINER_GROUP, attempt)
    except Exception:  # it is deleted again all the same, and the host has logged it
        return


def _end(context: Context, scan_id: str) -> Steps:
    since = context.current_utc_datetime.isoformat()
    data = {"scanId": scan_id, "since": since}
    ended = yield step(context, names.END_ABANDONED_SCAN, data, PERSISTENT)
    if ended["isNews"]:
        yield from _notify(context, scan_id)


def _notify(context: Context, scan_id: str) -> Steps:
    try:
        yield step(context, names.NOTIFY, {"scan_id": scan_id})
    except Exception:  # the host has logged it
        return
