"""Event Grid's events for writes and deletes of resources, delivered as Event Grid does.

At least once, and again with growing gaps while the endpoint fails or is down. The schema is that
of Microsoft.Resources events (azure-docs, event-schema-subscriptions); no sample for container
groups is published, so operation and provider are put in by analogy.
"""

import asyncio
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import aiohttp

from local.azure_emulator.clock import iso

GAPS_SECONDS = (1, 1, 2, 2, 5, 10, 10, 30)
Publish = Callable[[dict[str, Any]], None]


def resource_event(subject: str, provider_type: str, verb: str, now: datetime) -> dict[str, Any]:
    """The event of a write or delete; `verb` is Write or Delete."""
    subscription = subject.split("/")[2]
    return {
        "id": str(uuid.uuid4()),
        "topic": f"/subscriptions/{subscription}",
        "subject": subject,
        "eventType": f"Microsoft.Resources.Resource{verb}Success",
        "eventTime": iso(now),
        "dataVersion": "2",
        "metadataVersion": "1",
        "data": {
            "correlationId": str(uuid.uuid4()),
            "resourceProvider": provider_type.split("/", maxsplit=1)[0],
            "resourceUri": subject,
            "operationName": f"{provider_type}/{verb.lower()}",
            "status": "Succeeded",
            "subscriptionId": subscription,
            "tenantId": "00000000-0000-0000-0000-000000000000",
        },
    }


class Delivery:
    """Delivers events to one webhook, each on its own."""

    def __init__(self, url: str | None) -> None:
        """Without an address events are dropped, as without a subscription."""
        self._url = url
        self._under_way: set[asyncio.Task[None]] = set()

    def publish(self, event: dict[str, Any]) -> None:
        """Deliver in the background."""
        if self._url is None:
            return
        task = asyncio.get_running_loop().create_task(self._deliver(self._url, event))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, url: str, event: dict[str, Any]) -> None:
        tries = 0
        while not await _post(url, event):
            await asyncio.sleep(GAPS_SECONDS[min(tries, len(GAPS_SECONDS) - 1)])
            tries += 1


async def _post(url: str, event: dict[str, Any]) -> bool:
    timeout = aiohttp.ClientTimeout(total=30)
    headers = {"aeg-event-type": "Notification"}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, json=[event], headers=headers) as answer,
        ):
            return answer.ok
    except (aiohttp.ClientError, TimeoutError):
        return False
