"""One episode: the SDK's orchestrator is called with the history so far, and its answer read."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from local.functions_host.durable.history import Event, Kind
from local.functions_host.durable.replay import Meaning, Task, interpret

ERROR_LABEL = "\n\n$OutOfProcData$:"
# The largest custom status of the real extension: 16 KB in UTF-16.
LARGEST_STATUS_CHARACTERS = 8192


@dataclass(frozen=True)
class Answer:
    """What an episode brought: new tasks to begin, and how the execution stands."""

    new_tasks: Sequence[Task]
    custom_status: str | None
    is_over: bool
    output: str | None = None
    error: str | None = None
    continue_as_new: str | None = None


def run_episode(
    handle: Callable[[str], str], instance_id: str, parent_id: str | None, history: list[Event]
) -> Answer:
    """Call the orchestrator; raises what the SDK raises outside of the orchestrator's own code."""
    started = next(one for one in history if one["EventType"] == Kind.EXECUTION_STARTED)
    state, error = _call(handle, _context(instance_id, parent_id, history, started))
    meaning = interpret(state["actions"], history)
    known = _known(history)
    mismatch = _mismatch(meaning, known)
    if mismatch:
        return Answer([], None, is_over=True, error=mismatch)
    status = state.get("customStatus")
    status_text = None if status is None else json.dumps(status, separators=(",", ":"))
    if status_text and len(status_text) > LARGEST_STATUS_CHARACTERS:
        too_large = "The UTF-16 size of the JSON-serialized payload must not exceed 16 KB."
        size = f" The current payload size is {len(status_text) * 2 // 1024} KB."
        return Answer([], None, is_over=True, error=too_large + size)
    return Answer(
        new_tasks=[task for task in meaning.tasks if task.task_id not in known],
        custom_status=status_text,
        is_over=_is_over(meaning, state, error),
        output=json.dumps(state["output"]) if "output" in state else None,
        error=error,
        continue_as_new=meaning.continue_as_new,
    )


def _is_over(meaning: Meaning, state: dict[str, Any], error: str | None) -> bool:
    has_ended = bool(state["isDone"]) or error is not None
    return has_ended and meaning.is_through and not meaning.has_open_tasks


def _context(instance_id: str, parent_id: str | None, history: list[Event], started: Event) -> str:
    """The context as the extension writes it (tests/conformance/events.json)."""
    return json.dumps(
        {
            "history": history,
            "input": json.loads(started["Input"]) if started["Input"] else None,
            "instanceId": instance_id,
            "isReplaying": False,
            "parentInstanceId": parent_id,
            "upperSchemaVersion": 1,
            "upperSchemaVersionNew": 3,
            "longRunningTimerIntervalDuration": "3.00:00:00",
            "maximumShortTimerDuration": "6.00:00:00",
            "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,
        }
    )


def _call(handle: Callable[[str], str], context: str) -> tuple[dict[str, Any], str | None]:
    """The state, and the orchestrator's own error: the SDK raises with the state in its text."""
    try:
        return json.loads(handle(context)), None
    except Exception as raised:
        message, label, state = str(raised).partition(ERROR_LABEL)
        if not label:
            raise
        return json.loads(state), message


def _known(history: list[Event]) -> dict[int, Event]:
    kinds = (Kind.TASK_SCHEDULED, Kind.SUB_CREATED, Kind.TIMER_CREATED)
    return {one["EventId"]: one for one in history if one["EventType"] in kinds}


_WORDS = {
    Kind.TASK_SCHEDULED: "an activity task",
    Kind.SUB_CREATED: "a sub-orchestration task",
    Kind.TIMER_CREATED: "a timer task",
}


def _mismatch(meaning: Meaning, known: dict[int, Event]) -> str | None:
    """The real extension's sentence where the replay asks for something else than before."""
    for task_id, event in known.items():
        if task_id >= len(meaning.tasks):
            continue
        task, kind = meaning.tasks[task_id], Kind(event["EventType"])
        if task.kind is kind and task.name == event.get("Name", ""):
            continue
        before, after = _WORDS[kind], _WORDS[task.kind]
        return (
            "Non-Deterministic workflow detected: A previous execution of this orchestration "
            f"scheduled {before} with sequence number {task_id} named '{event.get('Name', '')}', "
            f"but the current orchestration replay instead scheduled {after} named '{task.name}' "
            "with this sequence number.  Was a change made to the orchestrator code after this "
            "instance had already started running?"
        )
    return None
