"""A bulk rescan: find the images that run, scan each once, in lanes."""

from typing import Any

import azure.durable_functions as df

from imagescan import function_names as names
from imagescan.rescan import RescanRequest
from imagescan.scan.request import ScanRequest, Source
from orchestrators.context import PERSISTENT, Context, Steps, all_ended, pause, step
from orchestrators.lost_scans import record_lost

bp = df.Blueprint()

PAGES_PER_GENERATION = 10
IMAGES_PER_GENERATION = 10
NOT_LISTED = "For ten minutes Azure did not tell what runs. Ask for the rescan again."
# So often it looks at the progress of its lanes: its own history stays below 300 events.
MOST_LOOKS, FIRST_LOOK_SECONDS = 20, 5


@bp.orchestration_trigger(context_name="context")
def rescan(context: df.DurableOrchestrationContext) -> Steps:
    """See `scan_what_runs`."""
    return (yield from scan_what_runs(context))


def scan_what_runs(context: Context) -> Steps:
    """Gather the images of a scope, scan each once, and write down the end.

    Input: a `RescanRequest` whose record is written already. The custom status tells how many
    images are in each state.
    """
    request = RescanRequest.from_dict(context.get_input())
    try:
        problem = yield from _gather_and_scan(context, request)
    except Exception:  # the boundary: the host has logged the step's error
        problem = "A step failed after its retries."
    ended = {"rescan_id": request.rescan_id, "problem": problem}
    progress = yield step(context, names.FINISH_RESCAN, ended, PERSISTENT)
    context.set_custom_status(progress)
    return progress


def _gather_and_scan(context: Context, request: RescanRequest) -> Steps:
    """Returns why the rescan failed as a whole, or None."""
    gathered = yield context.call_sub_orchestrator(
        names.GATHER_IMAGES, {"request": request.to_dict()}
    )
    if gathered["problem"] or request.dry_run:
        return gathered["problem"]
    begun = yield step(context, names.BEGIN_LANES, {"rescan_id": request.rescan_id}, PERSISTENT)
    context.set_custom_status(begun)
    lanes = [
        context.call_sub_orchestrator(
            names.RESCAN_LANE, {"request": request.to_dict(), "lane": number}
        )
        for number in range(min(request.lanes, begun["counts"].get("pending", 0)))
    ]
    if lanes:
        yield from _await_lanes(context, request, lanes)
    return None


def _await_lanes(context: Context, request: RescanRequest, lanes: list[Any]) -> Steps:
    """Wait for every lane, and tell the progress meanwhile; a broken lane stops no other.

    The lanes are begun together with the first look, and waited for one by one. To wait for any of
    them and a timer again and again is not safe: the SDK leaves what was begun before out of what
    it tells the host, and breaks where two tasks of a task_all fail within a task_any.
    """
    first_look = pause(context, FIRST_LOOK_SECONDS)
    yield context.task_any([*lanes, first_look])
    yield first_look
    for _ in range(MOST_LOOKS):
        if all(lane.is_completed for lane in lanes):
            break
        look_again_seconds = yield from _tell_progress(context, request)
        if look_again_seconds is None:
            break
        yield pause(context, look_again_seconds)
    yield from all_ended(context, lanes)


def _tell_progress(context: Context, request: RescanRequest) -> Steps:
    """Returns after how many seconds to tell it again; None, for good, where it cannot be told.

    The lanes go on all the same, and HTTP tells the progress by itself.
    """
    try:
        progress = yield step(context, names.COUNT_RESCAN, {"request": request.to_dict()})
    except Exception:  # the host has logged it
        return None
    context.set_custom_status(progress["told"])
    return progress["lookAgainSeconds"]


@bp.orchestration_trigger(context_name="context")
def gather_images(context: df.DurableOrchestrationContext) -> Steps:
    """See `gather`."""
    return (yield from gather(context))


def gather(context: Context) -> Steps:
    """Write down every image that runs in the scopes, page by page.

    Input {request, scope?, place?}; returns {problem}.
    """
    state = context.get_input()
    place, scope = state.get("place"), state.get("scope", 0)
    scopes = RescanRequest.from_dict(state["request"]).scopes
    for _ in range(PAGES_PER_GENERATION):
        asked = {"request": state["request"], "scope": scope, "place": place}
        try:
            page = yield step(context, names.LIST_RUNNING_IMAGES, asked, PERSISTENT)
        except Exception:  # the host has logged it
            return {"problem": NOT_LISTED}
        if page["problem"]:
            return {"problem": page["problem"]}
        place = page["next"]
        if place is None:
            scope += 1
        if scope == len(scopes):
            return {"problem": None}
    context.continue_as_new({"request": state["request"], "scope": scope, "place": place})
    return None


@bp.orchestration_trigger(context_name="context")
def rescan_lane(context: df.DurableOrchestrationContext) -> Steps:
    """See `scan_one_after_the_other`."""
    return (yield from scan_one_after_the_other(context))


def scan_one_after_the_other(context: Context) -> Steps:
    """Take an image, scan it, and again, until none is left. Input {request, lane}."""
    state = context.get_input()
    request = RescanRequest.from_dict(state["request"])
    for _ in range(IMAGES_PER_GENERATION):
        scan_id = str(context.new_uuid())
        asked = {"rescan_id": request.rescan_id, "scan_id": scan_id, "lane": state["lane"]}
        taken = yield step(context, names.TAKE_IMAGE, asked, PERSISTENT)
        if taken["key"] is None:
            return None
        source = Source("rescan", taken["resource"], rescan_id=request.rescan_id)
        scan = ScanRequest(
            scan_id, taken["image"], source, request.policy, request.force, request.fresh_since
        )
        outcome = yield from _scan(context, scan)
        done = {"rescan_id": request.rescan_id, "key": taken["key"], "outcome": outcome}
        yield step(context, names.FINISH_IMAGE, done, PERSISTENT)
    context.continue_as_new(state)
    return None


def _scan(context: Context, scan: ScanRequest) -> Steps:
    """One scan, whose end is recorded even if it was ended from outside."""
    yield step(context, names.OPEN_SCAN, scan.to_dict(), PERSISTENT)
    try:
        return (yield context.call_sub_orchestrator(names.SCAN_IMAGE, scan.to_dict(), scan.scan_id))
    except Exception:  # it was terminated, or failed as an orchestration
        return (yield from record_lost(context, scan.scan_id))
