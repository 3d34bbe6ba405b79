"""Orchestrations that Durable took and does not start: seen on Flex Consumption.

azure-functions-durable-extension #3230. A timer scales by itself on Azure, so it still runs where
orchestrations do not.
"""

from datetime import timedelta

import azure.durable_functions as df

from imagescan.bootstrap import App
from imagescan.telemetry import Signal, scan_log

TOO_LONG = timedelta(minutes=10)
# What is older was told of for a day.
LOOKED_BACK = timedelta(days=1)


async def tell_pending(app: App, client: df.DurableOrchestrationClient) -> None:
    """Log how many wait for too long, and since when; nothing where none does.

    The SDK reads the first page of Durable's list only: there may be more than are told.
    """
    now = app.clock.now()
    pending = await client.get_status_by(
        created_time_from=now - LOOKED_BACK,
        created_time_to=now - TOO_LONG,
        runtime_status=[df.OrchestrationRuntimeStatus.Pending],
    )
    if pending:
        since = min(one.created_time for one in pending)
        log = scan_log(signal=Signal.ORCHESTRATIONS_PENDING)
        log.error("%d orchestrations have not begun, the oldest since %s", len(pending), since)
