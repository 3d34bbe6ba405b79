"""An orchestrator that asks for something else than before is told so in Azure's own words."""

from datetime import UTC, datetime

import pytest

from local.functions_host.durable import history as events
from local.functions_host.durable.determinism import find_change
from local.functions_host.durable.history import Event, Kind
from local.functions_host.durable.tasks import Task

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ACTIVITY = events.task_scheduled(NOW, 0, "echo")
CHILD = events.sub_created(NOW, 0, "child", "id")
TIMER = events.event(Kind.TIMER_CREATED, NOW, EventId=0, FireAt="")


@pytest.mark.parametrize(
    ("before", "now", "sentence"),
    [
        (ACTIVITY, Task(0, Kind.TASK_SCHEDULED, "none"), "scheduled an activity task named 'none'"),
        (ACTIVITY, Task(0, Kind.TIMER_CREATED), "produced a CreateTimerOrchestratorAction action"),
        (ACTIVITY, None, "with sequence ID 0 and name 'echo' (version ''), but the current replay"),
        (TIMER, Task(0, Kind.SUB_CREATED, "x"), "produced a CreateSubOrchestrationAction action"),
        (
            TIMER,
            None,
            "a timer task with sequence number 0 but the current replay execution hasn't",
        ),
        (CHILD, Task(0, Kind.SUB_CREATED, "x"), "a sub-orchestration task with name x at this"),
        (CHILD, Task(0, Kind.TASK_SCHEDULED, "x"), "ScheduleTaskOrchestratorAction action at this"),
        (CHILD, None, "instance ID 'id'), but the current replay execution hasn't (yet?)"),
    ],
)
def test_a_change_is_named_with_what_was_and_what_is(
    before: Event, now: Task | None, sentence: str
) -> None:
    told = find_change(before, now)

    assert told is not None
    assert told.startswith("Non-Deterministic workflow detected: A previous execution of this")
    assert sentence in told


def test_the_same_name_in_another_case_is_no_change() -> None:
    """Names match without regard to case everywhere."""
    assert find_change(ACTIVITY, Task(0, Kind.TASK_SCHEDULED, "ECHO")) is None
