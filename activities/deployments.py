"""Reading what was deployed, and opening the records of the scans that follow from it.

Whatever is read is noted as what runs there now; an inventory reads all of it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import azure.durable_functions as df

from imagescan.bootstrap import App, app
from imagescan.deployment import ResourceId, Scope, parse_resource_id
from imagescan.inventory.pages import RESOURCES_PER_PAGE, Place
from imagescan.inventory.running import RunningImage, RunningResource, read_images, unreadable
from imagescan.ports import NotThere, Refusal
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import ScanRequest
from imagescan.telemetry import scan_log

bp = df.Blueprint()

# References may have several hundred characters, and what crosses the history stays below 8 KB.
IMAGES_PER_PAGE = 8
# Event Grid delivers for a day; a deletion that is older makes nothing unseen any more.
FORGOTTEN_AFTER = timedelta(days=7)


@bp.activity_trigger(input_name="step")
def read_deployment(step: dict) -> dict:
    """See `read`."""
    return read(app(), step["resourceId"], step["start"])


@bp.activity_trigger(input_name="step")
def open_scan(step: dict) -> dict:
    """See `open_record`."""
    open_record(app(), ScanRequest.from_dict(step))
    return {}


@bp.activity_trigger(input_name="step")
def take_inventory_page(step: dict) -> dict:
    """See `take_page`."""
    return take_page(app(), Place.from_dict(step))


@bp.activity_trigger(input_name="step")
def look_for_unseen(step: dict) -> dict:
    """See `look_again`."""
    since = datetime.fromisoformat(step["since"])
    return {"next": look_again(app(), Scope(**step["scope"]), since, step["after"])}


def read(app: App, resource_id: str, start: int) -> dict[str, Any]:
    """A page of the images that a resource runs: {images: [{name, problem}], next}.

    `name` is in normal form where `problem` is None. A resource that is gone has no images; one
    that may not be read has a single nameless one with that problem.
    """
    resource = parse_resource_id(resource_id)
    images = observe(app, resource, is_noted=start == 0)
    end = start + IMAGES_PER_PAGE
    page = [_entry(image) for image in images[start:end]]
    return {"images": page, "next": end if end < len(images) else None}


def observe(app: App, resource: ResourceId, *, is_noted: bool = True) -> Sequence[RunningImage]:
    """The images of a resource; what it runs, or that it is gone, is noted."""
    at = app.clock.now()
    seen = app.resources.read(str(resource))
    if isinstance(seen, Refusal):
        return (unreadable(resource, seen),)
    if isinstance(seen, NotThere):
        scan_log().info("%s is not there any more", resource)
        app.deployments.gone(resource, at)
        return ()
    running = RunningResource(resource, read_images(seen.images))
    if is_noted:
        app.deployments.seen(running, at)
    return running.images


def _entry(image: RunningImage) -> dict[str, Any]:
    return {"name": image.name, "problem": image.problem and image.problem.to_dict()}


def open_record(app: App, request: ScanRequest) -> None:
    """Write the record of a scan that is about to start; one that exists stays as it is."""
    record = ScanRecord(request.scan_id, request.image, request.source, app.clock.now())
    app.scans.open(record)


def take_page(app: App, place: Place) -> dict[str, Any]:
    """Note what a page of an inventory shows: {resources, refused, next}.

    `resources` is how many there were, `refused` what Azure said where it refused the list, `next`
    the place of the next page. A resource group that does not exist has none.
    """
    at = app.clock.now()
    page = app.inventory.page(place)
    if isinstance(page, NotThere):
        return {"resources": 0, "refused": None, "next": None}
    if page.refusal:
        scan_log().warning("%s in %s: %s", place.kind, place.scope, page.refusal.code)
    for running in page.resources:
        app.deployments.seen(running, at)
    return {
        "resources": len(page.resources),
        "refused": page.refusal and page.refusal.code,
        "next": page.next and page.next.to_dict(),
    }


def look_again(app: App, scope: Scope, since: datetime, after: str) -> str | None:
    """Read one by one what an inventory that began then has not seen; where to go on, or None.

    Lists may lag behind: only a resource that is not found is gone. What went long ago is
    forgotten.
    """
    known = app.deployments.page(scope, after, RESOURCES_PER_PAGE)
    for cursor, head in known:
        if head.exists and head.as_of < since:
            observe(app, parse_resource_id(head.resource_id))
        elif not head.exists and head.as_of < since - FORGOTTEN_AFTER:
            app.deployments.forget(scope, cursor)
    return known[-1][0] if len(known) == RESOURCES_PER_PAGE else None
