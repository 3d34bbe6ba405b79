"""The real engine on a virtual clock: hours pass in milliseconds, the same way every time."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df

from local.functions_host.app import App, Function, index
from local.functions_host.durable.engine import Engine
from local.functions_host.durable.history import Event
from local.functions_host.durable.records import Instance
from local.functions_host.durable.sdk_speed import read_times_fast
from local.functions_host.durable.store import Store
from local.functions_host.invocation import Invoker

read_times_fast()
START = datetime(2026, 1, 1, tzinfo=UTC)


MOST_ROUNDS = 300


class RestlessError(Exception):
    """The engine works on and on, and nothing comes of it."""


class VirtualClock:
    """Jumps to what is due next as soon as nothing runs; says when nothing is due any more."""

    def __init__(self) -> None:
        self.moment = START
        self.idle = asyncio.Event()
        self._rounds = 0

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, until: datetime | None, wake: asyncio.Event, *, is_busy: bool) -> None:
        self._rounds += 1
        if self._rounds > MOST_ROUNDS:
            raise RestlessError
        if wake.is_set():
            return
        if until is not None and until <= self.moment:
            return
        if until is None or is_busy:
            if not is_busy:
                self.idle.set()
            await wake.wait()
            self.idle.clear()
        else:
            self.moment = until


class VirtualHost:
    """Orchestrators and activities, given as plain functions or as an app, on the engine."""

    def __init__(
        self,
        folder: Path,
        *functions: Callable[..., Any],
        app: df.DFApp | None = None,
        keep: timedelta | None = None,
    ) -> None:
        self.store = Store(folder / "durable.sqlite")
        self.clock = VirtualClock()
        self.contexts: list[dict[str, Any]] = []
        self.app = self._watched(index(app or _registered(functions), {}))
        self.engine = Engine(self.app, self.store, Invoker(4, "{}"), self.clock, keep)

    def run(
        self, name: str, data: Any = None, *steps: Callable[[Engine, Instance], None]
    ) -> Instance:
        """Start an instance, let everything happen that will; then each step, and so again."""
        self.engine.start(name, "it", json.dumps(json.dumps(data)))
        asyncio.run(self._until_idle(steps))
        return self.find("it")

    def find(self, instance_id: str) -> Instance:
        found = self.store.find(instance_id)
        assert found is not None
        return found

    def history(self, instance_id: str = "it") -> list[Event]:
        return self.store.history(instance_id)

    def seconds(self) -> float:
        """The virtual seconds that have passed."""
        return (self.clock.moment - START).total_seconds()

    async def _until_idle(self, steps: tuple[Callable[[Engine, Instance], None], ...]) -> None:
        stop = asyncio.Event()
        running = asyncio.ensure_future(self.engine.run(stop))
        for step in (_nothing, *steps):
            self.clock.idle.clear()
            step(self.engine, self.find("it"))
            idle = asyncio.ensure_future(self.clock.idle.wait())
            await asyncio.wait([running, idle], return_when=asyncio.FIRST_COMPLETED)
            idle.cancel()
        stop.set()
        await running

    def _watched(self, app: App) -> App:
        return replace(app, functions={k: self._watch(f) for k, f in app.functions.items()})

    def _watch(self, function: Function) -> Function:
        """The same function; what the SDK is handed is kept."""
        if function.kind != "orchestrationTrigger":
            return function

        def call(context: Any) -> Any:
            self.contexts.append(json.loads(context.body))
            return function.call(context)

        return replace(function, call=call)


def _nothing(_: Engine, __: Instance) -> None:
    """The first step: to let happen what the start brings."""


def _registered(functions: tuple[Callable[..., Any], ...]) -> df.DFApp:
    """Orchestrators are the functions whose parameter is named `context`."""
    app = df.DFApp()
    for function in functions:
        parameter = function.__code__.co_varnames[0]
        if parameter == "context":
            app.orchestration_trigger(context_name="context")(function)
        else:
            app.activity_trigger(input_name=parameter)(function)
    return app
