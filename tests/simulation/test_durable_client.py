"""The Durable client's other end: the simulation answers as the local host does."""

from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import azure.durable_functions as df

from tests.local_host.virtual_api import Caller, talk
from tests.local_host.virtual_host import VirtualHost
from tests.simulation.durable_client import DurableApi, answered_by
from tests.simulation.functions import CLIENT
from tests.simulation.steps import complete


def waits(context: Any) -> Any:
    """Never ends by itself."""
    context.set_custom_status({"phase": "waiting"})
    yield context.wait_for_external_event("never")


def ends(context: Any) -> Any:
    """Ends with what it was given."""
    yield context.task_all([])
    return context.get_input()


async def told(client: df.DurableOrchestrationClient, instance_id: str) -> dict[str, Any]:
    """A status but for its times."""
    status = await client.get_status(instance_id)
    shown = ("name", "instance_id", "runtime_status", "input_", "output", "custom_status")
    return {name: getattr(status, name) for name in shown}


async def failing(call: Awaitable[Any]) -> str | None:
    try:
        await call
    except Exception as error:  # noqa: BLE001  # the SDK raises nothing else
        return str(error)
    return None


async def starts(client: df.DurableOrchestrationClient) -> list[Any]:
    """New instances, and one that is not there."""
    return [
        await client.start_new("waits", "one", {"a": 1}),
        await client.start_new("ends", "two", 5),
        await told(client, "unknown"),
    ]


async def goes_on(client: df.DurableOrchestrationClient) -> list[Any]:
    """When everything has happened that will: looked at, started again, terminated twice."""
    return [
        await told(client, "one"),
        await told(client, "two"),
        await failing(client.start_new("waits", "one", {"a": 2})),
        await failing(client.terminate("one", "enough")),
        await failing(client.terminate("one", "enough")),
        await failing(client.terminate("unknown", "enough")),
        await told(client, "one"),
    ]


def over_http(folder: Path) -> list[Any]:
    """What the local host's API answers."""

    async def scenario(caller: Caller) -> list[Any]:
        answers = await starts(caller.client)
        await caller.settled()
        return [*answers, *await goes_on(caller.client)]

    return talk(VirtualHost(folder, waits, ends), scenario)


def in_process(folder: Path) -> list[Any]:
    """What the simulation's answers."""
    host = VirtualHost(folder, waits, ends)
    with answered_by(DurableApi(host.engine)):
        client = df.DurableOrchestrationClient(CLIENT)
        answers = complete(starts(client))
        for instance_id in ("one", "two"):
            with host.store.transaction():
                host.engine._episode(instance_id)
        return [*answers, *complete(goes_on(client))]


def test_the_client_is_answered_as_by_the_local_host(tmp_path: Path) -> None:
    """Started, refused, unknown, running, ended, terminated."""
    answers = in_process(tmp_path / "one")

    assert answers == over_http(tmp_path / "other")
    assert len(answers) == 10
