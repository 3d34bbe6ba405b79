"""Event Grid: something was deployed, or deleted."""

import asyncio
from datetime import UTC, datetime

import azure.durable_functions as df
import azure.functions as func

from imagescan import function_names as names
from imagescan.bootstrap import App, app
from imagescan.container_group.name import PREFIX
from imagescan.deployment import DeletionEvent, DeploymentEvent, read_event
from imagescan.errors import InvalidInput
from imagescan.records import hashed
from imagescan.records.inbox import Accepted, key_of_event
from imagescan.telemetry import scan_log
from triggers.starting import start

bp = df.Blueprint()


@bp.event_grid_trigger(arg_name="event")
@bp.durable_client_input(client_name="client")
async def on_container_deployed(
    event: func.EventGridEvent, client: df.DurableOrchestrationClient
) -> None:
    """Scan what was deployed, take from where images run what was deleted.

    Event Grid delivers at least once and in any order.

    An event that cannot be understood is logged and dropped: raising would have Event Grid deliver
    it again for a day. It raises only where a later delivery can succeed.
    """
    the_app = app()
    try:
        told = read_event(event.id, event.event_type, event.subject)
    except InvalidInput as invalid:
        scan_log().warning("Dropped an event: %s", invalid.message)
        return
    if told is None:
        scan_log().info("Dropped event %r: nothing was deployed", str(event.id)[:100])
    elif isinstance(told, DeletionEvent):
        await asyncio.to_thread(note_deletion, the_app, told, event.event_time)
    else:
        request = await asyncio.to_thread(accept, the_app, told)
        if request is not None:
            await start(the_app, client, request)


def accept(app: App, event: DeploymentEvent) -> Accepted | None:
    """Write the deployment into the inbox; None for our own groups and for repeated events."""
    if is_ours(app, event):
        scan_log().info("Dropped event %r: %s is a scan", event.event_id, event.resource.name)
        return None
    key = key_of_event(event.event_id)
    policy = app.policy
    request = Accepted(
        key=key,
        orchestrator=names.SCAN_DEPLOYMENT,
        instance_id=f"deployment-{hashed(key)}",
        input={
            "resource_id": str(event.resource),
            "event_id": event.event_id,
            "policy": policy.to_dict(),
        },
    )
    return request if app.inbox.accept(request, app.clock.now()) else None


def note_deletion(app: App, event: DeletionEvent, happened_at: datetime | None) -> None:
    """Nothing runs in the resource any more, unless it was seen to since; may be repeated.

    It is written here and now: it is one small change, guarded by the event's own time, and where
    it fails Event Grid delivers the event again. A time in the future would hide what is deployed
    until then, so it counts as now.
    """
    if app.is_scan_group(event.resource):
        return
    now = app.clock.now()
    told = happened_at or now
    at = min(told if told.tzinfo else told.replace(tzinfo=UTC), now)
    app.deployments.gone(event.resource, at)
    scan_log().info("%s was deleted", event.resource)


def is_ours(app: App, event: DeploymentEvent) -> bool:
    """Whether this is a scan's own group; one that only looks like it is logged as suspicious."""
    settings, resource = app.settings, event.resource
    if app.is_scan_group(resource):
        return True
    is_in_our_place = resource.is_container_group_in(
        settings.subscription_id, settings.scan_resource_group
    )
    if is_in_our_place or resource.name.lower().startswith(PREFIX):
        scan_log().warning("Suspicious: %s looks like a scan and is none", resource)
    return False
