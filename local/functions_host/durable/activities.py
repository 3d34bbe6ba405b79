"""Runs activities, at least once each: what a killed host was running is run again.

It is run again as soon as the host is back. On Azure that takes about five minutes, until the queue
message of the activity becomes visible again; the difference is on purpose, nobody wants to wait
for that at a desk. What must outlast those minutes is for tests on the real extension.
"""

import asyncio
import json
import logging
from collections.abc import Callable

from azure.functions.durable_functions import ActivityTriggerConverter
from azure.functions.meta import Datum

from local.functions_host.app import App
from local.functions_host.clock import Clock
from local.functions_host.durable import history as events
from local.functions_host.durable.history import Event
from local.functions_host.durable.records import Work
from local.functions_host.durable.store import Store
from local.functions_host.invocation import GRACE_SECONDS, InvocationError, Invoker

LOG = logging.getLogger("functions_host.durable")


class Activities:
    """The activities that wait in the store, some of them running."""

    def __init__(
        self, app: App, store: Store, invoker: Invoker, clock: Clock, done: Callable[[], None]
    ) -> None:
        """`done` is called when an activity has ended and `keep_outcomes` has something to do."""
        self._app, self._store, self._invoker, self._clock = app, store, invoker, clock
        self._done = done
        self._running: set[asyncio.Task[None]] = set()
        self._outcomes: list[tuple[Work, Event]] = []
        self._last_begun = 0

    @property
    def is_any_running(self) -> bool:
        """Whether a function runs."""
        return bool(self._running)

    def begin(self) -> None:
        """Begin what waits, as far as host.json's maxConcurrentActivityFunctions allows."""
        free = self._app.most_activities_at_once - len(self._running)
        for work in self._store.work(self._last_begun, free) if free > 0 else ():
            self._last_begun = work.id
            task = asyncio.get_running_loop().create_task(self._run(work))
            self._running.add(task)
            task.add_done_callback(self._ended)

    def keep_outcomes(self) -> None:
        """Write what activities have brought since the last time, in one transaction."""
        if not self._outcomes:
            return
        now = self._clock.now()
        with self._store.transaction():
            for work, event in self._outcomes:
                if self._store.finish_work(work):  # else the instance was purged or started anew
                    self._store.send(work.instance, work.execution, now, event)
        self._outcomes.clear()

    async def stop(self) -> None:
        """Let what runs end, for a moment; what takes longer will be run again by the next host."""
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE_SECONDS)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self.keep_outcomes()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception():  # a bug here: the next host runs it again
            LOG.error("An activity has no result", exc_info=task.exception())
        self._done()

    async def _run(self, work: Work) -> None:
        self._outcomes.append((work, await self._outcome(work)))

    async def _outcome(self, work: Work) -> Event:
        function = self._app.find(work.name, "activityTrigger")
        if function is None:
            return self._failed(work, "The function is no longer part of the app.")
        try:
            value = ActivityTriggerConverter.decode(
                Datum(work.input, "json"), trigger_metadata=None
            )
            result = await self._invoker.call(function, value)
            encoded = ActivityTriggerConverter.encode(result, expected_type=None)
        except InvocationError as error:
            return self._failed(work, error.text)
        except ValueError as error:  # a payload that is no JSON, as the converters say
            return self._failed(work, f"ValueError: {error}")
        return events.completed(self._clock.now(), work.task, encoded.value)

    def _failed(self, work: Work, text: str) -> Event:
        """The texts of the extension, which cuts them out of the worker's.

        Two spaces, since it cuts `Exception:` off and no more; nothing from a line `Stack:` on.
        """
        text = text.partition("\nStack:")[0]
        reason = f"Activity function '{work.name}' failed:  {text}"
        return events.failed(self._clock.now(), work.task, reason, _serialized_exception(text))


def _serialized_exception(text: str) -> str:
    """What .NET writes about an exception; nobody should read it, but it stands in `str(error)`."""
    fields = {
        "$type": "System.Exception, System.Private.CoreLib",
        "ClassName": "System.Exception",
        "Message": f" {text}",
        "Data": None,
        "InnerException": None,
    }
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
