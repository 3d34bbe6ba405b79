"""One episode: the SDK's orchestrator is called with the history so far, and its answer read."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from azure.functions.durable_functions import OrchestrationTriggerConverter
from azure.functions.meta import Datum

from local.functions_host.durable.determinism import both_lists
from local.functions_host.durable.history import Event, Kind
from local.functions_host.durable.records import Status
from local.functions_host.durable.replay import Meaning, UnsupportedError, interpret
from local.functions_host.durable.tasks import Task

ERROR_LABEL = "\n\n$OutOfProcData$:"
# The largest custom status of the real extension: 16 KB in UTF-16.
LARGEST_STATUS_BYTES = 16 * 1024
Orchestrator = Callable[[Any], str]


@dataclass(frozen=True)
class End:
    """How an execution ended.

    `output` is JSON text of a result or the text of a failure. Where `next_input` is set it goes on
    as a new execution with that input (JSON text) and the events `carried`. `cause` is what the
    orchestrator raised; `for_the_log` is said there alone.
    """

    status: Status
    output: str | None = None
    details: str | None = None
    next_input: str | None = None
    carried: Sequence[Event] = ()
    cause: BaseException | None = None
    for_the_log: str = ""


@dataclass(frozen=True)
class Answer:
    """What an episode brought: tasks to begin, and the end if it is one."""

    new_tasks: Sequence[Task] = ()
    custom_status: str | None = None
    end: End | None = None


@dataclass(frozen=True)
class _Said:
    """What the orchestrator said: the SDK's state, and what it raised."""

    state: Mapping[str, Any]
    error: str | None = None
    cause: BaseException | None = None


def run_episode(
    orchestrator: Orchestrator, name: str, parent_id: str | None, history: Sequence[Event]
) -> Answer:
    """Call an orchestrator, named for its errors, with its history so far.

    A custom status that is too large is noticed before anything that was asked for, so that what
    earlier episodes asked for is missing.
    Raises what the SDK raises outside of the orchestrator's own code.
    """
    said = _call(orchestrator, context(parent_id, history))
    status = said.state.get("customStatus")
    status_text = None if status is None else compact(status)
    is_too_large = bool(status_text) and _utf16_bytes(str(status_text)) > LARGEST_STATUS_BYTES
    try:
        meaning = interpret(() if is_too_large else said.state["actions"], history)
    except UnsupportedError as unsupported:
        return Answer(end=failure(name, str(unsupported)))
    if meaning.change:
        lists = both_lists(meaning.tasks, history)
        end = End(Status.FAILED, meaning.change, meaning.change, for_the_log=lists)
        return Answer(meaning.new_tasks, end=end)
    if is_too_large:
        return Answer(end=failure(name, _too_large(str(status_text))))
    return Answer(meaning.new_tasks, status_text, _end(name, said, meaning))


def failure(name: str, error: str, cause: BaseException | None = None) -> End:
    """The end of an orchestrator that failed, worded as the extension does."""
    text = f"Orchestrator function '{name}' failed: {error}"
    return End(Status.FAILED, text, f"Message: {error}, StackTrace: ", cause=cause)


def compact(value: Any) -> str:
    """JSON as Newtonsoft.Json writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def context(parent_id: str | None, history: Sequence[Event]) -> str:
    """The context as the extension writes it (tests/conformance/events.json)."""
    started = next(one for one in history if one["EventType"] == Kind.EXECUTION_STARTED)
    return json.dumps(
        {
            "history": history,
            "input": json.loads(started["Input"]) if started["Input"] else None,
            "instanceId": started["OrchestrationInstance"]["InstanceId"],
            "isReplaying": False,
            "parentInstanceId": parent_id,
            "upperSchemaVersion": 1,
            "upperSchemaVersionNew": 3,
            "longRunningTimerIntervalDuration": "3.00:00:00",
            "maximumShortTimerDuration": "6.00:00:00",
            "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,
        }
    )


def _call(orchestrator: Orchestrator, text: str) -> _Said:
    """The SDK raises what the orchestrator raised, with its state in the text."""
    given = OrchestrationTriggerConverter.decode(Datum(text, "json"), trigger_metadata=None)
    try:
        return _Said(json.loads(orchestrator(given)))
    except Exception as raised:
        message, label, state = str(raised).partition(ERROR_LABEL)
        if not label:
            raise
        told = json.loads(state)
        return _Said(told, told.get("error") or message, raised.__cause__ or raised)


def _end(name: str, said: _Said, meaning: Meaning) -> End | None:
    """An execution ends when all it asked for has been awaited and nothing is open any more."""
    if not meaning.is_through or meaning.has_open_tasks:
        return None
    if said.error is not None:
        return failure(name, said.error, said.cause)
    if not said.state["isDone"]:
        return None
    if meaning.next_input is not None:
        return End(Status.RUNNING, next_input=meaning.next_input, carried=meaning.carried)
    output = said.state.get("output")
    return End(Status.COMPLETED, None if output is None else compact(output))


def _utf16_bytes(text: str) -> int:
    return len(text.encode("utf-16-le"))


def _too_large(text: str) -> str:
    return (
        "The UTF-16 size of the JSON-serialized payload must not exceed 16 KB. "
        f"The current payload size is {_utf16_bytes(text) // 1024} KB."
    )
