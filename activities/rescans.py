"""The images of a rescan: listed, taken, dealt with, counted."""

from typing import Any

import azure.durable_functions as df

from imagescan.bootstrap import App, app
from imagescan.cost import UNKNOWN, Bill
from imagescan.deployment import Scope
from imagescan.inventory.pages import InventoryPage, Place
from imagescan.inventory.running import RunningImage, unreadable
from imagescan.ports import NotThere
from imagescan.rescan import Progress, RescanRequest, RescanStatus
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode

bp = df.Blueprint()


@bp.activity_trigger(input_name="step")
def list_running_images(step: dict) -> dict:
    """See `list_page`."""
    return list_page(app(), RescanRequest.from_dict(step["request"]), step["scope"], step["place"])


@bp.activity_trigger(input_name="step")
def begin_lanes(step: dict) -> dict:
    """The images are known: let scans begin; returns the progress as `told`."""
    app().rescans.change(step["rescan_id"], lambda known: known.moved_to(RescanStatus.SCANNING))
    return told(app().rescan_items.progress(step["rescan_id"]))


@bp.activity_trigger(input_name="step")
def take_image(step: dict) -> dict:
    """See `take`."""
    return take(app(), step["rescan_id"], step["scan_id"], step["lane"])


@bp.activity_trigger(input_name="step")
def finish_image(step: dict) -> dict:
    """See `finish_one`."""
    finish_one(app(), step["rescan_id"], step["key"], Outcome.from_dict(step["outcome"]))
    return {}


@bp.activity_trigger(input_name="step")
def count_rescan(step: dict) -> dict:
    """How the images stand, and when to look again: {told, lookAgainSeconds}."""
    request = RescanRequest.from_dict(step["request"])
    progress = app().rescan_items.progress(request.rescan_id)
    return {
        "told": told(progress),
        "lookAgainSeconds": progress.look_again_seconds(request.lanes),
    }


@bp.activity_trigger(input_name="step")
def finish_rescan(step: dict) -> dict:
    """See `finish`."""
    return finish(app(), step["rescan_id"], step["problem"])


def told(progress: Progress) -> dict[str, Any]:
    """{total, counts}: what the custom status shows."""
    return {"total": len(progress.items), "counts": progress.counts}


def list_page(
    app: App, request: RescanRequest, scope_number: int, place: dict[str, Any] | None
) -> dict[str, Any]:
    """Write down a page of what runs in a scope; returns {next: place | None, problem}."""
    rescan = app.rescans.change(
        request.rescan_id, lambda known: known.moved_to(RescanStatus.GATHERING)
    )
    if rescan.cancel_requested:
        return {"next": None, "problem": "It was cancelled before its images were known."}
    scope = request.scopes[scope_number]
    at = Place.from_dict(place) if place else Place(scope)
    page = app.inventory.page(at)
    if isinstance(page, NotThere):
        return {"next": None, "problem": f"There is no {scope}."}
    _write_down(app, request, scope, page)
    return {"next": page.next and page.next.to_dict(), "problem": None}


def _write_down(app: App, request: RescanRequest, scope: Scope, page: InventoryPage) -> None:
    for running in page.resources:
        for image in running.images:
            outcome = _known_outcome(app, request, image)
            app.rescan_items.add(request.rescan_id, image.name, str(running.resource), outcome)
    if page.refusal:
        problem = unreadable(scope, page.refusal).problem
        assert problem is not None
        outcome = Outcome.because(problem)
        app.rescan_items.add(request.rescan_id, "", f"{scope} {page.refusal.code}", outcome)


def _known_outcome(app: App, request: RescanRequest, image: RunningImage) -> Outcome | None:
    """An image that cannot be scanned; in a dry run also one that would be skipped as fresh.

    Whether an image is fresh is known for certain only once its digest is: when it is scanned.
    """
    if image.problem:
        return Outcome.because(image.problem)
    if not request.dry_run or request.force:
        return None
    posture = app.images.latest(image.name)
    is_fresh = posture and posture.is_fresh(app.clock.now(), app.settings.scan_cache_hours)
    return posture.taken() if posture and is_fresh else None


def take(app: App, rescan_id: str, scan_id: str, lane: int) -> dict[str, Any]:
    """An image for a scan: {key, image, resource}, all None when there is none left to be begun.

    What an earlier run of the step has taken is given again, also where somebody cancelled since:
    the scan ends as cancelled itself.
    """
    item = app.rescan_items.taken(rescan_id, scan_id)
    if item is None and not app.rescans.is_cancelled(rescan_id):
        item = app.rescan_items.take(rescan_id, scan_id, lane, app.clock.now())
    return {
        "key": item and item.key,
        "image": item and item.image,
        "resource": item and item.resource,
    }


def finish_one(app: App, rescan_id: str, key: str, outcome: Outcome) -> None:
    """Write down how an image of the rescan was dealt with, and what its scan cost."""
    item = app.rescan_items.get(rescan_id, key)
    scan = app.scans.get(item.scan_id) if item and item.scan_id else None
    bill = Bill(scan.running_seconds, scan.cost_usd) if scan else UNKNOWN
    app.rescan_items.finish(rescan_id, key, outcome, app.clock.now(), bill)


def finish(app: App, rescan_id: str, problem: str | None) -> dict[str, Any]:
    """Write the end of a rescan, and of the images that nobody dealt with; returns the progress."""
    now = app.clock.now()
    rescan = app.rescans.get(rescan_id)
    assert rescan is not None
    if not rescan.dry_run:
        _finish_what_is_left(app, rescan_id)
    app.rescans.change(rescan_id, lambda known: known.ended(problem, now))
    return told(app.rescan_items.progress(rescan_id))


def _finish_what_is_left(app: App, rescan_id: str) -> None:
    lost = Outcome.failed(ReasonCode.HOST_LOST, "Its lane of the rescan was ended from outside.")
    not_begun = Outcome.failed(ReasonCode.CANCELLED)
    is_cancelled = app.rescans.is_cancelled(rescan_id)
    for item in app.rescan_items.progress(rescan_id).items:
        if item.outcome is None:
            outcome = not_begun if is_cancelled and item.scan_id is None else lost
            app.rescan_items.finish(rescan_id, item.key, outcome, app.clock.now())
