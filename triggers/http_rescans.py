"""HTTP: asking for a rescan of what runs, and reading and cancelling it."""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from imagescan.bootstrap import App, app
from imagescan.deployment import ResourceKind, Scope
from imagescan.errors import InvalidInput, TransientError
from imagescan.estimate import Usual
from imagescan.inventory.scopes import choose_scopes
from imagescan.ports import Refusal, ResourcePage
from imagescan.records.scans import Wanted
from imagescan.rescan import Rescan
from imagescan.rescan_reply import rescan_reply, with_plan
from imagescan.scan.record import ScanRecord
from imagescan.scan.status import Status
from imagescan.settings import GUID, RESOURCE_GROUP
from triggers.http_queries import read_object
from triggers.http_replies import absolute, error, reply, under_way
from triggers.rescans import accept_and_start

bp = df.Blueprint()

PAST_SCANS = 30  # that an estimate rests on; each is a row to read
FIELDS = {"resourceGroup", "subscriptionId", "force", "dryRun"}


@dataclass(frozen=True)
class Asked:
    """A valid POST /rescans; without a scope all that is watched is meant."""

    subscription_id: str | None
    resource_group: str | None
    force: bool
    dry_run: bool


@bp.route(route="rescans", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def post_rescan(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """202 with the rescan; 400; 403 for what is not watched; 404 for an unknown group; 503."""
    try:
        asked = read_body(req)
    except InvalidInput as invalid:
        return error(400, invalid.code, invalid.message)
    the_app = app()
    try:
        scopes = await asyncio.to_thread(find_scopes, the_app, asked)
    except TransientError:
        return error(503, "azure_unavailable", "Azure does not answer. Ask again in a minute.")
    if isinstance(scopes, func.HttpResponse):
        return scopes
    rescan = await accept_and_start(the_app, client, scopes, asked.force, asked.dry_run)
    body = await asyncio.to_thread(shown, the_app, rescan)
    return under_way(body, absolute(req, body["links"]["self"]))


def read_body(req: func.HttpRequest) -> Asked:
    """What is asked for; raises `InvalidInput`."""
    body = read_object(req, FIELDS, "{resourceGroup?, subscriptionId?, force?, dryRun?}")
    subscription_id, group = body.get("subscriptionId"), body.get("resourceGroup")
    force, dry_run = body.get("force", False), body.get("dryRun", False)
    if subscription_id is not None and not _matches(GUID, subscription_id):
        raise InvalidInput("invalid_subscription", "subscriptionId must be a GUID.")
    if group is not None and not _matches(RESOURCE_GROUP, group):
        raise InvalidInput("invalid_resource_group", "resourceGroup must be a group's name.")
    if not isinstance(force, bool) or not isinstance(dry_run, bool):
        raise InvalidInput("invalid_flag", "force and dryRun must be true or false.")
    return Asked(subscription_id, group, force, dry_run)


def _matches(pattern: Any, value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def find_scopes(app: App, asked: Asked) -> list[Scope] | func.HttpResponse:
    """Where to look, or the reply for what is not watched, not there, or not readable.

    A resource group without a subscription is looked for in all that are watched.
    """
    watched = app.settings.watched_subscriptions
    scopes = choose_scopes(watched, asked.subscription_id, asked.resource_group)
    if not scopes:
        message = "This subscription is not among WATCHED_SUBSCRIPTIONS."
        return error(403, "subscription_not_watched", message)
    if asked.resource_group is None and len(scopes) > 1:
        return scopes  # what cannot be read of them is told by the rescan
    listed = {
        scope: app.resources.list_page(scope, ResourceKind.CONTAINER_GROUP, None)
        for scope in scopes
    }
    found = [scope for scope, page in listed.items() if isinstance(page, ResourcePage)]
    return found or _why_none(listed)


def _why_none(listed: Mapping[Scope, object]) -> func.HttpResponse:
    for scope, page in listed.items():
        if isinstance(page, Refusal):
            message = f"Azure said {page.code} for {scope}: the app may not read it."
            return error(403, "scope_unreadable", message[:500])
    scope = next(iter(listed))
    return error(404, "resource_group_not_found", f"There is no {scope}.")


@bp.route(route="rescans/{rescanId}", methods=["GET"])
def get_rescan(req: func.HttpRequest) -> func.HttpResponse:
    """202 while under way, 200 at the end, 404."""
    rescan = find(req.route_params["rescanId"])
    return _not_found() if rescan is None else _reply_with(req, rescan)


@bp.route(route="rescans/{rescanId}", methods=["DELETE"])
def delete_rescan(req: func.HttpRequest) -> func.HttpResponse:
    """202 while it is being cancelled, 200 when it has ended, by this or before; 404.

    What has not begun never will; scans that run are cancelled, and their groups deleted.
    """
    rescan = find(req.route_params["rescanId"])
    if rescan is None:
        return _not_found()
    asked = app().rescans.change(rescan.rescan_id, Rescan.asked_to_cancel)
    if asked.cancel_requested:
        cancel_running(app(), asked)
    return _reply_with(req, asked)


def cancel_running(app: App, rescan: Rescan) -> None:
    """Ask each scan of the rescan that has begun to end; one that begins later sees it itself."""
    for item in app.rescan_items.progress(rescan.rescan_id).items:
        if item.outcome is None and item.scan_id is not None and app.scans.get(item.scan_id):
            app.scans.change(item.scan_id, ScanRecord.asked_to_cancel)


def find(rescan_id: str) -> Rescan | None:
    """The record of a rescan; ids are UUIDs, and nothing else is looked up."""
    try:
        return app().rescans.get(str(uuid.UUID(rescan_id)))
    except ValueError:
        return None


def shown(app: App, rescan: Rescan) -> dict[str, Any]:
    """The rescan as the API shows it; a dry run has its plan once all images are known."""
    progress = app.rescan_items.progress(rescan.rescan_id)
    lanes = app.settings.max_concurrent_scans
    body = rescan_reply(rescan, progress, lanes, app.clock.now())
    if not (rescan.dry_run and rescan.status.is_terminal):
        return body
    past, _ = app.scans.page(Wanted(Status.COMPLETED), None, PAST_SCANS)
    usual = Usual.of(past, app.settings.expected_scan_seconds)
    return with_plan(body, progress, usual, lanes, app.settings.group_second_usd)


def _not_found() -> func.HttpResponse:
    return error(404, "rescan_not_found", "There is no rescan of this id.")


def _reply_with(req: func.HttpRequest, rescan: Rescan) -> func.HttpResponse:
    body = shown(app(), rescan)
    if rescan.status.is_terminal:
        return reply(body)
    return under_way(body, absolute(req, body["links"]["self"]))
