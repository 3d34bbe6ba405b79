"""HTTP: asking for a scan and reading scans."""

import asyncio
import uuid
from dataclasses import dataclass

import azure.durable_functions as df
import azure.functions as func

from imagescan import function_names as names
from imagescan.bootstrap import App, app
from imagescan.errors import InvalidInput
from imagescan.image_reference import parse_image_reference
from imagescan.ports import Resolved
from imagescan.records.inbox import Accepted, key_of_scan
from imagescan.records.scans import Wanted
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import ScanRequest, Source
from imagescan.scan.status import Status
from triggers.http_queries import (
    read_choice,
    read_cursor,
    read_limit,
    read_object,
    read_resource_group,
    write_cursor,
)
from triggers.http_replies import absolute, error, reply, under_way
from triggers.starting import start

bp = df.Blueprint()


@dataclass(frozen=True)
class Asked:
    """A valid POST /scans."""

    image: str
    force: bool


@bp.route(route="scans", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def post_scan(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """202 with the new scan, or with the one of this image that is running; 400."""
    try:
        asked = read_body(req)
    except InvalidInput as invalid:
        return error(400, invalid.code, invalid.message)
    the_app = app()
    running = await asyncio.to_thread(running_scan, the_app, asked.image)
    record = running or await _accept_and_start(the_app, client, asked)
    body = {**record.to_wire(), "joined": running is not None}
    return under_way(body, absolute(req, body["links"]["self"]))


def read_body(req: func.HttpRequest) -> Asked:
    """The image in normal form and whether to force; raises `InvalidInput`."""
    body = read_object(req, ("image", "force"), "{image, force?}")
    image, force = body.get("image"), body.get("force", False)
    if not isinstance(image, str):
        raise InvalidInput("invalid_image", "image must be a text such as nginx:1.27.")
    if not isinstance(force, bool):
        raise InvalidInput("invalid_force", "force must be true or false.")
    return Asked(str(parse_image_reference(image)), force)


def running_scan(app: App, image: str) -> ScanRecord | None:
    """The scan that claimed the image last under this reference, unless it is over.

    Nor where the reference stands for another digest by now, or its registry does not say: then a
    scan of its own finds out what there is to join.
    """
    holder = app.claims.last_holder(image)
    record = app.scans.get(holder) if holder else None
    if record is None or record.status.is_terminal:
        return None
    now = app.registries.resolve(parse_image_reference(image))
    return record if isinstance(now, Resolved) and now.digest == record.digest else None


async def _accept_and_start(
    app: App, client: df.DurableOrchestrationClient, asked: Asked
) -> ScanRecord:
    scan = ScanRequest(str(uuid.uuid4()), asked.image, Source("request"), app.policy, asked.force)
    request = Accepted(key_of_scan(scan.scan_id), names.SCAN_IMAGE, scan.scan_id, scan.to_dict())
    record = await asyncio.to_thread(_write_down, app, scan, request)
    await start(app, client, request)
    return record


def _write_down(app: App, scan: ScanRequest, request: Accepted) -> ScanRecord:
    """Inbox first: from there on the scan is started, and its record written, whatever dies."""
    now = app.clock.now()
    record = ScanRecord(scan.scan_id, scan.image, scan.source, now)
    app.inbox.accept(request, now)
    app.scans.open(record)
    return record


@bp.route(route="scans", methods=["GET"])
def list_scans(req: func.HttpRequest) -> func.HttpResponse:
    """200 with a page of scans, the newest first; 400."""
    try:
        wanted, after = read_wanted(req), read_cursor(req)
        limit = read_limit(req, default=50, most=200)
    except InvalidInput as invalid:
        return error(400, invalid.code, invalid.message)
    found, cursor = app().scans.page(wanted, after, limit)
    body = {"scans": [record.to_wire() for record in found], "cursor": write_cursor(cursor)}
    return reply(body)


def read_wanted(req: func.HttpRequest) -> Wanted:
    """The filters of a query; raises `InvalidInput`."""
    image = req.params.get("image")
    return Wanted(
        status=read_choice(req, "status", Status),
        image=str(parse_image_reference(image)) if image else None,
        resource_group=read_resource_group(req),
    )


@bp.route(route="scans/{scanId}", methods=["GET"])
def get_scan(req: func.HttpRequest) -> func.HttpResponse:
    """202 while under way, 200 at the end, 404."""
    record = find(req.route_params["scanId"])
    if record is None:
        return error(404, "scan_not_found", "There is no scan of this id.")
    return _reply_with(req, record)


def _reply_with(req: func.HttpRequest, record: ScanRecord) -> func.HttpResponse:
    body = record.to_wire()
    if record.status.is_terminal:
        return reply(body)
    return under_way(body, absolute(req, body["links"]["self"]))


@bp.route(route="scans/{scanId}", methods=["DELETE"])
def delete_scan(req: func.HttpRequest) -> func.HttpResponse:
    """202 while the scan is being cancelled, 200 when it has ended, by this or before; 404."""
    record = find(req.route_params["scanId"])
    if record is None:
        return error(404, "scan_not_found", "There is no scan of this id.")
    asked = app().scans.change(record.scan_id, ScanRecord.asked_to_cancel)
    return _reply_with(req, asked)


def find(scan_id: str) -> ScanRecord | None:
    """The record of a scan; ids are UUIDs, and nothing else is looked up."""
    try:
        return app().scans.get(str(uuid.UUID(scan_id)))
    except ValueError:
        return None
