"""The Event Grid webhook, as Microsoft.Azure.WebJobs.Extensions.EventGrid 3.3.0 answers it."""

import asyncio
import json
from typing import Any

from aiohttp import web
from azure.functions.eventgrid import EventGridEventInConverter
from azure.functions.meta import Datum

from local.functions_host.app import App, Function
from local.functions_host.invocation import InvocationError, Invoker


class EventGridWebhook:
    """Hands each event of a batch to a function; one failure fails the whole batch."""

    def __init__(self, app: App, invoker: Invoker) -> None:
        """Serve the app's Event Grid triggers; their names match exactly, case included."""
        self._functions = {one.name: one for one in app.of_kind("eventGridTrigger")}
        self._invoker = invoker

    async def answer(self, request: web.Request) -> web.Response:
        """A handshake, a batch of events, or an unsubscription."""
        name = request.query.get("functionName", "")
        function = self._functions.get(name)
        if function is None:
            return web.Response(status=404, text=f"cannot find function: '{name}'")
        if request.method == "OPTIONS":
            return web.Response(status=200)
        kind = request.headers.get("aeg-event-type", "")
        if kind == "Unsubscribe":
            return web.Response(status=202)
        if kind not in ("SubscriptionValidation", "Notification"):
            return web.Response(status=400)
        try:
            body = json.loads(await request.read())
            if kind == "SubscriptionValidation":
                return _handshake(body)
            events = _events(body)
        except (ValueError, KeyError, TypeError, IndexError):
            return web.Response(status=500)
        return await self._deliver(function, events)

    async def _deliver(self, function: Function, events: list[dict[str, Any]]) -> web.Response:
        calls = [self._invoker.call(function, _decode(one)) for one in events]
        results = await asyncio.gather(*calls, return_exceptions=True)
        unexpected = [
            one
            for one in results
            if isinstance(one, BaseException) and not isinstance(one, InvocationError)
        ]
        if unexpected:
            raise unexpected[0]
        if any(isinstance(one, InvocationError) for one in results):
            why = f"Exception while executing function: {function.name}"
            return web.Response(status=500, text=why)
        return web.Response(status=202)


def _handshake(body: Any) -> web.Response:
    code = body[0]["data"]["validationCode"]
    return web.Response(text=json.dumps({"validationResponse": code}, separators=(",", ":")))


def _events(body: Any) -> list[dict[str, Any]]:
    """A batch, or a single CloudEvent."""
    events = body if isinstance(body, list) else [body]
    if not all(isinstance(one, dict) for one in events):
        raise TypeError("An event is a JSON object.")
    return events


def _decode(event: dict[str, Any]) -> Any:
    return EventGridEventInConverter.decode(Datum(json.dumps(event), "json"), trigger_metadata={})
