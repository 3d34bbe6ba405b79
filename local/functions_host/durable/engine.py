"""Drives orchestration instances: takes what clients ask for, runs episodes, lets time pass.

Everything but activities runs on one thread, in one loop, so that nothing here needs a lock.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from local.functions_host.app import App
from local.functions_host.clock import Clock, iso
from local.functions_host.durable import history as events
from local.functions_host.durable.activities import Activities
from local.functions_host.durable.episode import Answer, End, failure, run_episode
from local.functions_host.durable.execution import Executions
from local.functions_host.durable.history import Event, Kind
from local.functions_host.durable.records import Instance, Status
from local.functions_host.durable.retention import Retention
from local.functions_host.durable.store import Store
from local.functions_host.invocation import Invoker

LOG = logging.getLogger("functions_host.durable")
LONGEST_TRANSACTION_SECONDS = 0.02


class Engine:
    """The orchestrations of one app."""

    def __init__(
        self, app: App, store: Store, invoker: Invoker, clock: Clock, keep: timedelta | None = None
    ) -> None:
        """Nothing runs before `run`. Ended instances are kept for so long; None: for ever."""
        self.store, self.clock = store, clock
        self._app = app
        self._wake = asyncio.Event()
        self._activities = Activities(app, store, invoker, clock, self._wake.set)
        self._retention = Retention(store, keep)
        self._executions = Executions(store, self.has_orchestrator, self._has_activity)

    # ------------------------------------------------------------------ what clients ask for
    def has_orchestrator(self, name: str) -> bool:
        """Whether the app has an orchestrator of that name, in any case."""
        return self._app.find(name, "orchestrationTrigger") is not None

    def _has_activity(self, name: str) -> bool:
        return self._app.find(name, "activityTrigger") is not None

    def start(self, name: str, instance_id: str, data: str) -> None:
        """Create an instance, in the place of one of that id; `data` is JSON text."""
        with self._change():
            self._executions.start(name, instance_id, data, self.clock.now())

    def raise_event(self, instance: Instance, name: str, data: str) -> None:
        """Let an event reach an instance; `data` is JSON text."""
        fields = {"Name": name, "Input": data, "ParentTraceContext": None}
        self._send(instance, Kind.EVENT_RAISED, fields)

    def suspend(self, instance: Instance, reason: str | None) -> None:
        """Let an instance keep what happens for later."""
        self._send(instance, Kind.EXECUTION_SUSPENDED, {"Reason": reason})

    def resume(self, instance: Instance, reason: str | None) -> None:
        """Let an instance see what happened while it was suspended."""
        self._send(instance, Kind.EXECUTION_RESUMED, {"Reason": reason})

    def terminate(self, instance: Instance, reason: str | None) -> None:
        """End an instance at once; its activities that run and its children go on."""
        now = self.clock.now()
        with self._change():
            ended = events.event(Kind.EXECUTION_TERMINATED, now, Input=reason)
            self.store.append(instance.id, [ended])
            self._executions.end(instance, End(Status.TERMINATED, reason), now)

    def purge(self, instances: Sequence[Instance]) -> None:
        """Forget instances."""
        with self._change():
            for one in instances:
                self.store.forget(one.id)

    def _send(self, instance: Instance, kind: Kind, fields: dict[str, str | None]) -> None:
        now = self.clock.now()
        with self._change():
            self.store.send(instance.id, None, now, events.event(kind, now, **fields))

    @contextmanager
    def _change(self) -> Iterator[None]:
        with self.store.transaction():
            yield
        self._wake.set()

    # ------------------------------------------------------------------ the loop
    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; the episode under way is finished."""
        telling = asyncio.ensure_future(self._wake_at(stop))
        try:
            while not stop.is_set():
                self._wake.clear()
                self._retention.forget_old(self.clock.now())
                self._activities.keep_outcomes()
                self._activities.begin()
                due = deque(self.store.due_instances(self.clock.now()))
                while due and not stop.is_set():
                    self._run_episodes(due)
                    self._activities.begin()
                    await asyncio.sleep(0)  # let requests in
                await self._let_time_pass()
        finally:
            telling.cancel()
            await self._activities.stop()

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wake.set()

    async def _let_time_pass(self) -> None:
        is_busy = self._activities.is_any_running
        due = [one for one in (self.store.next_due(), self._retention.next_due()) if one]
        await self.clock.sleep(min(due, default=None), self._wake, is_busy=is_busy)

    # ------------------------------------------------------------------ episodes
    def _run_episodes(self, due: deque[str]) -> None:
        """Run episodes, the first in any case, until a request would have to wait too long.

        They share a commit, which costs more than a short episode. Nothing acts on what they say
        before it is committed: requests and activities come after.
        """
        end = time.monotonic() + LONGEST_TRANSACTION_SECONDS
        with self._change():
            self._episode(due.popleft())
            while due and time.monotonic() < end:
                self._episode(due.popleft())

    def _episode(self, instance_id: str) -> None:
        """Let an instance see what waits for it: all that follows from it is written, or nothing.

        What breaks in here ends the instance with a reason: it would break again and again.
        """
        try:
            with self.store.part():
                self._see(instance_id)
        except Exception as error:
            LOG.exception("An episode of instance %s broke", instance_id)
            self._park(instance_id, error)

    def _see(self, instance_id: str) -> None:
        instance = self.store.find(instance_id)
        waiting = self.store.messages(instance_id, due=self.clock.now())
        self.store.drop_messages(one.id for one in waiting)
        if instance is None or instance.is_over:
            return
        of_now = (None, instance.execution)  # results for an earlier execution are dropped
        new = [one.event for one in waiting if one.execution in of_now]
        if new:
            self._advance(instance, new)

    def _park(self, instance_id: str, error: Exception) -> None:
        instance = self.store.find(instance_id)
        if instance is None:
            raise error
        text = f"{type(error).__name__}: {error}".encode(errors="backslashreplace").decode()
        self._executions.end(instance, failure(instance.name, text), self.clock.now())

    def _advance(self, instance: Instance, new: Sequence[Event]) -> None:
        now = self.clock.now()
        started = events.event(Kind.ORCHESTRATOR_STARTED, now)
        seen = [started, *_first_things_first(new)]
        instance = replace(_told(instance, new), updated=iso(now))
        if instance.status is Status.SUSPENDED:
            self._executions.hold(instance, seen, now)
            return
        history = [*self.store.history(instance.id), *seen]
        answer = self._answer(instance, history)
        self._executions.advance(instance, seen, answer, now)

    def _answer(self, instance: Instance, history: list[Event]) -> Answer:
        """What the orchestrator says; its failure is logged once, when it ends the instance."""
        function = self._app.find(instance.name, "orchestrationTrigger")
        if function is None:
            why = (
                f"The function '{instance.name}' doesn't exist, is disabled, or is not an "
                "orchestrator function. Additional info: it is not registered in this app."
            )
            return Answer(end=failure(instance.name, why))
        parent_id = instance.parent.instance if instance.parent else None
        answer = run_episode(function.call, instance.name, parent_id, history)
        if answer.end and answer.end.status is Status.FAILED:
            cause = answer.end.cause
            what = f"{instance.name} failed (instance {instance.id}): {answer.end.output}"
            LOG.error(f"{what} {answer.end.for_the_log}".rstrip(), exc_info=cause)
        return answer


def _first_things_first(new: Sequence[Event]) -> list[Event]:
    """ExecutionStarted leads, should an event have overtaken it."""
    return sorted(new, key=lambda one: one["EventType"] != Kind.EXECUTION_STARTED)


def _told(instance: Instance, new: Sequence[Event]) -> Instance:
    """The instance after what it was told: while suspended, and after, its output is the reason."""
    if instance.status is Status.PENDING:
        instance = replace(instance, status=Status.RUNNING)
    for event in new:
        if event["EventType"] == Kind.EXECUTION_SUSPENDED:
            instance = replace(instance, status=Status.SUSPENDED, output=event["Reason"])
        elif event["EventType"] == Kind.EXECUTION_RESUMED:
            instance = replace(instance, status=Status.RUNNING, output=event["Reason"])
    return instance
