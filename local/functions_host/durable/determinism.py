"""Finds an orchestrator that asks for something else than it asked for before.

The sentences are those of DurableTask.Core 3.9 (TaskOrchestrationContext.cs).
"""

from collections.abc import Mapping, Sequence

from local.functions_host.durable.history import Event, Kind
from local.functions_host.durable.replay import Task

_ACTIONS = {
    Kind.TASK_SCHEDULED: "ScheduleTaskOrchestratorAction",
    Kind.SUB_CREATED: "CreateSubOrchestrationAction",
    Kind.TIMER_CREATED: "CreateTimerOrchestratorAction",
}
_CHANGED = (
    "Was a change made to the orchestrator code after this instance had already started running?"
)


def asked_before(history: Sequence[Event]) -> dict[int, Event]:
    """What earlier episodes asked for, by task id."""
    return {one["EventId"]: one for one in history if one["EventType"] in _ACTIONS}


def find_change(tasks: Sequence[Task], before: Mapping[int, Event]) -> str | None:
    """A sentence about the first task that is not what it was; None where all are."""
    for task_id, event in sorted(before.items()):
        now = tasks[task_id] if task_id < len(tasks) else None
        if now is None or now.kind != event["EventType"] or not _is_same_name(now, event):
            return f"Non-Deterministic workflow detected: {_sentence(task_id, event, now)}"
    return None


def _is_same_name(now: Task, event: Event) -> bool:
    return now.name.lower() == str(event.get("Name", "")).lower()


def _sentence(task_id: int, event: Event, now: Task | None) -> str:
    kind, name = Kind(event["EventType"]), event.get("Name", "")
    is_renamed = now is not None and now.kind is kind
    instead = "" if now is None else _ACTIONS[now.kind]
    before = "A previous execution of this orchestration scheduled"
    if kind is Kind.TASK_SCHEDULED and now is not None:
        what = (
            f"scheduled an activity task named '{now.name}' with this sequence number. "
            if is_renamed
            else f"produced a {instead} action with this sequence number."
        )
        return (
            f"{before} an activity task with sequence number {task_id} named '{name}', "
            f"but the current orchestration replay instead {what} {_CHANGED}"
        )
    if kind is Kind.TIMER_CREATED:
        timer = f"{before} a timer task with sequence number {task_id}"
        if now is None:
            return f"{timer} but {_missing()} {_CHANGED}"
        return (
            f"{timer} named but the current orchestration replay instead produced a {instead} "
            f"action with this sequence number. {_CHANGED}"
        )
    version = f"version '{event.get('Version') or ''}'"
    if kind is Kind.TASK_SCHEDULED:
        task = f"an activity task with sequence ID {task_id} and name '{name}' ({version})"
        return f"{before} {task}, but {_missing()} {_CHANGED}"
    task = f"a sub-orchestration task with sequence ID {task_id} and name '{name}' ({version}, "
    task += f"instance ID '{event['InstanceId']}')"
    if now is None:
        return f"{before} {task}, but {_missing()} {_CHANGED}"
    what = (
        f"scheduled a sub-orchestration task with name {now.name}"
        if is_renamed
        else f"produced a {instead} action"
    )
    return (
        f"{before} {task}, but the current orchestration replay instead {what} at this sequence "
        f"number. {_CHANGED}"
    )


def _missing() -> str:
    return "the current replay execution hasn't (yet?) scheduled this task."
