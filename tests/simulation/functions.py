"""The app's functions as the Functions host calls them, with a Durable client given."""

import asyncio
import inspect
import json
from datetime import datetime
from functools import cache
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from local.functions_host.app import App, Function, index
from local.functions_host.durable.links import Links
from local.functions_host.invocation import InvocationError, Invoker
from local.system.lifecycle import ROOT
from tests.simulation.schedule import Schedule
from tests.simulation.steps import run_until_complete

RPC_URL = "http://durable.simulated/durabletask/"
LINKS = Links("http://functions.simulated/runtime/webhooks/durabletask", "ImageScan", "key")
CLIENT = LINKS.binding(RPC_URL)


@cache
def load_app() -> App:
    """function_app.py with host.json, once per process: a blueprint can be indexed only once."""
    import function_app  # noqa: PLC0415  # other tests do without it

    app: func.FunctionRegister = function_app.app
    assert isinstance(app, df.DFApp)
    return index(app, json.loads((ROOT / "host.json").read_text()))


class StillClock:
    """See `local.functions_host.clock.Clock`; the schedule alone lets time pass."""

    def __init__(self, schedule: Schedule) -> None:
        self.now = schedule.now

    async def sleep(self, until: datetime | None, wake: asyncio.Event, *, is_busy: bool) -> None:
        raise AssertionError("Nobody sleeps here.")


class StepInvoker(Invoker):
    """Calls functions where it stands: inside the running step."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule

    def run(self, function: Function, value: Any) -> Any:
        """What the function returns; raises `InvocationError`."""
        arguments = {function.parameter: value} | dict.fromkeys(function.clients, CLIENT)
        try:
            result = function.call(**arguments)
            if inspect.iscoroutine(result):
                return run_until_complete(self._schedule, result)
        except Exception as error:
            raise InvocationError(f"{type(error).__name__}: {error}") from error
        return result

    async def call(self, function: Function, value: Any) -> Any:
        """As the local host's `Activities` call it."""
        return self.run(function, value)
