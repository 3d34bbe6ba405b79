"""Retries, which the host makes and the SDK only counts."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import azure.durable_functions as df

from local.functions_host.durable.history import Kind
from local.functions_host.durable.records import Status
from tests.local_host.rules.rules import Rule, shows
from tests.local_host.virtual_host import VirtualHost

Steps = Generator[Any, Any, Any]
TWICE = df.RetryOptions(5000, 2)


def echo(value: Any) -> Any:
    return value


def boom(value: Any) -> Any:
    raise ValueError(f"boom {value}")


class Flaky:
    """An activity that fails the first times it is called."""

    def __init__(self, failures: int) -> None:
        self.left = failures

    def __call__(self, value: str) -> str:
        self.left -= 1
        if self.left >= 0:
            raise OSError("not yet")
        return value


def retry(context: Any) -> Steps:
    options = df.RetryOptions(*context.get_input())
    try:
        return (yield context.call_activity_with_retry("boom", options, 1))
    except Exception as error:  # noqa: BLE001  # the SDK raises no narrower one
        caught = str(error).partition(" \n ")[0]
    after = yield context.call_activity("echo", "after")
    return [caught, after]


def retry_child(context: Any) -> Steps:
    try:
        yield context.call_sub_orchestrator_with_retry("fails", TWICE, {})
    except Exception as error:  # noqa: BLE001  # the SDK raises no narrower one
        return str(error).partition(" \n ")[0]


def fails(context: Any) -> Steps:
    yield context.call_activity("echo", 1)
    raise ValueError("no")


def asked(host: VirtualHost) -> list[int]:
    return [e["EventType"] for e in host.history() if e["EventId"] >= 0]


@shows(Rule.RETRIES_ARE_THE_HOSTS)
def test_between_two_attempts_lies_a_timer_of_the_hosts(tmp_path: Path) -> None:
    """Always the same delay, cut to whole seconds as every timer's."""
    host = VirtualHost(tmp_path, retry, boom, echo)

    host.run("retry", [5000, 3])

    attempt = [Kind.TASK_SCHEDULED, Kind.TIMER_CREATED]
    assert asked(host) == [*attempt * 3, Kind.TASK_SCHEDULED]
    assert 8 < host.seconds() < 10


@shows(Rule.LAST_RETRY_TIMER_IS_A_DUMMY)
def test_after_the_last_attempt_comes_one_more_timer_for_no_time(tmp_path: Path) -> None:
    """Without it the SDK would wait for ever, and its ids would no longer match."""
    host = VirtualHost(tmp_path, retry, boom, echo)

    instance = host.run("retry", [5000, 1])

    failure = "Activity function 'boom' failed:  ValueError: boom 1"
    assert json.loads(instance.output or "") == [failure, "after"]
    assert asked(host) == [Kind.TASK_SCHEDULED, Kind.TIMER_CREATED, Kind.TASK_SCHEDULED]
    assert host.seconds() < 1


@shows(Rule.SHORT_TIMER_FIRES_AT_ONCE)
def test_a_retry_after_one_second_does_not_wait(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, retry, boom, echo)

    host.run("retry", [1000, 2])

    assert host.seconds() < 0.5


@shows(Rule.RETRIES_ARE_THE_HOSTS)
def test_an_attempt_that_succeeds_is_the_last_one(tmp_path: Path) -> None:
    flaky = Flaky(1)

    def boom(value: str) -> str:
        return flaky(value)

    host = VirtualHost(tmp_path, retry, boom, echo)

    assert host.run("retry", [5000, 5]).output == "1"
    assert asked(host) == [Kind.TASK_SCHEDULED, Kind.TIMER_CREATED, Kind.TASK_SCHEDULED]


@shows(Rule.CHILD_ID_IS_THE_PARENTS, Rule.CHILD_TELLS_ITS_FAILURE)
def test_retried_children_get_an_id_for_each_attempt(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, retry_child, fails, echo)

    instance = host.run("retry_child")

    assert json.loads(instance.output or "") == "Orchestrator function 'fails' failed: no"
    ids = [e["InstanceId"] for e in host.history() if e["EventType"] == Kind.SUB_CREATED]
    assert ids == [f"{instance.execution}:0", f"{instance.execution}:2"]
    assert [host.find(one).status for one in ids] == [Status.FAILED] * 2
