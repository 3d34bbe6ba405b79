"""Starting an orchestration for an accepted request, exactly once."""

import asyncio

import azure.durable_functions as df

from imagescan.bootstrap import App
from imagescan.records.inbox import Accepted
from triggers.instances import Life, life_of


async def start(app: App, client: df.DurableOrchestrationClient, request: Accepted) -> None:
    """Start the request's orchestration unless it exists, then note that it does.

    An id that ran already would run again: the Durable extension replaces finished instances. Two
    callers at once are harmless: the second start of a running id is refused.
    """
    if not await _exists(client, request.instance_id):
        try:
            await client.start_new(request.orchestrator, request.instance_id, dict(request.input))
        except Exception:
            if not await _exists(client, request.instance_id):
                raise
    await asyncio.to_thread(app.inbox.mark_started, request.key)


async def _exists(client: df.DurableOrchestrationClient, instance_id: str) -> bool:
    return await life_of(client, instance_id) is not Life.UNKNOWN
