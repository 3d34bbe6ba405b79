"""Timer triggers: run when their schedule says so, also once for what was missed."""

import asyncio
import json
import os
import re
from datetime import datetime
from typing import Any

from azure.functions.meta import Datum
from azure.functions.timer import TimerRequestConverter

from local.functions_host.app import App, Function, LoadError
from local.functions_host.clock import Clock, parse
from local.functions_host.durable.store import Store
from local.functions_host.invocation import InvocationError, Invoker
from local.functions_host.ncrontab import Schedule, ScheduleError
from local.functions_host.ncrontab import parse as parse_schedule

LONGEST_SLEEP_SECONDS = 60.0


class Timers:
    """The timer triggers of an app."""

    def __init__(self, app: App, invoker: Invoker, store: Store, clock: Clock) -> None:
        """Read every schedule; raises `LoadError` for one that is none."""
        self._invoker, self._store, self._clock = invoker, store, clock
        self._functions = {one.name: one for one in app.of_kind("timerTrigger")}
        self._schedules = {name: _schedule(one) for name, one in self._functions.items()}

    async def run(self, stop: asyncio.Event) -> None:
        """Run what is due until told to stop."""
        tasks = [asyncio.ensure_future(self._keep(name, stop)) for name in self._functions]
        await stop.wait()
        for task in tasks:
            task.cancel()

    async def fire(self, name: str) -> None:
        """Run a timer trigger now, by hand."""
        await self._call(self._functions[name], is_past_due=False)

    async def _keep(self, name: str, stop: asyncio.Event) -> None:
        function, schedule = self._functions[name], self._schedules[name]
        last = self._store.last_run(name)
        after = parse(last) if last else self._clock.now()
        if function.trigger.get("runOnStartup"):
            await self._call(function, is_past_due=False)
        while not stop.is_set():
            due = schedule.after(after)
            if due is None:
                return
            is_past_due = due < self._clock.now() and last is not None
            await self._sleep_until(due)
            await self._call(function, is_past_due=is_past_due)
            after, last = self._clock.now(), None

    async def _sleep_until(self, due: datetime) -> None:
        while (left := (due - self._clock.now()).total_seconds()) > 0:  # noqa: ASYNC110  # time
            await asyncio.sleep(min(left, LONGEST_SLEEP_SECONDS))

    async def _call(self, function: Function, *, is_past_due: bool) -> None:
        self._store.note_run(function.name, self._clock.now())
        value = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": None}
        request: Any = TimerRequestConverter.decode(
            Datum(json.dumps(value | {"IsPastDue": is_past_due}), "json"), trigger_metadata=None
        )
        try:
            await self._invoker.call(function, request)
        except InvocationError:
            return  # logged by the invoker; the next run is on schedule


def _schedule(function: Function) -> Schedule:
    """The schedule, which may be the name of a setting between percent signs."""
    text = str(function.trigger.get("schedule") or "")
    named = re.fullmatch(r"%(\w+)%", text)
    if named:
        text = os.environ.get(named[1], "")
    try:
        return parse_schedule(text)
    except ScheduleError as error:
        raise LoadError(f"The schedule of {function.name}: {error}") from None
