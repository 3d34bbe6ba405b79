"""When an execution goes on, and when it ends."""

import json
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

from local.functions_host.durable.history import Kind
from local.functions_host.durable.records import Status
from tests.local_host.rules.rules import Rule, shows
from tests.local_host.virtual_host import VirtualHost

Steps = Generator[Any, Any, Any]


def echo(value: Any) -> Any:
    return value


def boom(value: Any) -> Any:
    raise ValueError(f"boom {value}")


def in_an_hour(context: Any) -> Any:
    return context.create_timer(context.current_utc_datetime + timedelta(hours=1))


def leave_timer_open(context: Any) -> Steps:
    work = context.call_activity("echo", "x")
    timer = in_an_hour(context)
    yield context.task_any([work, timer])
    if context.get_input() == "cancel":
        timer.cancel()
    return "done"


def leave_child_open(context: Any) -> Steps:
    child = context.call_sub_orchestrator("sleeps", None)
    yield context.task_any([context.call_activity("echo", "x"), child])
    return "done"


def sleeps(context: Any) -> Steps:
    yield in_an_hour(context)


def all_with_failure(context: Any) -> Steps:
    try:
        yield context.task_all([context.call_activity("boom", 0), in_an_hour(context)])
    except Exception:  # noqa: BLE001  # what comes after is the point
        pass
    yield context.call_activity("echo", "after")
    return "done"


def asks_for_many(context: Any) -> Steps:
    first = yield context.call_activity("echo", "a")
    some = [context.call_activity("echo", text) for text in ("b", "c")]
    some.append(context.call_sub_orchestrator("child", "d"))
    rest = yield context.task_all(some)
    last = yield context.call_activity("echo", "e")
    return [first, *rest, last]


def child(context: Any) -> Steps:
    return (yield context.call_activity("echo", context.get_input()))


def waits_in_a_tree(context: Any) -> Steps:
    calls = [context.call_activity("echo", text) for text in "ab"]
    both = context.task_all(calls)
    yield context.task_any([both, context.wait_for_external_event("never")])
    return both.result


@shows(Rule.END_WAITS_FOR_OPEN_TASKS)
def test_an_open_timer_keeps_its_instance_running(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, leave_timer_open, echo)

    assert host.run("leave_timer_open").output == '"done"'
    assert host.seconds() > 3590


@shows(Rule.END_WAITS_FOR_OPEN_TASKS)
def test_an_open_child_keeps_its_parent_running(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, leave_child_open, sleeps, echo)

    assert host.run("leave_child_open").status is Status.COMPLETED
    kinds = [e["EventType"] for e in host.history()]
    assert kinds.index(Kind.SUB_COMPLETED) < kinds.index(Kind.EXECUTION_COMPLETED)


@shows(Rule.CANCELLED_TIMER_HOLDS_NOTHING)
def test_a_cancelled_timer_does_not(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, leave_timer_open, echo)

    assert host.run("leave_timer_open", "cancel").output == '"done"'
    assert host.seconds() < 1
    assert any(e["EventType"] == Kind.TIMER_CREATED for e in host.history())


@shows(Rule.ALL_WAITS_FOR_THE_SLOW)
def test_what_follows_a_failed_task_all_waits_for_the_slow_ones(tmp_path: Path) -> None:
    """The SDK itself goes on at the first failure."""
    host = VirtualHost(tmp_path, all_with_failure, boom, echo)

    host.run("all_with_failure")

    kinds = [e["EventType"] for e in host.history()]
    last_scheduled = len(kinds) - 1 - kinds[::-1].index(Kind.TASK_SCHEDULED)
    assert kinds.index(Kind.TIMER_FIRED) < last_scheduled


@shows(Rule.IDS_ARE_IN_STEP)
def test_every_result_reaches_the_task_that_it_belongs_to(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, asks_for_many, child, echo)

    assert json.loads(host.run("asks_for_many").output or "") == ["a", "b", "c", "d", "e"]
    asked = [e["EventId"] for e in host.history() if e["EventId"] >= 0]
    assert asked == [0, 1, 2, 3, 4]


def test_a_task_any_ends_with_a_task_all_inside_of_it(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, waits_in_a_tree, echo)

    assert host.run("waits_in_a_tree").output == '["a","b"]'
