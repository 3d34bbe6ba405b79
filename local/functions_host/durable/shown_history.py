"""The history as people read it (showHistory=true), folded as DurableClient.cs does."""

import json
from collections.abc import Sequence
from typing import Any

from local.functions_host.durable.history import Event, Kind

_NAMES = {
    Kind.EXECUTION_STARTED: "ExecutionStarted",
    Kind.EXECUTION_COMPLETED: "ExecutionCompleted",
    Kind.EXECUTION_TERMINATED: "ExecutionTerminated",
    Kind.TASK_SCHEDULED: "TaskScheduled",
    Kind.TASK_COMPLETED: "TaskCompleted",
    Kind.TASK_FAILED: "TaskFailed",
    Kind.SUB_CREATED: "SubOrchestrationInstanceCreated",
    Kind.SUB_COMPLETED: "SubOrchestrationInstanceCompleted",
    Kind.SUB_FAILED: "SubOrchestrationInstanceFailed",
    Kind.TIMER_CREATED: "TimerCreated",
    Kind.TIMER_FIRED: "TimerFired",
    Kind.EVENT_RAISED: "EventRaised",
    Kind.CONTINUE_AS_NEW: "ContinueAsNew",
    Kind.EXECUTION_SUSPENDED: "ExecutionSuspended",
    Kind.EXECUTION_RESUMED: "ExecutionResumed",
}
_STARTS = (Kind.TASK_SCHEDULED, Kind.SUB_CREATED)
_START_OF = {
    Kind.TASK_COMPLETED: Kind.TASK_SCHEDULED,
    Kind.TASK_FAILED: Kind.TASK_SCHEDULED,
    Kind.SUB_COMPLETED: Kind.SUB_CREATED,
    Kind.SUB_FAILED: Kind.SUB_CREATED,
}
_NEVER_SHOWN = {"EventId", "IsPlayed", "TimerId"}
_NOT_SHOWN_OF = {
    Kind.EXECUTION_STARTED: {
        "Name", "OrchestrationInstance", "ParentInstance", "Version", "Tags",
    },
    Kind.TASK_SCHEDULED: {"Version"},
    Kind.SUB_CREATED: {"Version"},
    **{end: {"TaskScheduledId"} for end in _START_OF},
}  # fmt: skip


def plain(text: str | None) -> Any:
    """The value where the text is JSON, else the text itself; None for None.

    NaN and its like, which Python writes, are no JSON: shown are their names, as .NET does.
    """
    try:
        return None if text is None else json.loads(text, parse_constant=str)
    except ValueError:
        return text


def shown_history(
    history: Sequence[Event], *, with_input: bool, with_output: bool
) -> list[dict[str, Any]]:
    """Event types by name; what started a task is folded into what ended it."""
    starts: dict[tuple[int, int], Event] = {}
    for one in history:
        if one["EventType"] in _STARTS:  # a changed orchestrator asks under the same id once more
            starts.setdefault((one["EventType"], one["EventId"]), one)
    ended = {_start_of(one) for one in history if one["EventType"] in _START_OF}
    shown = []
    for one in history:
        kind = Kind(one["EventType"])
        if kind not in _NAMES or (kind in _STARTS and (kind, one["EventId"]) in ended):
            continue
        view = _view(one, kind, starts)
        if not with_input:
            view.pop("Input", None)
        if "Result" in view:
            view["Result"] = plain(view["Result"])
            if not with_output:
                del view["Result"]
        shown.append(view)
    return shown


def _start_of(end: Event) -> tuple[int, int]:
    return _START_OF[Kind(end["EventType"])], end["TaskScheduledId"]


def _view(one: Event, kind: Kind, starts: dict[tuple[int, int], Event]) -> dict[str, Any]:
    hidden = _NEVER_SHOWN | _NOT_SHOWN_OF.get(kind, set())
    view = {name: value for name, value in one.items() if name not in hidden}
    view["EventType"] = _NAMES[kind]
    if kind is Kind.EXECUTION_STARTED:
        view["FunctionName"] = one["Name"]
    start = starts.get(_start_of(one)) if kind in _START_OF else None
    if start:
        view |= {"ScheduledTime": start["Timestamp"], "FunctionName": start["Name"]}
        view["Input"] = start["Input"]
    return view
