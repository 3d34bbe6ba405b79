"""Delivers events to one webhook over HTTP, as Event Grid does: an array with one event each."""

import asyncio
import logging

import aiohttp

from local.azure_emulator.outbox import Delivery, Outbox

RESPONSE_WITHIN_SECONDS = 30
# Event Grid does not try these again (azure-docs, delivery-and-retry).
HOPELESS = frozenset({400, 413})
log = logging.getLogger(__name__)


class Webhook:
    """Posts what an outbox holds to one address, which holds a key and is never logged."""

    def __init__(self, outbox: Outbox, url: str) -> None:
        """Deliver from this outbox to this address; needs a running event loop."""
        self._outbox, self._url = outbox, url
        timeout = aiohttp.ClientTimeout(total=RESPONSE_WITHIN_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout)
        self._under_way: set[asyncio.Task[None]] = set()

    def deliver_due(self) -> None:
        """Begin to deliver what is due; returns at once."""
        for delivery in self._outbox.take_due():
            task = asyncio.create_task(self._deliver(delivery))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in self._under_way:
            task.cancel()
        await self._session.close()

    async def _deliver(self, delivery: Delivery) -> None:
        headers = {"aeg-event-type": "Notification"}
        try:
            async with self._session.post(
                self._url, json=[delivery.event], headers=headers
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError):
            self._outbox.failed(delivery)
            return
        if status in HOPELESS:
            log.warning("The endpoint refused event %s with %s.", delivery.event["id"], status)
        elif not answer.ok:
            self._outbox.failed(delivery)
