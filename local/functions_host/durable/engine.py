"""Drives orchestration instances: starts, episodes, activities, timers, ends.

Everything but activities runs on one thread, in one loop. An activity that was running when the
host was killed is run again as soon as the host is back; on Azure that takes five minutes, when
its queue message becomes visible again. That difference is on purpose.
"""

import asyncio
import logging
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from azure.functions.durable_functions import ActivityTriggerConverter
from azure.functions.meta import Datum

from local.functions_host.app import App
from local.functions_host.clock import Clock, iso, parse
from local.functions_host.durable import history as events
from local.functions_host.durable.episode import Answer, run_episode
from local.functions_host.durable.history import Event, Kind
from local.functions_host.durable.replay import Task, UnsupportedError
from local.functions_host.durable.store import Instance, Parent, Store, Work
from local.functions_host.invocation import InvocationError, Invoker

LOG = logging.getLogger("functions_host.durable")
ACTIVITIES_AT_ONCE = 10
LONGEST_SLEEP_SECONDS = 30.0


class Engine:
    """The orchestrations of one app."""

    def __init__(self, app: App, store: Store, invoker: Invoker, clock: Clock) -> None:
        """Nothing runs before `run`."""
        self.app, self.store, self.clock = app, store, clock
        self._invoker = invoker
        self._wake = asyncio.Event()
        self._running: dict[int, asyncio.Task[None]] = {}

    # ------------------------------------------------------------------ what clients ask for
    def start(
        self, name: str, instance_id: str, data: str, parent: Parent | None = None
    ) -> Instance:
        """Create an instance, in the place of one that has ended; `data` is JSON text."""
        now = self.clock.now()
        execution = uuid.uuid4().hex
        made = Instance(
            instance_id, name, execution, "Pending", data, None, None, iso(now), iso(now), parent
        )
        first = events.execution_started(now, name, instance_id, execution, data)
        self.store.forget(instance_id)
        self.store.put(made)
        self.store.send(instance_id, execution, now, first)
        self._wake.set()
        return made

    def send(self, instance: Instance, event: Event) -> None:
        """Let an event reach an instance."""
        with self.store.transaction():
            self.store.send(instance.id, None, self.clock.now(), event)
        self._wake.set()

    def terminate(self, instance: Instance, reason: str) -> None:
        """End an instance at once; activities that run go on, children too."""
        now = self.clock.now()
        with self.store.transaction():
            history = self.store.history(instance.id)
            ended = events.event(Kind.EXECUTION_TERMINATED, now, Input=reason)
            self.store.append(instance.id, len(history), [ended])
            self._end(instance, "Terminated", reason, len(history) + 1, now)
        self._wake.set()

    # ------------------------------------------------------------------ the loop
    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; the episode under way is finished."""
        while not stop.is_set():
            self._wake.clear()
            for instance_id in self.store.due_instances(self.clock.now()):
                self._episode(instance_id)
                await asyncio.sleep(0)  # let requests in
            self._begin_work()
            await self._sleep(stop)

    async def _sleep(self, stop: asyncio.Event) -> None:
        due = self.store.next_due()
        wait = LONGEST_SLEEP_SECONDS
        if due:
            wait = min(wait, (parse(due) - self.clock.now()).total_seconds())
        waiting = [asyncio.ensure_future(self._wake.wait()), asyncio.ensure_future(stop.wait())]
        await asyncio.wait(waiting, timeout=max(wait, 0), return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()

    # ------------------------------------------------------------------ activities
    def _begin_work(self) -> None:
        for work in self.store.work():
            if len(self._running) >= ACTIVITIES_AT_ONCE:
                return
            if work.id not in self._running:
                task = asyncio.get_running_loop().create_task(self._do(work))
                self._running[work.id] = task

    async def _do(self, work: Work) -> None:
        event = await self._activity(work)
        with self.store.transaction():
            if self.store.finish_work(work):
                self.store.send(work.instance, work.execution, self.clock.now(), event)
        del self._running[work.id]
        self._wake.set()

    async def _activity(self, work: Work) -> Event:
        function = self.app.find(work.name, "activityTrigger")
        if function is None:
            why = f"The function '{work.name}' doesn't exist, is disabled, or is no activity."
            reason = f"Activity function '{work.name}' failed: {why}"
            return events.failed(self.clock.now(), work.task, reason, None)
        value = ActivityTriggerConverter.decode(Datum(work.input, "json"), trigger_metadata=None)
        try:
            result = await self._invoker.call(function, value)
        except InvocationError as error:
            reason = f"Activity function '{work.name}' failed:  {error.text}"
            return events.failed(self.clock.now(), work.task, reason, error.text)
        encoded = ActivityTriggerConverter.encode(result, expected_type=None)
        return events.completed(self.clock.now(), work.task, encoded.value)

    # ------------------------------------------------------------------ episodes
    def _episode(self, instance_id: str) -> None:
        """Let an instance see what waits for it; all of its consequences are one transaction."""
        instance, now = self.store.find(instance_id), self.clock.now()
        waiting = self.store.due_messages(instance_id, now)
        with self.store.transaction():
            self.store.drop_messages(one.id for one in waiting)
            if instance is None or instance.is_over:
                return
            of_now = (None, instance.execution)  # results of an earlier execution are dropped
            new = [one.event for one in waiting if one.execution in of_now]
            if new:
                self._advance(instance, new, now)

    def _advance(self, instance: Instance, new: Sequence[Event], now: datetime) -> None:
        past = self.store.history(instance.id)
        started = events.event(Kind.ORCHESTRATOR_STARTED, now)
        seen = [started, *_first_things_first(new)]
        instance = replace(instance, status=_status(instance, new), updated=iso(now))
        if instance.status == "Suspended":
            self.store.append(instance.id, len(past), seen)
            self.store.put(replace(instance, output=_reason(new, instance.output)))
            return
        answer = self._answer(instance, [*past, *seen])
        scheduled = self._begin(instance, answer.new_tasks, now)
        done = events.event(Kind.ORCHESTRATOR_COMPLETED, now)
        self.store.append(instance.id, len(past), [*seen, *scheduled, done])
        length = len(past) + len(seen) + len(scheduled) + 1
        instance = replace(instance, custom_status=answer.custom_status)
        self._settle(instance, answer, length, now)

    def _settle(self, instance: Instance, answer: Answer, length: int, now: datetime) -> None:
        if not answer.is_over:
            self.store.put(instance)
        elif answer.error is not None:
            text = f"Orchestrator function '{instance.name}' failed: {answer.error}"
            is_ours = answer.error.startswith(("Non-Deterministic", "The UTF-16"))
            self._end(instance, "Failed", answer.error if is_ours else text, length, now)
        elif answer.continue_as_new is not None:
            self._continue_as_new(instance, answer.continue_as_new, now)
        else:
            self._end(instance, "Completed", answer.output, length, now)

    def _answer(self, instance: Instance, history: list[Event]) -> Answer:
        """What the orchestrator says; an error outside of its own code ends it with a reason."""
        function = self.app.find(instance.name, "orchestrationTrigger")
        if function is None:
            why = (
                f"The function '{instance.name}' doesn't exist, is disabled, or is not an "
                "orchestrator function. Additional info: it is not registered in this app."
            )
            return Answer([], None, is_over=True, error=why)
        parent_id = instance.parent.instance if instance.parent else None
        try:
            return run_episode(function.call, instance.id, parent_id, history)
        except UnsupportedError as error:
            return Answer([], None, is_over=True, error=str(error))
        except Exception as error:
            LOG.exception("An episode of %s (%s) broke", instance.name, instance.id)
            return Answer([], None, is_over=True, error=f"{type(error).__name__}: {error}")

    def _begin(self, instance: Instance, tasks: Sequence[Task], now: datetime) -> list[Event]:
        scheduled = []
        for task in tasks:
            if task.kind is Kind.TASK_SCHEDULED:
                scheduled.append(events.task_scheduled(now, task.task_id, task.name))
                self.store.add_work(
                    instance.id, instance.execution, task.task_id, task.name, task.data
                )
            elif task.kind is Kind.TIMER_CREATED:
                scheduled.append(self._begin_timer(instance, task, now))
            else:
                scheduled.append(self._begin_sub(instance, task, now))
        return scheduled

    def _begin_timer(self, instance: Instance, task: Task, now: datetime) -> Event:
        """A timer is due after whole seconds, cut: so up to a second early, as recorded."""
        assert task.fire_at is not None
        fields = {"FireAt": iso(task.fire_at)}
        delay = timedelta(seconds=max(0, int((task.fire_at - now).total_seconds())))
        fired = events.event(Kind.TIMER_FIRED, now, TimerId=task.task_id, **fields)
        self.store.send(instance.id, instance.execution, now + delay, fired)
        return events.event(Kind.TIMER_CREATED, now, EventId=task.task_id, **fields)

    def _begin_sub(self, instance: Instance, task: Task, now: datetime) -> Event:
        child = task.instance_id or f"{instance.execution}:{task.task_id}"
        parent = Parent(instance.id, instance.execution, task.task_id)
        if self.app.find(task.name, "orchestrationTrigger") is None:
            # The real extension leaves the parent waiting for ever; here it is told.
            why = f"The function '{task.name}' doesn't exist, or is not an orchestrator function."
            failed = events.failed(now, task.task_id, why, None, is_sub=True)
            self.store.send(instance.id, instance.execution, now, failed)
        else:
            self.start(task.name, child, task.data, parent)
        return events.sub_created(now, task.task_id, task.name, child)

    def _continue_as_new(self, instance: Instance, data: str, now: datetime) -> None:
        """A new execution under the same id: an empty history, the same parent."""
        execution = uuid.uuid4().hex
        first = events.execution_started(now, instance.name, instance.id, execution, data)
        later = [
            one.event
            for one in self.store.due_messages(instance.id, now)
            if one.event["EventType"] == Kind.EVENT_RAISED
        ]
        self.store.forget(instance.id, keep_row=True)
        self.store.put(replace(instance, execution=execution, input=data, status="Running"))
        for event in (first, *later):
            self.store.send(instance.id, execution, now, event)
        self._wake.set()

    def _end(
        self, instance: Instance, status: str, output: str | None, length: int, now: datetime
    ) -> None:
        fields = {"OrchestrationStatus": status, "Result": output}
        ended = events.event(Kind.EXECUTION_COMPLETED, now, **fields)
        self.store.append(instance.id, length, [ended])
        self.store.put(replace(instance, status=status, output=output, updated=iso(now)))
        parent = instance.parent
        if parent is None:
            return
        if status == "Completed":
            told = events.completed(now, parent.task, output, is_sub=True)
        else:
            details = None
            if status == "Failed":
                details = f"Message: {str(output).partition(' failed: ')[2]}, StackTrace: "
            told = events.failed(now, parent.task, str(output), details, is_sub=True)
        self.store.send(parent.instance, parent.execution, now, told)
        self._wake.set()


def _first_things_first(new: Sequence[Event]) -> list[Event]:
    """ExecutionStarted leads, should an event have overtaken it."""
    return sorted(new, key=lambda one: one["EventType"] != Kind.EXECUTION_STARTED)


def _status(instance: Instance, new: Sequence[Event]) -> str:
    status = "Running" if instance.status == "Pending" else instance.status
    for event in new:
        if event["EventType"] == Kind.EXECUTION_SUSPENDED:
            status = "Suspended"
        elif event["EventType"] == Kind.EXECUTION_RESUMED:
            status = "Running"
    return status


def _reason(new: Sequence[Event], before: str | None) -> str | None:
    reasons = [one["Reason"] for one in new if one["EventType"] == Kind.EXECUTION_SUSPENDED]
    return reasons[-1] if reasons else before
