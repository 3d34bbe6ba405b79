"""What happens by itself."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from imagescan.bootstrap import app
from imagescan.telemetry import scan_log
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
