"""What Durable keeps of orchestrations that ended long ago: on Azure it would keep it for ever.

Its tables would grow without bound, and every list of instances (`triggers.pending`, the status
API) reads them through. Records, findings and the ledger are the app's own and stay.
"""

from datetime import UTC, datetime, timedelta

import azure.durable_functions as df

from imagescan.bootstrap import App
from imagescan.telemetry import scan_log

# As long as the local host keeps them. Nothing asks for one that ended a day ago: events come again
# for 24 hours, and every scan that is over by then has its record.
KEPT = timedelta(days=30)
EVER = datetime(2000, 1, 1, tzinfo=UTC)  # Durable wants a beginning
# Never an empty list: Durable then purges what runs, too.
ENDED = [
    df.OrchestrationRuntimeStatus.Completed,
    df.OrchestrationRuntimeStatus.Failed,
    df.OrchestrationRuntimeStatus.Terminated,
]


async def purge_finished(app: App, client: df.DurableOrchestrationClient) -> None:
    """Have Durable forget what ended and began over 30 days ago; raises where it does not answer.

    What was not reached in time is left to the next run.
    """
    until = app.clock.now() - KEPT
    purged = await client.purge_instance_history_by(EVER, until, ENDED)
    if purged.instances_deleted:
        scan_log().info("Purged %d orchestrations from before %s", purged.instances_deleted, until)
