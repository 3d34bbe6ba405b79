"""Values and texts on their way through the engine."""

import json
from collections.abc import Callable, Generator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from local.functions_host.durable.engine import Engine
from local.functions_host.durable.history import Kind
from local.functions_host.durable.records import Instance, Status
from tests.local_host.rules.rules import Rule, shows
from tests.local_host.virtual_host import VirtualHost

Steps = Generator[Any, Any, Any]
RECORDED = Path(__file__).parents[2] / "conformance" / "events.json"
VALUES: list[Any] = [
    None, True, 0, 1.5, 12345678901234567890, "", "ä€😀", "2026-01-01T00:00:00Z", "12:00:00",
    [1, [2]], {"a": {"b": []}}, "x" * 200_000,
]  # fmt: skip


def echo(value: Any) -> Any:
    return value


def boom(value: Any) -> Any:
    raise ValueError(f"boom {value}")


def everywhere(context: Any) -> Steps:
    """The input, through an activity and a child."""
    value = yield context.call_activity("echo", context.get_input())
    return (yield context.call_sub_orchestrator("child", value))


def child(context: Any) -> Steps:
    return (yield context.call_activity("echo", context.get_input()))


def tells_status(context: Any) -> Steps:
    for status in context.get_input():
        context.set_custom_status(status)
        yield context.wait_for_external_event("go")


def fails(context: Any) -> Steps:
    yield context.call_activity("echo", 1)
    raise ValueError("no")


def calls_boom(context: Any) -> Steps:
    yield context.call_activity("boom", 1)


def naive_timer(context: Any) -> Steps:
    yield context.create_timer(datetime(2026, 1, 1))  # noqa: DTZ001  # the point


def says_the_unsayable(context: Any) -> Steps:
    yield context.create_timer(context.current_utc_datetime)
    return "\ud800"


@shows(Rule.VALUES_COME_THROUGH)
@pytest.mark.parametrize("value", VALUES, ids=lambda value: str(value)[:12])
def test_a_value_comes_through_every_place_unchanged(tmp_path: Path, value: Any) -> None:
    host = VirtualHost(tmp_path, everywhere, child, echo)

    output = host.run("everywhere", value).output

    assert (None if output is None else json.loads(output)) == value


@shows(Rule.LARGE_STATUS_FAILS)
def test_a_custom_status_over_16_kb_fails_its_orchestration(tmp_path: Path) -> None:
    """In UTF-16, quotes included: 8,190 letters are the most."""
    largest = VirtualHost(tmp_path / "1", tells_status).run("tells_status", ["x" * 8190])
    too_large = VirtualHost(tmp_path / "2", tells_status).run("tells_status", ["x" * 8191])

    assert (largest.status, too_large.status) == (Status.RUNNING, Status.FAILED)
    assert "must not exceed 16 KB" in str(too_large.output)


@shows(Rule.LARGE_STATUS_FAILS)
def test_a_custom_status_that_grows_too_large_hides_what_was_asked_for(tmp_path: Path) -> None:
    """It is noticed before the actions, and then the activity of before is missing."""

    def grows(context: Any) -> Steps:
        yield context.call_activity("echo", 1)
        context.set_custom_status("x" * 9000)

    instance = VirtualHost(tmp_path, grows, echo).run("grows")

    assert "hasn't (yet?) scheduled this task" in str(instance.output)


@shows(Rule.STATUS_IS_CARRIED_OVER)
def test_a_custom_status_is_carried_over_once(tmp_path: Path) -> None:
    """An execution that continues as new at once carries only what it has set itself."""

    def again(context: Any) -> Steps:
        round_number = context.get_input()
        if round_number in (1, 3):
            context.set_custom_status(round_number)
        if round_number in (1, 3, 4):
            yield context.call_activity("echo", 1)
            context.continue_as_new(round_number + 1)
        else:
            yield context.wait_for_external_event("go")
            yield context.wait_for_external_event("on")
            context.continue_as_new(round_number + 1)

    seen: list[str | None] = []

    def raises(name: str) -> Callable[[Engine, Instance], None]:
        def step(engine: Engine, instance: Instance) -> None:
            seen.append(instance.custom_status)
            engine.raise_event(instance, name, "1")

        return step

    host = VirtualHost(tmp_path, again, echo)
    last = host.run("again", 1, raises("go"), raises("on"))

    assert [*seen, last.custom_status] == ["1", None, None]


@shows(Rule.STATUS_LEFT_OUT_IS_CLEARED)
def test_a_custom_status_that_the_sdk_leaves_out_is_cleared(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, tells_status)
    seen = []

    def go_on(engine: Engine, instance: Instance) -> None:
        seen.append(instance.custom_status)
        engine.raise_event(instance, "go", "1")

    instance = host.run("tells_status", ["busy", 0], go_on)

    assert (seen, instance.custom_status) == (['"busy"'], None)


@shows(Rule.ACTIVITY_FAILURE_IS_WORDED)
def test_a_failed_activity_is_worded_as_azure_words_it(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, calls_boom, boom)

    host.run("calls_boom")

    failed = next(e for e in host.history() if e["EventType"] == Kind.TASK_FAILED)
    assert failed["Reason"] == "Activity function 'boom' failed:  ValueError: boom 1"
    assert json.loads(failed["Details"])["Message"] == " ValueError: boom 1"


