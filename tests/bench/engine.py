"""The workload on the local engine, in this process, without HTTP."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from local.functions_host.app import App, load
from local.functions_host.clock import SystemClock
from local.functions_host.durable.engine import Engine
from local.functions_host.durable.records import Status
from local.functions_host.durable.sdk_speed import read_times_fast
from local.functions_host.durable.store import Store, Synchronous
from local.functions_host.invocation import Invoker, usual_threads

APP = Path(__file__).parent / "app"
GREETINGS = ["Hello Tokyo!", "Hello Seattle!", "Hello London!"]
WARM_UP_INSTANCES = 5
POLL_SECONDS = 0.01


def rate(instances: int, synchronous: str, *, is_sdk_patched: bool) -> float:
    """Orchestrations of three activities per second, all of them started at once."""
    if is_sdk_patched:
        read_times_fast()
    return asyncio.run(_rate(instances, Synchronous(synchronous)))


async def _rate(instances: int, synchronous: Synchronous) -> float:
    with TemporaryDirectory() as folder:
        async with running(load(APP), Path(folder), synchronous) as engine:
            await greet(engine, WARM_UP_INSTANCES, "warm-up")
            began = time.perf_counter()
            await greet(engine, instances, "measured")
            return instances / (time.perf_counter() - began)


@asynccontextmanager
async def running(
    app: App, folder: Path, synchronous: Synchronous = Synchronous.NORMAL
) -> AsyncIterator[Engine]:
    """An engine that works, its state in a folder."""
    store = Store(folder / "durable.sqlite", synchronous)
    invoker = Invoker(usual_threads(), "{}")
    engine = Engine(app, store, invoker, SystemClock())
    stop = asyncio.Event()
    work = asyncio.ensure_future(engine.run(stop))
    try:
        yield engine
    finally:
        stop.set()
        await work
        invoker.close()
        store.close()


async def greet(engine: Engine, instances: int, prefix: str) -> None:
    """Start that many and wait until each has ended as it should."""
    ids = [f"{prefix}-{number}" for number in range(instances)]
    for instance_id in ids:
        engine.start("greet", instance_id, "null")
    for instance_id in ids:
        assert await output(engine, instance_id) == GREETINGS


async def output(engine: Engine, instance_id: str) -> Any:
    """What an orchestration returns, as soon as it has completed."""
    while True:
        instance = engine.store.find(instance_id)
        assert instance is not None
        if instance.is_over:
            assert instance.status is Status.COMPLETED, instance.output
            return json.loads(instance.output or "null")
        await asyncio.sleep(POLL_SECONDS)


def watched(app: App, name: str, saw_seconds: Callable[[float], None]) -> App:
    """The app, telling after every episode of an orchestrator how long the SDK took for it."""
    function = app.functions[name]

    def call(context: Any) -> Any:
        began = time.perf_counter()
        try:
            return function.call(context)
        finally:
            saw_seconds(time.perf_counter() - began)

    return replace(app, functions={**app.functions, name: replace(function, call=call)})
