"""Event Grid: something was deployed."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from imagescan import function_names as names
from imagescan.bootstrap import App, app
from imagescan.container_group.name import PREFIX
from imagescan.deployment import DeploymentEvent, read_event
from imagescan.errors import InvalidInput
from imagescan.records import hashed
from imagescan.records.inbox import Accepted
from imagescan.telemetry import scan_log
from triggers.starting import start

bp = df.Blueprint()


@bp.event_grid_trigger(arg_name="event")
@bp.durable_client_input(client_name="client")
async def on_container_deployed(
    event: func.EventGridEvent, client: df.DurableOrchestrationClient
) -> None:
    """Start a scan of what was deployed; Event Grid delivers at least once and in any order.

    An event that cannot be understood is logged and dropped: raising would have Event Grid deliver
    it again for a day. It raises only where a later delivery can succeed.
    """
    the_app = app()
    try:
        deployed = read_event(event.id, event.event_type, event.subject)
    except InvalidInput as invalid:
        scan_log().warning("Dropped an event: %s", invalid.message)
        return
    if deployed is None:
        scan_log().info("Dropped event %r: nothing was deployed", str(event.id)[:100])
        return
    request = await asyncio.to_thread(accept, the_app, deployed)
    if request is not None:
        await start(the_app, client, request)


def accept(app: App, event: DeploymentEvent) -> Accepted | None:
    """Write the deployment into the inbox; None for our own groups and for repeated events."""
    if is_ours(app, event):
        scan_log().info("Dropped event %r: %s is a scan", event.event_id, event.resource.name)
        return None
    key = f"event/{event.event_id}"
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
