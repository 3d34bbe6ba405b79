"""An app that uses what the host offers, through the SDK's own client and decorators."""

import asyncio
import json
import logging
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)


@app.orchestration_trigger(context_name="context")
def greet(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """Waits for a name."""
    name = yield context.wait_for_external_event("name")
    return (yield context.call_activity("say", name))


@app.activity_trigger(input_name="name")
async def say(name: str) -> str:
    """An asynchronous activity."""
    await asyncio.sleep(0)
    logging.getLogger("app").info("saying hello")
    return f"hello {name}"


@app.route(route="use-client")
@app.durable_client_input(client_name="client")
async def use_client(
    req: func.HttpRequest,  # noqa: ARG001  # every HTTP trigger takes one
    client: df.DurableOrchestrationClient,
) -> func.HttpResponse:
    """Takes an instance through its life; what the client saw."""
    seen: dict[str, Any] = {"id": await client.start_new("greet", "one", {"a": 1})}
    try:
        await client.start_new("greet", "one")
    except Exception as error:  # noqa: BLE001  # the SDK raises no narrower one
        seen["second start"] = str(error)
    await client.suspend("one", "wait")
    seen["suspended"] = await until(client, "one", "Suspended")
    await client.resume("one", "go on")
    seen["resumed"] = await until(client, "one", "Running")
    await client.raise_event("one", "name", "you")
    seen["completed"] = await until(client, "one", "Completed")
    seen["output"] = (await client.get_status("one")).output
    seen["input"] = (await client.get_status("one")).input_
    await client.start_new("greet", "two")
    await client.terminate("two", "enough")
    seen["terminated"] = await until(client, "two", "Terminated")
    found = await client.get_status_by(runtime_status=[df.OrchestrationRuntimeStatus.Terminated])
    seen["found"] = [one.instance_id for one in found]
    seen["all"] = len(await client.get_status_all())
    seen["purged"] = (await client.purge_instance_history("one")).instances_deleted
    seen["gone"] = (await client.get_status("one")).runtime_status
    return func.HttpResponse(json.dumps(seen), mimetype="application/json")


async def until(client: df.DurableOrchestrationClient, instance_id: str, status: str) -> str:
    """Look until the instance has this status."""
    for _ in range(500):
        found = (await client.get_status(instance_id)).runtime_status
        if found and found.value == status:
            return status
        await asyncio.sleep(0.02)
    return "never"


@app.route(route="check/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def check(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """The links of a new instance, as the SDK writes them."""
    instance_id = await client.start_new("greet")
    answer: func.HttpResponse = client.create_check_status_response(req, instance_id)
    return answer


@app.route(route="items/{kind:alpha}/{number:int?}", methods=["GET"])
def items(req: func.HttpRequest) -> func.HttpResponse:
    """What the function was handed."""
    body = {"route": dict(req.route_params), "query": dict(req.params), "url": req.url}
    headers = {"X-Seen": req.headers.get("x-given", "")}
    return func.HttpResponse(
        json.dumps(body), status_code=201, headers=headers, mimetype="application/json"
    )


@app.route(route="open", auth_level=func.AuthLevel.ANONYMOUS)
def open_to_all(req: func.HttpRequest, context: func.Context) -> str:
    """A plain text; the context is the invocation's."""
    return f"{context.function_name} {req.get_body().decode()}"


@app.route(route="fails")
def fails(req: func.HttpRequest) -> str:  # noqa: ARG001  # every HTTP trigger takes one
    """Raises."""
    raise LookupError("lost")


@app.timer_trigger(arg_name="timer", schedule="%EVERY%")
def tick(timer: func.TimerRequest) -> None:
    """Writes down that it ran, where the tests look."""
    with Path(os.environ["FIRED_FILE"]).open("a") as file:
        file.write(f"{timer.past_due}\n")
