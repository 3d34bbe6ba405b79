"""Finds an orchestrator that asks for something else than it asked for before.

The sentences are those of DurableTask.Core 3.9 (TaskOrchestrationContext.cs).
"""

from collections.abc import Mapping, Sequence

from local.functions_host.durable.history import Event, Kind
from local.functions_host.durable.tasks import ASKED_FOR, Task

_ACTIONS = {
    Kind.TASK_SCHEDULED: "ScheduleTaskOrchestratorAction",
    Kind.SUB_CREATED: "CreateSubOrchestrationAction",
    Kind.TIMER_CREATED: "CreateTimerOrchestratorAction",
}
_WORDS: Mapping[int, str] = {
    Kind.TASK_SCHEDULED: "activity",
    Kind.SUB_CREATED: "orchestrator",
    Kind.TIMER_CREATED: "timer",
}
_BEFORE = "A previous execution of this orchestration scheduled"
_MISSING = ", but the current replay execution hasn't (yet?) scheduled this task."
_CHANGED = (
    "Was a change made to the orchestrator code after this instance had already started running?"
)


def find_change(event: Event, now: Task | None) -> str | None:
    """A sentence where what was asked for before is not what is asked for now under its id."""
    if now and now.kind == event["EventType"] and _is_same_name(now, event):
        return None
    return f"Non-Deterministic workflow detected: {_sentence(event['EventId'], event, now)}"


def both_lists(tasks: Sequence[Task], history: Sequence[Event]) -> str:
    """All that was asked for before, and all that is asked for now."""
    before = [
        (event["EventId"], event["EventType"], event.get("Name"))
        for event in history
        if event["EventType"] in ASKED_FOR
    ]
    now = [(task.task_id, task.kind, task.name) for task in tasks]
    return f"Asked for before: {_listed(before)}. Asked for now: {_listed(now)}."


def _listed(asked: Sequence[tuple[int, int, str | None]]) -> str:
    told = [f"{task_id} {_WORDS[kind]} {name or ''}".rstrip() for task_id, kind, name in asked]
    return ", ".join(told) or "nothing"


def _is_same_name(now: Task, event: Event) -> bool:
    return now.name.lower() == str(event.get("Name", "")).lower()


def _sentence(task_id: int, event: Event, now: Task | None) -> str:
    kind = Kind(event["EventType"])
    tell = {
        Kind.TASK_SCHEDULED: _activity,
        Kind.SUB_CREATED: _sub_orchestration,
        Kind.TIMER_CREATED: _timer,
    }[kind]
    return f"{_BEFORE} {tell(task_id, event, now)} {_CHANGED}"


def _activity(task_id: int, event: Event, now: Task | None) -> str:
    name = event["Name"]
    if now is None:
        return (
            f"an activity task with sequence ID {task_id} and name '{name}' (version ''){_MISSING}"
        )
    before = f"an activity task with sequence number {task_id} named '{name}'"
    if now.kind is Kind.TASK_SCHEDULED:
        after = f"scheduled an activity task named '{now.name}' with this sequence number. "
    else:
        after = f"produced a {_ACTIONS[now.kind]} action with this sequence number."
    return f"{before}, but the current orchestration replay instead {after}"


def _timer(task_id: int, event: Event, now: Task | None) -> str:  # noqa: ARG001  # as its siblings
    before = f"a timer task with sequence number {task_id}"
    if now is None:
        return before + _MISSING.removeprefix(",")
    return (
        f"{before} named but the current orchestration replay instead produced a "
        f"{_ACTIONS[now.kind]} action with this sequence number."
    )


def _sub_orchestration(task_id: int, event: Event, now: Task | None) -> str:
    before = (
        f"a sub-orchestration task with sequence ID {task_id} and name '{event['Name']}' "
        f"(version '', instance ID '{event['InstanceId']}')"
    )
    if now is None:
        return f"{before}{_MISSING}"
    if now.kind is Kind.SUB_CREATED:
        after = f"scheduled a sub-orchestration task with name {now.name}"
    else:
        after = f"produced a {_ACTIONS[now.kind]} action"
    return (
        f"{before}, but the current orchestration replay instead {after} at this sequence number."
    )
