"""What happens by itself."""

import asyncio
import logging
from dataclasses import asdict

import azure.durable_functions as df
import azure.functions as func

from imagescan import function_names as names
from imagescan.access_token import TokenState
from imagescan.bootstrap import App, app
from imagescan.inventory.scopes import choose_scopes
from imagescan.records.inbox import Accepted
from imagescan.telemetry import Signal, scan_log
from triggers.pending import tell_pending
from triggers.purging import purge_finished
from triggers.reaper import start_sweep
from triggers.rescans import accept_and_start, rescan_id_of
from triggers.starting import start

bp = df.Blueprint()


@bp.timer_trigger(arg_name="timer", schedule="0 * * * * *")
@bp.durable_client_input(client_name="client")
async def restart_accepted(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:
    """Every minute: start what was accepted over two minutes ago and never started."""
    the_app = app()
    left_behind = await asyncio.to_thread(the_app.inbox.left_behind, the_app.clock.now())
    for request in left_behind:
        scan_log().warning("Starting %s, which was left behind", request.instance_id)
        await start(the_app, client, request)


@bp.timer_trigger(arg_name="timer", schedule="0 30 */6 * * *")
@bp.durable_client_input(client_name="client")
async def take_stock(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:
    """Every six hours: an inventory of all that is watched, which no lost event can mislead.

    Before that, a warning where the access token has expired or soon will.
    """
    the_app = app()
    warn_of_token(the_app)
    request = await asyncio.to_thread(accept_inventory, the_app)
    if request is not None:
        await start(the_app, client, request)


def warn_of_token(app: App) -> None:
    """One trace where QUALYS_ACCESS_TOKEN has expired (error) or soon will (warning), else none.

    Its `Signal` is access_token_expires; the message names the setting and the time.
    """
    token = app.access_token
    if token is None or token.state not in (TokenState.EXPIRING, TokenState.EXPIRED):
        return
    level = logging.ERROR if token.state is TokenState.EXPIRED else logging.WARNING
    scan_log(signal=Signal.ACCESS_TOKEN_EXPIRES).log(level, token.message)


def accept_inventory(app: App) -> Accepted | None:
    """Write this hour's inventory into the inbox; None where it is there already."""
    now = app.clock.now()
    name = f"inventory-{now:%Y%m%dT%H}"
    scopes = [asdict(scope) for scope in choose_scopes(app.settings.watched_subscriptions)]
    request = Accepted(f"inventory/{name}", names.TAKE_INVENTORY, name, {"scopes": scopes})
    return request if app.inbox.accept(request, now) else None


@bp.timer_trigger(arg_name="timer", schedule="0 */5 * * * *")
@bp.durable_client_input(client_name="client")
async def start_reaper(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:
    """Every five minutes: remove what scans that are over left behind; see `orchestrators.reaping`.

    It raises where Durable does not answer clearly, and nothing is reaped until it does.
    """
    await start_sweep(app(), client)


@bp.timer_trigger(arg_name="timer", schedule="30 */5 * * * *")
@bp.durable_client_input(client_name="client")
async def look_for_pending(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:
    """Every five minutes: tell of orchestrations that do not begin."""
    await tell_pending(app(), client)


@bp.timer_trigger(arg_name="timer", schedule="0 20 * * * *")
@bp.durable_client_input(client_name="client")
async def purge_history(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:
    """Every hour: have Durable forget orchestrations of over 30 days ago that have ended."""
    await purge_finished(app(), client)


@bp.timer_trigger(arg_name="timer", schedule="%RESCAN_SCHEDULE%")
@bp.durable_client_input(client_name="client")
async def rescan_on_schedule(
    timer: func.TimerRequest, client: df.DurableOrchestrationClient
) -> None:
    """As RESCAN_SCHEDULE says: rescan everything in WATCHED_SUBSCRIPTIONS, what is fresh aside."""
    the_app = app()
    scopes = choose_scopes(the_app.settings.watched_subscriptions, None, None)
    rescan_id = rescan_id_of(the_app.clock.now())
    await accept_and_start(the_app, client, scopes, False, False, rescan_id)
