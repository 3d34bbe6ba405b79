"""Reading what was deployed, and opening the records of the scans that follow from it."""

from typing import Any

import azure.durable_functions as df

from imagescan.bootstrap import App, app
from imagescan.errors import InvalidInput
from imagescan.image_reference import parse_image_reference
from imagescan.ports import NotThere, Refusal
from imagescan.scan.reasons import ReasonCode
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
        message = f"Azure said {seen.code} for {resource_id}."[:500]
        return {"images": [_problem("", ReasonCode.RESOURCE_UNREADABLE, message)], "next": None}
    images = list({entry["name"]: entry for entry in map(_entry, seen.images)}.values())
    end = start + IMAGES_PER_PAGE
    return {"images": images[start:end], "next": end if end < len(images) else None}


def _entry(image: str) -> dict[str, Any]:
    try:
        return {"name": str(parse_image_reference(image)), "problem": None}
    except InvalidInput as invalid:
        return _problem(image[:200], ReasonCode.IMAGE_UNAVAILABLE, invalid.message)


def _problem(name: str, code: ReasonCode, message: str) -> dict[str, Any]:
    return {"name": name, "problem": {"code": code.value, "message": message}}


def open_record(app: App, request: ScanRequest) -> None:
    """Write the record of a scan that is about to start; one that exists stays as it is."""
    record = ScanRecord(request.scan_id, request.image, request.source, app.clock.now())
    app.scans.open(record)
