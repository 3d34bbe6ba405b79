"""Reading what was deployed, and opening the records of the scans that follow from it."""

from typing import Any

import azure.durable_functions as df

from imagescan.bootstrap import App, app
from imagescan.inventory.running import RunningImage, read_images, unreadable
from imagescan.ports import NotThere, Refusal
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import ScanRequest
from imagescan.telemetry import scan_log

bp = df.Blueprint()

# References may have several hundred characters, and what crosses the history stays below 8 KB.
IMAGES_PER_PAGE = 8


@bp.activity_trigger(input_name="step")
def read_deployment(step: dict) -> dict:
    """See `read`."""
    return read(app(), step["resourceId"], step["start"])


@bp.activity_trigger(input_name="step")
def open_scan(step: dict) -> dict:
    """See `open_record`."""
    open_record(app(), ScanRequest.from_dict(step))
    return {}


def read(app: App, resource_id: str, start: int) -> dict[str, Any]:
    """A page of the images that a resource runs: {images: [{name, problem}], next}.

    `name` is in normal form where `problem` is None. A resource that is gone has no images; one
    that may not be read has a single nameless one with that problem.
    """
    seen = app.resources.read(resource_id)
    if isinstance(seen, NotThere):
        scan_log().info("%s was deleted before it could be read", resource_id)
        return {"images": [], "next": None}
    if isinstance(seen, Refusal):
        return {"images": [_entry(unreadable(resource_id, seen))], "next": None}
    images = [_entry(image) for image in read_images(seen.images)]
    end = start + IMAGES_PER_PAGE
    return {"images": images[start:end], "next": end if end < len(images) else None}


def _entry(image: RunningImage) -> dict[str, Any]:
    return {"name": image.name, "problem": image.problem and image.problem.to_dict()}


def open_record(app: App, request: ScanRequest) -> None:
    """Write the record of a scan that is about to start; one that exists stays as it is."""
    record = ScanRecord(request.scan_id, request.image, request.source, app.clock.now())
    app.scans.open(record)
