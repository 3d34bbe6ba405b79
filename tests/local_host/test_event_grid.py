"""The Event Grid webhook against what the real extension was recorded to answer."""

import asyncio
import json
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from local.functions_host.app import index
from local.functions_host.event_grid import EventGridWebhook
from local.functions_host.invocation import Invoker

RECORDED = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "conformance/eventgrid.jsonl").read_text().splitlines()
]
PATH = "/runtime/webhooks/eventgrid"


async def send(recorded: dict[str, Any], delivered: list[str | None]) -> dict[str, Any]:
    """Send a recorded request to the webhook; its reply as it was written down."""
    app = func.FunctionApp()

    @app.event_grid_trigger(arg_name="event")
    def on_event(event: func.EventGridEvent) -> None:
        delivered.append(event.subject)
        if "fail-" in (event.subject or ""):
            raise RuntimeError("no")

    routes = web.Application()
    webhook = EventGridWebhook(index(app, {}), Invoker(2, "{}"))
    routes.router.add_route("*", PATH, webhook.answer)
    name, kind, body = (recorded[key] for key in ("functionName", "aegEventType", "request"))
    async with TestClient(TestServer(routes)) as client:
        reply = await client.request(
            "OPTIONS" if body is None and kind is None else "POST",
            PATH,
            params={} if name is None else {"functionName": name},
            headers={} if kind is None else {"aeg-event-type": kind},
            data=body,
        )
        text = await reply.text()
    has_type = "" if not text else reply.headers.get("Content-Type", "")
    return {"status": str(reply.status), "reply": text, "contentType": has_type}


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda one: one["name"])
def test_a_request_is_answered_as_recorded(recorded: dict[str, Any]) -> None:
    delivered: list[str | None] = []

    answered = asyncio.run(send(recorded, delivered))

    assert answered == {key: recorded[key] for key in ("status", "reply", "contentType")}
    given = [json.loads(one).get("subject") for one in recorded["delivered"]]
    assert sorted(map(str, delivered)) == sorted(map(str, given))
