"""A host that is told to stop begins nothing more and lets what runs end, for a moment."""

import asyncio
from collections.abc import Generator
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

from local.functions_host import timers as timers_module
from local.functions_host.app import index
from local.functions_host.durable import activities
from local.functions_host.durable.store import Store
from local.functions_host.invocation import Invoker
from local.functions_host.timers import Timers
from tests.local_host.virtual_host import VirtualClock, VirtualHost

Steps = Generator[Any, Any, Any]


def two_in_a_row(context: Any) -> Steps:
    yield context.call_activity("stops_the_host", None)
    yield context.call_activity("stops_the_host", None)


async def yields_often() -> None:
    """So that a host which does not wait would be gone."""
    for _ in range(100):
        await asyncio.sleep(0)


def test_an_activity_that_runs_may_end_and_its_result_is_kept(tmp_path: Path) -> None:
    stop, runs = asyncio.Event(), []

    async def stops_the_host(_: Any) -> None:
        stop.set()
        await yields_often()
        runs.append(1)

    host = VirtualHost(tmp_path, two_in_a_row, stops_the_host)
    host.engine.start("two_in_a_row", "it", "null")
    asyncio.run(host.engine.run(stop))

    assert runs == [1]
    assert host.store.work(after=0, limit=1) == []
    assert host.store.due_instances(host.clock.now()) == ["it"]


def test_an_activity_that_hangs_is_left_for_the_next_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = asyncio.Event()
    monkeypatch.setattr(activities, "GRACE_SECONDS", 0.01)

    async def stops_the_host(_: Any) -> None:
        stop.set()
        await asyncio.Event().wait()

    host = VirtualHost(tmp_path, two_in_a_row, stops_the_host)
    host.engine.start("two_in_a_row", "it", "null")
    asyncio.run(host.engine.run(stop))

    assert [one.name for one in host.store.work(after=0, limit=9)] == ["stops_the_host"]


@pytest.mark.parametrize("hangs", [False, True])
def test_a_timer_function_that_runs_may_end_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hangs: bool
) -> None:
    stop, ended = asyncio.Event(), []
    app = func.FunctionApp()
    if hangs:
        monkeypatch.setattr(timers_module, "GRACE_SECONDS", 0.01)

    @app.timer_trigger(arg_name="timer", schedule="0 0 * * * *", run_on_startup=True)
    async def tick(timer: func.TimerRequest) -> None:
        stop.set()
        await yields_often()
        if hangs:
            await asyncio.Event().wait()
        ended.append(timer.past_due)

    store = Store(tmp_path / "durable.sqlite")
    asyncio.run(Timers(index(app, {}), Invoker(1, "{}"), store, VirtualClock()).run(stop))

    assert ended == ([] if hangs else [False])
