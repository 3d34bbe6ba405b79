"""What the bench runs: orchestrations that do next to nothing, so that only the engine costs."""

import asyncio
import json
import time
from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
import azure.functions as func

POLL_SECONDS = 0.02

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)


@app.activity_trigger(input_name="city")
def say_hello(city: str) -> str:
    """A greeting."""
    return f"Hello {city}!"


@app.orchestration_trigger(context_name="context")
def greet(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """Three activities, one after the other."""
    first = yield context.call_activity("say_hello", "Tokyo")
    second = yield context.call_activity("say_hello", "Seattle")
    third = yield context.call_activity("say_hello", "London")
    return [first, second, third]


@app.orchestration_trigger(context_name="context")
def greet_and_wait(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """As many activities as its input says, one after the other; then it waits for ever."""
    for _ in range(context.get_input()):
        yield context.call_activity("say_hello", "Tokyo")
    yield context.wait_for_external_event("never")


@app.orchestration_trigger(context_name="context")
def greet_all(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """As many activities as its input says, all at once; how many answered."""
    width = context.get_input()
    greetings = yield context.task_all(
        [context.call_activity("say_hello", "Tokyo") for _ in range(width)]
    )
    return len(greetings)


@app.route(route="greet-many", methods=["POST"])
@app.durable_client_input(client_name="client")
async def greet_many(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Starts `instances` of `greet` with the SDK's client and waits; the seconds that took."""
    began = time.perf_counter()
    ids = [await client.start_new("greet") for _ in range(int(req.params["instances"]))]
    for instance_id in ids:
        while not (await client.get_status(instance_id)).output:  # noqa: ASYNC110  # polling is what clients do
            await asyncio.sleep(POLL_SECONDS)
    return func.HttpResponse(json.dumps(time.perf_counter() - began))
