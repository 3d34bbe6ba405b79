"""External events."""

import json
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from local.functions_host.durable.engine import Engine
from local.functions_host.durable.records import Instance, Status
from tests.local_host.rules.rules import Rule, shows
from tests.local_host.virtual_host import VirtualHost

Steps = Generator[Any, Any, Any]


def echo(value: Any) -> Any:
    return value


def waits(context: Any) -> Steps:
    return (yield context.wait_for_external_event("go"))


def begins_then_waits(context: Any) -> Steps:
    yield context.wait_for_external_event("begin")
    return (yield context.wait_for_external_event("go"))


def waits_twice_in_a_row(context: Any) -> Steps:
    yield context.wait_for_external_event("begin")
    first = yield context.wait_for_external_event("go")
    second = yield context.wait_for_external_event("go")
    return [first, second]


def two_waits_for_one_name(context: Any) -> Steps:
    first, second = (context.wait_for_external_event("go") for _ in range(2))
    yield context.task_any([first, context.wait_for_external_event("x")])
    winner = yield context.task_any([second, context.wait_for_external_event("y")])
    yield context.call_activity("echo", 1)
    return winner == second


def raising(name: str, *texts: str) -> Callable[[Engine, Instance], None]:
    def step(engine: Engine, instance: Instance) -> None:
        for text in texts:
            engine.raise_event(instance, name, text)

    return step


@shows(Rule.EARLY_EVENT_IS_KEPT)
def test_an_event_that_comes_before_its_wait_is_delivered(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, begins_then_waits)

    instance = host.run("begins_then_waits", None, raising("go", "7"), raising("begin", "1"))

    assert (instance.status, instance.output) == (Status.COMPLETED, "7")


@shows(Rule.SPELLING_IS_THE_SDKS)
def test_an_event_of_another_spelling_is_lost_on_the_orchestrator(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, waits)

    instance = host.run("waits", None, raising("GO", "1"))

    assert instance.status is Status.RUNNING


@shows(Rule.SPELLING_IS_THE_SDKS)
def test_for_the_host_the_spelling_makes_no_difference(tmp_path: Path) -> None:
    """One early event serves both waits of the SDK; the host takes the other one for the second."""
    host = VirtualHost(tmp_path, waits_twice_in_a_row)

    instance = host.run(
        "waits_twice_in_a_row", None,
        raising("go", "1"), raising("GO", "2"), raising("begin", "0"),
    )  # fmt: skip

    assert (instance.status, instance.output) == (Status.COMPLETED, "[1,1]")


@shows(Rule.EARLY_EVENTS_COLLAPSE)
def test_two_early_events_of_one_name_both_bring_the_last_value(tmp_path: Path) -> None:
    """The SDK keeps one early event a name and hands it to every later wait."""
    host = VirtualHost(tmp_path, waits_twice_in_a_row)

    instance = host.run(
        "waits_twice_in_a_row", None, raising("go", "1", "2"), raising("begin", "0")
    )

    assert json.loads(instance.output or "") == [2, 2]


@shows(Rule.EARLY_EVENTS_COLLAPSE)
def test_one_early_event_for_two_waits_leaves_the_instance_running(tmp_path: Path) -> None:
    """The SDK thinks it has both, the host waits for the second."""
    host = VirtualHost(tmp_path, waits_twice_in_a_row)

    instance = host.run("waits_twice_in_a_row", None, raising("go", "1"), raising("begin", "0"))

    assert instance.status is Status.RUNNING


@shows(Rule.WAITERS_ARE_A_STACK)
def test_the_later_of_two_waits_is_served_first(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, two_waits_for_one_name, echo)

    instance = host.run("two_waits_for_one_name", None, raising("x", "0"), raising("go", "1"))

    assert (instance.status, instance.output) == (Status.COMPLETED, "true")
