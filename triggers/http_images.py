"""HTTP: the images that are known, and whether what runs was scanned."""

from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from imagescan.bootstrap import App, app
from imagescan.coverage import MOST_RESOURCES, Coverage, posture_to_wire
from imagescan.errors import InvalidInput, TransientError
from imagescan.inventory.running import ImageInUse
from imagescan.inventory.scopes import choose_scopes
from imagescan.inventory.whole import NoInventory, WholeInventory, read_whole
from imagescan.records.images import Posture
from imagescan.report.findings import Severity
from imagescan.scan.record import iso
from triggers.http_queries import (
    read_choice,
    read_cursor,
    read_limit,
    read_resource_group,
    read_subscription,
    read_text_cursor,
    write_cursor,
)
from triggers.http_replies import error, reply

bp = df.Blueprint()

# Half of the minute that a reply may take: one page more may be on its way, and the rest is tables.
INVENTORY_WITHIN = timedelta(seconds=25)


@bp.route(route="images", methods=["GET"])
def list_images(req: func.HttpRequest) -> func.HttpResponse:
    """200 with a page of images, what was found in each and where it runs; 400."""
    try:
        severity, after = read_choice(req, "severity", Severity), read_cursor(req)
        limit = read_limit(req, default=50, most=100)
    except InvalidInput as invalid:
        return error(400, invalid.code, invalid.message)
    found, cursor = app().images.page(severity, after, limit)
    images = [_image_to_wire(app(), image, posture) for image, posture in found]
    return reply({"images": images, "cursor": write_cursor(cursor)})


def _image_to_wire(app: App, image: str, posture: Posture | None) -> dict[str, Any]:
    uses = app.images.uses(image, MOST_RESOURCES + 1)
    return {
        "image": image,
        "lastCompleted": posture_to_wire(posture),
        "runsIn": [
            {"resourceId": use.resource_id, "lastSeen": iso(use.last_seen)}
            for use in uses[:MOST_RESOURCES]
        ],
        "runsInMore": len(uses) > MOST_RESOURCES,
    }


@bp.route(route="coverage", methods=["GET"])
def get_coverage(req: func.HttpRequest) -> func.HttpResponse:
    """200 with a page of what runs now; 400; 403, 404 for a scope; 503 where Azure is too slow."""
    try:
        after, limit = read_text_cursor(req), read_limit(req, default=100, most=200)
        subscription_id, group = read_subscription(req), read_resource_group(req)
    except InvalidInput as invalid:
        return error(400, invalid.code, invalid.message)
    try:
        whole = read_what_runs(app(), subscription_id, group)
    except TransientError:
        return error(503, "azure_unavailable", "Azure does not answer. Ask again in a minute.")
    if isinstance(whole, func.HttpResponse):
        return whole
    return reply(page_of(app(), whole, after or "", limit))


def read_what_runs(
    app: App, subscription_id: str | None, resource_group: str | None
) -> WholeInventory | func.HttpResponse:
    """Everything that runs in the scope now, or the reply that says why that cannot be told."""
    scopes = choose_scopes(app.settings.watched_subscriptions, subscription_id, resource_group)
    if not scopes:
        message = "This subscription is not among WATCHED_SUBSCRIPTIONS."
        return error(403, "subscription_not_watched", message)
    ends_at = app.clock.now() + INVENTORY_WITHIN
    whole = read_whole(app.inventory, scopes, lambda: app.clock.now() > ends_at)
    if whole is NoInventory.NOT_FOUND:
        message = "No watched subscription has a resource group of this name."
        return error(404, "resource_group_not_found", message)
    if whole is NoInventory.FORBIDDEN:
        message = "Azure does not let the app read this: give its identity the right to."
        return error(403, "scope_unreadable", message)
    if isinstance(whole, NoInventory):
        message = "Azure could not list all of it within 25 seconds: ask for one resource group."
        return error(503, "inventory_too_slow", message)
    return whole


def page_of(app: App, whole: WholeInventory, after: str, limit: int) -> dict[str, Any]:
    """At most `limit` images by name. Each request reads anew what runs, so pages keep to keys."""
    left = [in_use for in_use in whole.images if in_use.key > after]
    page = left[:limit]
    return {
        "total": len(whole.images),
        "unlisted": [one.problem.to_wire() for one in whole.unlisted if one.problem],
        "images": [_cover(app, in_use).to_wire() for in_use in page],
        "cursor": write_cursor(page[-1].key if len(left) > limit else None),
    }


def _cover(app: App, in_use: ImageInUse) -> Coverage:
    name = in_use.image.name
    if not name:
        return Coverage(in_use, None, None)
    return Coverage(in_use, app.images.latest(name), app.scans.last_of(name))
