"""What an orchestrator's actions mean on its history. Pure.

The SDK answers every episode with all the actions since the start. The real extension replays them
on DurableTask.Core to find what is new; so does this. Rules (recorded, tests/conformance):

* actions are awaited one after the other, each taking the next ids; children of WhenAll and
  WhenAny take theirs in list order;
* WhenAll waits for all its children even when one has failed;
* retries are the host's: after a failed attempt a timer, then the next attempt; after the last one
  a timer that fires at once;
* an execution ends only when no task or uncancelled timer is open.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from local.functions_host.clock import parse
from local.functions_host.durable.determinism import find_change
from local.functions_host.durable.history import COMPLETIONS, FAILURES, Event, Kind
from local.functions_host.durable.tasks import ASKED_FOR, Task

CALL_ACTIVITY, CALL_ACTIVITY_RETRY, CALL_SUB, CALL_SUB_RETRY = 0, 1, 2, 3
CONTINUE_AS_NEW, CREATE_TIMER, WAIT_FOR_EVENT, WHEN_ANY, WHEN_ALL = 4, 5, 6, 11, 12
UNSUPPORTED = {
    7: "calls of entities",
    8: "durable HTTP calls (call_http)",
    9: "signals to entities",
    10: "signals to entities",
}


class UnsupportedError(Exception):
    """The orchestrator asks for something that this host does not do."""


@dataclass(frozen=True)
class Meaning:
    """The tasks in the order of their ids, and whether all actions have been awaited.

    `change` is a sentence where an earlier episode asked for something else: the tasks are those
    of before it.
    `next_input` is the input (JSON text) of the next execution where it continues as new, `carried`
    the events that were raised after it said so: the next execution gets them.
    """

    tasks: Sequence[Task]
    is_through: bool
    next_input: str | None
    carried: Sequence[Event]
    change: str | None = None

    @property
    def new_tasks(self) -> Sequence[Task]:
        """What no earlier episode has asked for."""
        return [task for task in self.tasks if not task.is_known]

    @property
    def has_open_tasks(self) -> bool:
        """Whether something still holds the execution open."""
        return any(not task.is_done and not task.is_cancelled for task in self.tasks)


class _Await(Protocol):
    """One thing that is waited for."""

    @property
    def is_done(self) -> bool: ...


@dataclass
class _Leaf:
    is_done: bool = False


def interpret(actions: Sequence[Any], history: Sequence[Event]) -> Meaning:
    """Replay the actions on the history."""
    return _Replay(list(_steps(actions))).run(history)


def _steps(actions: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    """The actions in order; schema V2 and V3 wrap them once, V1 in a list per yield."""
    for action in actions:
        if isinstance(action, list):
            yield from _steps(action)
        else:
            yield action


class _Replay:
    def __init__(self, actions: list[Mapping[str, Any]]) -> None:
        self.actions = actions
        self.position = 0
        self.current: _Await | None = None
        self.tasks: list[Task] = []
        self.waiting_for: list[tuple[str, _Leaf]] = []
        self.early: list[str] = []
        self.now = datetime.min.replace(tzinfo=UTC)
        self.next_input: str | None = None
        self.carried: list[Event] = []

    def run(self, history: Sequence[Event]) -> Meaning:
        for event in history:
            kind = Kind(event["EventType"])
            if kind is Kind.ORCHESTRATOR_STARTED:
                self.now = parse(event["Timestamp"])
            elif kind is Kind.EXECUTION_STARTED:
                self._go_on()
            elif kind in ASKED_FOR:
                change = self._asked_before(event)
                if change:
                    return Meaning(self.tasks, False, None, (), change)
            elif kind is Kind.EVENT_RAISED and self.next_input is not None:
                self.carried.append(event)
            elif kind is Kind.EVENT_RAISED:
                self._event_raised(event["Name"].lower())
            elif kind in COMPLETIONS:
                self._ended(event[COMPLETIONS[kind]], failed=kind in FAILURES)
        is_through = self.position == len(self.actions) and (
            self.current is None or self.current.is_done
        )
        return Meaning(self.tasks, is_through, self.next_input, self.carried)

    def _asked_before(self, event: Event) -> str | None:
        """An earlier episode asked for it when it was where the replay is now."""
        task_id = event["EventId"]
        task = self.tasks[task_id] if task_id < len(self.tasks) else None
        change = find_change(event, task)
        if task and not change:
            task.is_known = True
        return change

    def _go_on(self) -> None:
        """Begin what comes next as long as what was begun is done."""
        while self.current is None or self.current.is_done:
            if self.position == len(self.actions):
                return
            self.current = self._begin(self.actions[self.position])
            self.position += 1

    def _ended(self, task_id: int, *, failed: bool) -> None:
        if task_id < len(self.tasks) and not self.tasks[task_id].is_done:
            self.tasks[task_id].is_done = True
            self.tasks[task_id].on_end(failed)
            self._go_on()

    def _event_raised(self, name: str) -> None:
        """The last waiter for the name gets it (a stack, as in the extension), else it is kept."""
        for index in range(len(self.waiting_for) - 1, -1, -1):
            if self.waiting_for[index][0] == name:
                self.waiting_for.pop(index)[1].is_done = True
                self._go_on()
                return
        self.early.append(name)

    def _begin(self, action: Mapping[str, Any]) -> _Await:
        kind = action["actionType"]
        if kind in UNSUPPORTED:
            raise UnsupportedError(f"The local host does not support {UNSUPPORTED[kind]}.")
        if kind in (WHEN_ALL, WHEN_ANY):
            children = [self._begin(child) for child in _steps(action["compoundActions"])]
            return _Any(children) if kind == WHEN_ANY else _All(children)
        if kind == CONTINUE_AS_NEW:
            self.next_input = _input(action)
            return _Leaf(is_done=True)
        if kind == WAIT_FOR_EVENT:
            return self._wait_for(action["externalEventName"].lower())
        if kind == CREATE_TIMER:
            fire_at = parse(action["fireAt"])
            is_cancelled = bool(action.get("isCanceled"))
            return self._leaf(Kind.TIMER_CREATED, fire_at=fire_at, is_cancelled=is_cancelled)
        asked = _call(action)
        if kind in (CALL_ACTIVITY_RETRY, CALL_SUB_RETRY):
            return self._with_retry(asked, action["retryOptions"])
        return self._leaf(**asked)

    def _wait_for(self, name: str) -> _Await:
        waiting = _Leaf()
        if name in self.early:
            self.early.remove(name)
            waiting.is_done = True
        else:
            self.waiting_for.append((name, waiting))
        return waiting

    def _leaf(self, kind: Kind, **fields: Any) -> _Await:
        waiting = _Leaf()
        self._task(kind, **fields).on_end = lambda _: setattr(waiting, "is_done", True)
        return waiting

    def _task(self, kind: Kind, **fields: Any) -> Task:
        task = Task(len(self.tasks), kind, **fields)
        self.tasks.append(task)
        return task

    def _with_retry(self, asked: Mapping[str, Any], retry: Mapping[str, Any]) -> _Await:
        waiting = _Leaf()
        interval = timedelta(milliseconds=retry["firstRetryIntervalInMilliseconds"])

        def attempt(left: int) -> None:
            def ended(failed: bool) -> None:
                if failed:
                    pause(left - 1)
                else:
                    waiting.is_done = True

            self._task(**asked).on_end = ended

        def pause(left: int) -> None:
            def over(_: bool) -> None:
                if left:
                    attempt(left)
                else:
                    waiting.is_done = True

            wait = interval if left else timedelta()
            self._task(Kind.TIMER_CREATED, fire_at=self.now + wait).on_end = over

        attempt(retry["maxNumberOfAttempts"])
        return waiting


def _call(action: Mapping[str, Any]) -> dict[str, Any]:
    is_sub = action["actionType"] in (CALL_SUB, CALL_SUB_RETRY)
    kind = Kind.SUB_CREATED if is_sub else Kind.TASK_SCHEDULED
    if action.get("version"):
        raise UnsupportedError("The local host does not support versions of orchestrations.")
    asked = {"kind": kind, "name": action["functionName"]}
    if is_sub:
        return asked | {"data": _input(action), "instance_id": action.get("instanceId")}
    return asked | {"data": action.get("input") or "null"}


def _input(action: Mapping[str, Any]) -> str:
    """The SDK's JSON text as a JSON text itself: so it stands in ExecutionStarted, as recorded."""
    return json.dumps(action.get("input"), ensure_ascii=False)


@dataclass(frozen=True)
class _All:
    _children: Sequence[_Await]

    @property
    def is_done(self) -> bool:
        return all(child.is_done for child in self._children)


@dataclass(frozen=True)
class _Any:
    _children: Sequence[_Await]

    @property
    def is_done(self) -> bool:
        return not self._children or any(child.is_done for child in self._children)