@shows(Rule.ACTIVITY_FAILURE_IS_WORDED)
def test_of_a_message_with_a_stack_the_first_part_is_told(tmp_path: Path) -> None:
    """The extension cuts the message out of the worker's text, which goes on with `Stack:`."""

    def tells_a_stack(value: Any) -> Any:
        raise ValueError(f"{value}\nStack: of books")

    def calls_it(context: Any) -> Steps:
        yield context.call_activity("tells_a_stack", 1)

    host = VirtualHost(tmp_path, calls_it, tells_a_stack)

    host.run("calls_it")

    failed = next(e for e in host.history() if e["EventType"] == Kind.TASK_FAILED)
    assert failed["Reason"] == "Activity function 'tells_a_stack' failed:  ValueError: 1"


@shows(Rule.ORCHESTRATOR_FAILURE_IS_WORDED)
def test_an_error_without_a_message_is_told_by_its_class(tmp_path: Path) -> None:
    def fails_silently(context: Any) -> Steps:
        yield context.call_activity("echo", 1)
        raise ValueError

    instance = VirtualHost(tmp_path, fails_silently, echo).run("fails_silently")

    told = "Orchestrator function 'fails_silently' failed: <class 'ValueError'>"
    assert instance.output == told


@shows(Rule.ORCHESTRATOR_FAILURE_IS_WORDED)
def test_a_failed_orchestrator_is_worded_as_azure_words_it(tmp_path: Path) -> None:
    instance = VirtualHost(tmp_path, fails, echo).run("fails")

    assert instance.output == "Orchestrator function 'fails' failed: no"


@shows(Rule.NAIVE_TIMER_FAILS)
def test_a_timer_without_a_time_zone_fails_its_orchestration(tmp_path: Path) -> None:
    instance = VirtualHost(tmp_path, naive_timer).run("naive_timer")

    assert instance.status is Status.FAILED
    assert "can't compare offset-naive and offset-aware datetimes" in str(instance.output)


@shows(Rule.RAW_LIST_FAILS, Rule.BROKEN_EPISODE_IS_PARKED)
@pytest.mark.parametrize("raw", ["[1]", "7"])
def test_an_episode_that_breaks_in_the_host_ends_its_instance_with_the_reason(
    tmp_path: Path, raw: str
) -> None:
    """Else it would be tried for ever. The SDK itself cannot read a list or a number as input."""
    host = VirtualHost(tmp_path, child, echo)

    host.engine.start("child", "other", raw)
    host.run("child", 1)

    assert host.find("other").status is Status.FAILED
    assert "must be str" in (host.find("other").output or "")


@shows(Rule.BROKEN_EPISODE_IS_PARKED)
def test_an_output_that_cannot_be_stored_ends_its_instance_too(tmp_path: Path) -> None:
    """Half a surrogate pair is valid in Python and in JSON, and in no file."""
    instance = VirtualHost(tmp_path, says_the_unsayable).run("says_the_unsayable")

    assert instance.status is Status.FAILED
    assert "UnicodeEncodeError" in (instance.output or "")


@shows(Rule.CHANGE_IS_FOUND)
def test_an_orchestrator_that_asks_for_something_else_than_before_fails(tmp_path: Path) -> None:
    names = iter(["echo", "boom", "boom"])

    def changes(context: Any) -> Steps:
        yield context.call_activity(next(names), 1)

    instance = VirtualHost(tmp_path, changes, echo, boom).run("changes")

    assert instance.status is Status.FAILED
    assert (
        "scheduled an activity task with sequence number 0 named 'echo', but the current "
        "orchestration replay instead scheduled an activity task named 'boom'"
    ) in str(instance.output)


@shows(Rule.CHANGED_GETS_WHAT_IT_ASKS)
def test_what_a_changed_orchestrator_asks_for_is_begun_all_the_same(tmp_path: Path) -> None:
    episodes = iter(range(3))

    def changes(context: Any) -> Steps:
        if next(episodes) == 0:
            yield context.call_activity("echo", 1)
        yield context.call_sub_orchestrator("child", 7, "the-child")

    host = VirtualHost(tmp_path, changes, child, echo)

    instance = host.run("changes")

    assert "instead produced a CreateSubOrchestrationAction action" in str(instance.output)
    assert host.find("the-child").output == "7"
    kinds = [event["EventType"] for event in host.history()]
    assert kinds[-3:] == [Kind.SUB_CREATED, Kind.ORCHESTRATOR_COMPLETED, Kind.EXECUTION_COMPLETED]


@shows(Rule.CONTEXT_IS_AZURES)
def test_context_and_events_have_the_fields_that_azure_hands_to_the_sdk(tmp_path: Path) -> None:
    recorded = json.loads(RECORDED.read_text())
    contexts = []
    for number, (name, functions) in enumerate(
        [
            ("everywhere", (everywhere, child, echo)),
            ("calls_boom", (calls_boom, boom)),
            ("fails", (fails, echo)),
        ]
    ):
        host = VirtualHost(tmp_path / str(number), *functions)
        host.run(name)
        contexts += host.contexts

    assert {tuple(one) for one in contexts} == {("history", *recorded["context"])}
    for event in (event for one in contexts for event in one["history"]):
        assert sorted(event) == recorded["events"][str(event["EventType"])]["always"]
