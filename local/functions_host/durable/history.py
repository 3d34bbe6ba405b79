"""History events as the Durable extension hands them to the SDK (tests/conformance/events.json)."""

from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any

from local.functions_host.clock import iso

Event = dict[str, Any]


class Kind(IntEnum):
    """EventType."""

    EXECUTION_STARTED = 0
    EXECUTION_COMPLETED = 1
    EXECUTION_TERMINATED = 3
    TASK_SCHEDULED = 4
    TASK_COMPLETED = 5
    TASK_FAILED = 6
    SUB_CREATED = 7
    SUB_COMPLETED = 8
    SUB_FAILED = 9
    TIMER_CREATED = 10
    TIMER_FIRED = 11
    ORCHESTRATOR_STARTED = 12
    ORCHESTRATOR_COMPLETED = 13
    EVENT_RAISED = 15
    CONTINUE_AS_NEW = 16
    EXECUTION_SUSPENDED = 19
    EXECUTION_RESUMED = 20


# Events that end a task, and the field that names it.
COMPLETIONS = {
    Kind.TASK_COMPLETED: "TaskScheduledId",
    Kind.TASK_FAILED: "TaskScheduledId",
    Kind.SUB_COMPLETED: "TaskScheduledId",
    Kind.SUB_FAILED: "TaskScheduledId",
    Kind.TIMER_FIRED: "TimerId",
}
FAILURES = {Kind.TASK_FAILED, Kind.SUB_FAILED}


def event(kind: Kind, at: datetime, **fields: Any) -> Event:
    """An event with the fields that every event has."""
    return {
        "EventType": int(kind),
        "EventId": -1,
        "IsPlayed": False,
        "Timestamp": iso(at),
        **fields,
    }


def execution_started(
    at: datetime, name: str, instance: str, execution: str, data: str,
    parent: Mapping[str, Any] | None = None,
) -> Event:  # fmt: skip
    """The first event of an execution; `data` is the input as JSON text."""
    return event(
        Kind.EXECUTION_STARTED, at,
        OrchestrationInstance={"InstanceId": instance, "ExecutionId": execution},
        ParentInstance=parent, Name=name, Version=None, Input=data, Tags=None, Correlation=None,
        ParentTraceContext=None, ScheduledStartTime=None, Generation=0, GenerateNewTrace=False,
    )  # fmt: skip


def parent_instance(name: str, instance: str, execution: str, task: int) -> dict[str, Any]:
    """Who waits for a sub-orchestration, as its first event names it."""
    place = {"InstanceId": instance, "ExecutionId": execution}
    return {
        "Name": name, "OrchestrationInstance": place, "TaskScheduleId": task, "Version": None,
    }  # fmt: skip


def task_scheduled(at: datetime, task: int, name: str) -> Event:
    """The input is kept with the work, not in the history, as the extension does."""
    return event(
        Kind.TASK_SCHEDULED, at, EventId=task, Name=name, Version="", Input=None,
        ParentTraceContext=None, Tags=None,
    )  # fmt: skip


def sub_created(at: datetime, task: int, name: str, instance: str) -> Event:
    """A sub-orchestration was asked for."""
    return event(
        Kind.SUB_CREATED, at, EventId=task, Name=name, Version=None, InstanceId=instance,
        Input=None, ClientSpanId=None, Tags=None,
    )  # fmt: skip


def completed(at: datetime, task: int, result: str | None, *, is_sub: bool = False) -> Event:
    """A task or sub-orchestration ended well; `result` is JSON text."""
    kind = Kind.SUB_COMPLETED if is_sub else Kind.TASK_COMPLETED
    return event(kind, at, TaskScheduledId=task, Result=result)


def failed(
    at: datetime, task: int, reason: str | None, details: str | None, *, is_sub: bool = False
) -> Event:
    """A task or sub-orchestration failed."""
    kind = Kind.SUB_FAILED if is_sub else Kind.TASK_FAILED
    return event(
        kind, at, TaskScheduledId=task, Reason=reason, Details=details, FailureDetails=None
    )
