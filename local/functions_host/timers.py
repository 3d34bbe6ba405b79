"""Timer triggers: run when their schedule says so, and once at start for what was missed."""

import asyncio
import json
import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from azure.functions.meta import Datum
from azure.functions.timer import TimerRequestConverter

from local.functions_host.app import App, Function
from local.functions_host.clock import Clock, iso
from local.functions_host.configuration import LoadError
from local.functions_host.durable.store import Store
from local.functions_host.invocation import GRACE_SECONDS, InvocationError, Invoker
from local.functions_host.ncrontab import Schedule, ScheduleError
from local.functions_host.ncrontab import parse as parse_schedule

LOG = logging.getLogger("functions_host")


@dataclass(frozen=True)
class Timer:
    """A timer trigger and when it runs."""

    function: Function
    schedule: Schedule

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.name


class Timers:
    """The timer triggers of an app; when each ran last is kept in the store."""

    def __init__(self, app: App, invoker: Invoker, store: Store, clock: Clock) -> None:
        """Read every schedule; raises `LoadError` for one that is none."""
        self._invoker, self._store, self._clock = invoker, store, clock
        self._timers = [Timer(one, _schedule(one)) for one in app.of_kind("timerTrigger")]
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Run what is due until told to stop; a timer never runs twice at the same time.

        Functions that run by then have a moment to end.
        """
        stopping = asyncio.ensure_future(stop.wait())
        waiting = {stopping, *(asyncio.ensure_future(self._keep(one)) for one in self._timers)}
        try:
            while not stopping.done():
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()  # raises what broke outside of a function
        finally:
            for task in waiting:
                task.cancel()
            if self._running:
                await asyncio.wait(self._running, timeout=GRACE_SECONDS)

    def by_hand(self, name: str) -> Callable[[], Any] | None:
        """Runs the timer of that name (any case) now; None where there is none."""
        timer = next((one for one in self._timers if one.name.lower() == name.lower()), None)
        return None if timer is None else lambda: self._call(timer, is_past_due=False)

    async def _keep(self, timer: Timer) -> None:
        last = self._store.last_run(timer.name)
        missed = timer.schedule.after(last) if last else None
        if missed and missed < self._clock.now():
            await self._run(timer, is_past_due=True)
        elif timer.function.trigger.get("runOnStartup"):
            await self._run(timer, is_past_due=False)
        elif last is None:
            self._store.note_run(timer.name, self._clock.now())  # from here on, missing shows
        while due := timer.schedule.after(self._clock.now()):
            await self._sleep_until(due)
            await self._run(timer, is_past_due=False)
        LOG.warning("The schedule of %s has no next time", timer.name)

    async def _sleep_until(self, due: datetime) -> None:
        never = asyncio.Event()
        while self._clock.now() < due:
            await self._clock.sleep(due, never, is_busy=False)

    async def _run(self, timer: Timer, *, is_past_due: bool) -> None:
        """On schedule; the run is noted before it is made, so a killed host does not repeat it."""
        self._store.note_run(timer.name, self._clock.now())
        await self._call(timer, is_past_due=is_past_due)

    async def _call(self, timer: Timer, *, is_past_due: bool) -> None:
        """Whoever waits for it may be cancelled, the function is not."""
        call = asyncio.ensure_future(self._invoke(timer, is_past_due=is_past_due))
        self._running.add(call)
        call.add_done_callback(self._running.discard)
        await asyncio.shield(call)

    async def _invoke(self, timer: Timer, *, is_past_due: bool) -> None:
        now = self._clock.now()
        last, following = self._store.last_run(timer.name), timer.schedule.after(now)
        status = {
            "Last": iso(last or now),
            "Next": iso(following) if following else None,
            "LastUpdated": iso(last or now),
        }
        body = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status}
        text = json.dumps(body | {"IsPastDue": is_past_due})
        request: Any = TimerRequestConverter.decode(Datum(text, "json"), trigger_metadata=None)
        try:
            await self._invoker.call(timer.function, request)
        except InvocationError:
            return  # logged by the invoker; the next run is on schedule


def _schedule(function: Function) -> Schedule:
    """The schedule, which may be the name of a setting between percent signs."""
    text = str(function.trigger.get("schedule") or "")
    place = f"The schedule of {function.name}"
    named = re.fullmatch(r"%([^%]+)%", text)
    if named:
        if not os.environ.get(named[1]):
            raise LoadError(
                f"{place}: the setting {named[1]} is missing. Put it into the environment or into "
                "local.settings.json; where there is a local.settings.example.json, copy that."
            )
        place, text = f"{place}, {named[1]}", os.environ[named[1]]
    try:
        return parse_schedule(text)
    except ScheduleError as error:
        raise LoadError(f"{place}: {error}") from None
