"""What episodes and activities write is whole or not there, whoever shares their transaction."""

import asyncio
from collections.abc import Generator
from pathlib import Path
from typing import Any

from local.functions_host.durable.history import Kind
from local.functions_host.durable.records import Status
from tests.local_host.virtual_host import VirtualHost

Steps = Generator[Any, Any, Any]


def waits(context: Any) -> Steps:
    yield context.wait_for_external_event("go")


def says_the_unsayable(context: Any) -> Steps:
    yield context.wait_for_external_event("go")
    return "\ud800"  # half a surrogate pair: valid in Python and in JSON, and in no file


def test_a_broken_episode_leaves_nothing_and_its_neighbours_alone(tmp_path: Path) -> None:
    """It breaks when its end is half written."""
    host = VirtualHost(tmp_path, waits, says_the_unsayable)
    host.engine.start("waits", "neighbour", "null")

    host.run("says_the_unsayable", None, lambda engine, it: engine.raise_event(it, "go", "null"))

    kinds = [event["EventType"] for event in host.history()]
    assert kinds.count(Kind.ORCHESTRATOR_COMPLETED) == 1
    assert kinds[-1] == Kind.EXECUTION_COMPLETED
    assert host.find("it").status is Status.FAILED
    assert host.find("neighbour").status is Status.RUNNING


def test_what_an_activity_has_brought_is_kept_when_the_host_is_told_to_stop(
    tmp_path: Path,
) -> None:
    stop = asyncio.Event()

    async def stops_the_host(number: int) -> int:
        stop.set()
        return number

    def calls_it(context: Any) -> Steps:
        return (yield context.call_activity("stops_the_host", 1))

    host = VirtualHost(tmp_path, calls_it, stops_the_host)
    host.engine.start("calls_it", "it", "null")
    asyncio.run(host.engine.run(stop))

    assert host.store.work(after=0, limit=1) == []
    assert host.store.due_instances(host.clock.now()) == ["it"]
