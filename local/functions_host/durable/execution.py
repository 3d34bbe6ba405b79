"""What an episode changes: history, work, timers, children, and what a parent is told.

Every function here runs inside the transaction of its caller.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from local.functions_host.clock import iso
from local.functions_host.durable import history as events
from local.functions_host.durable.episode import Answer, End
from local.functions_host.durable.history import Event, Kind
from local.functions_host.durable.records import Instance, Parent, Status
from local.functions_host.durable.store import Store
from local.functions_host.durable.tasks import Task

# What a timer takes until its queue message is written and read at least: on the real extension a
# loop of timers below a second made 508 rounds in 6 s. So a timer of 2 s waits for 1.01 s, also
# where a virtual clock stands still meanwhile.
HANDED_OVER = timedelta(milliseconds=12)


Lookup = Callable[[str], bool]


class Executions:
    """Writes what happens to executions into a store."""

    def __init__(self, store: Store, is_orchestrator: Lookup, is_activity: Lookup) -> None:
        """The lookups say whether the app has a function of that name."""
        self._store = store
        self._is_orchestrator, self._is_activity = is_orchestrator, is_activity

    def start(
        self, name: str, instance_id: str, data: str, now: datetime, parent: Parent | None = None
    ) -> None:
        """Create an instance in the place of one of that id; `data` is JSON text."""
        at, execution = iso(now), uuid.uuid4().hex
        status = Status.PENDING
        self._store.forget(instance_id)
        self._store.put(
            Instance(instance_id, name, execution, status, data, None, None, at, at, parent)
        )
        first = events.execution_started(now, name, instance_id, execution, data, _named(parent))
        self._store.send(instance_id, execution, now, first)

    def hold(self, instance: Instance, new: Sequence[Event], now: datetime) -> None:
        """Keep events of a suspended instance; its orchestrator sees them when it is resumed."""
        done = events.event(Kind.ORCHESTRATOR_COMPLETED, now)
        self._store.append(instance.id, [*new, done])
        self._store.put(instance)

    def advance(
        self, instance: Instance, new: Sequence[Event], answer: Answer, now: datetime
    ) -> None:
        """Write what an episode brought.

        The first episode of an execution keeps the custom status of the one before, unless it sets
        one or continues as new itself.
        """
        scheduled = [self._begin(instance, task, now) for task in answer.new_tasks]
        done = events.event(Kind.ORCHESTRATOR_COMPLETED, now)
        self._store.append(instance.id, [*new, *scheduled, done])
        end = answer.end
        is_carried = not (end and end.next_input) and any(map(_begins_execution, new))
        status = answer.custom_status or (instance.custom_status if is_carried else None)
        instance = replace(instance, custom_status=status)
        if end is None:
            self._store.put(instance)
        elif end.next_input is not None:
            self._continue_as_new(instance, end.next_input, end.carried, now)
        else:
            self.end(instance, end, now)

    def end(self, instance: Instance, end: End, now: datetime) -> None:
        """Write the end of an instance and tell its parent; activities that run go on."""
        fields = {"OrchestrationStatus": str(end.status), "Result": end.output}
        self._store.append(instance.id, [events.event(Kind.EXECUTION_COMPLETED, now, **fields)])
        self._store.put(replace(instance, status=end.status, output=end.output, updated=iso(now)))
        self._store.drop_messages(one.id for one in self._store.messages(instance.id))
        parent = instance.parent
        if parent is None:
            return
        if end.status is Status.COMPLETED:
            told = events.completed(now, parent.task, end.output, is_sub=True)
        else:
            told = events.failed(now, parent.task, end.output, end.details, is_sub=True)
        self._store.send(parent.instance, parent.execution, now, told)

    def _continue_as_new(
        self, instance: Instance, data: str, carried: Sequence[Event], now: datetime
    ) -> None:
        """A new execution under the same id for the same parent, with an empty history.

        Events that were raised and not seen yet are carried over; other messages are not.
        """
        execution = uuid.uuid4().hex
        waiting = self._store.messages(instance.id)
        later = [*carried, *(one.event for one in waiting if one.execution is None)]
        self._store.clear(instance.id)
        self._store.put(replace(instance, execution=execution, input=data, updated=iso(now)))
        named = _named(instance.parent)
        first = events.execution_started(now, instance.name, instance.id, execution, data, named)
        self._store.send(instance.id, execution, now, first)
        for event in later:
            self._store.send(instance.id, None, now, event)

    # ------------------------------------------------------------------ what is asked for
    def _begin(self, instance: Instance, task: Task, now: datetime) -> Event:
        if task.kind is Kind.TASK_SCHEDULED:
            return self._begin_activity(instance, task, now)
        if task.kind is Kind.TIMER_CREATED:
            return self._begin_timer(instance, task, now)
        return self._begin_child(instance, task, now)

    def _begin_activity(self, instance: Instance, task: Task, now: datetime) -> Event:
        place = (instance.id, instance.execution)
        if self._is_activity(task.name):
            self._store.add_work(*place, task.task_id, task.name, task.data)
        else:
            why = _unknown(task.name, "an activity function")
            reason = f"Activity function '{task.name}' failed: {why}"
            self._store.send(*place, now, events.failed(now, task.task_id, reason, None))
        return events.task_scheduled(now, task.task_id, task.name)

    def _begin_timer(self, instance: Instance, task: Task, now: datetime) -> Event:
        """A timer is due after whole seconds, cut: up to a second early, under one at once."""
        assert task.fire_at is not None
        fields = {"FireAt": iso(task.fire_at)}
        if not task.is_cancelled:
            sent = now + HANDED_OVER
            delay = timedelta(seconds=max(0, int((task.fire_at - sent).total_seconds())))
            fired = events.event(Kind.TIMER_FIRED, now, TimerId=task.task_id, **fields)
            self._store.send(instance.id, instance.execution, sent + delay, fired)
        return events.event(Kind.TIMER_CREATED, now, EventId=task.task_id, **fields)

    def _begin_child(self, instance: Instance, task: Task, now: datetime) -> Event:
        child = task.instance_id or f"{instance.execution}:{task.task_id}"
        existing = self._store.find(child)
        refusal = None
        if not self._is_orchestrator(task.name):
            refusal = _unknown(task.name, "an orchestrator function")
        elif existing and not existing.is_over:
            refusal = f"An Orchestration instance with the status {existing.status} already exists."
        if refusal:
            reason = f"Orchestrator function '{task.name}' failed: {refusal}"
            failed = events.failed(now, task.task_id, reason, None, is_sub=True)
            self._store.send(instance.id, instance.execution, now, failed)
        else:
            parent = Parent(instance.id, instance.name, instance.execution, task.task_id)
            self.start(task.name, child, task.data, now, parent)
        return events.sub_created(now, task.task_id, task.name, child)


def _begins_execution(event: Event) -> bool:
    return bool(event["EventType"] == Kind.EXECUTION_STARTED)


def _unknown(name: str, what: str) -> str:
    """On purpose unlike the real extension, which lets the caller wait for ever, without a log."""
    return f"The function '{name}' doesn't exist, is disabled, or is not {what}."


def _named(parent: Parent | None) -> dict[str, object] | None:
    if parent is None:
        return None
    return events.parent_instance(parent.name, parent.instance, parent.execution, parent.task)
