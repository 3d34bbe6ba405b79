"""The lives of instances: starts, children, new executions, suspension and termination."""

import json
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

from local.functions_host.durable import history as events
from local.functions_host.durable.engine import Engine
from local.functions_host.durable.history import Kind
from local.functions_host.durable.records import Instance, Status
from tests.local_host.rules.rules import Rule, shows
from tests.local_host.virtual_host import START, VirtualHost

Steps = Generator[Any, Any, Any]


def echo(value: Any) -> Any:
    return value


def parent(context: Any) -> Steps:
    mine = yield context.call_sub_orchestrator("returns_none", {})
    given = yield context.call_sub_orchestrator("child", {"n": 1}, "child-id")
    return [mine, given]


def child(context: Any) -> Steps:
    yield context.call_activity("echo", 1)
    return {"parent": context.parent_instance_id, "input": context.get_input()}


def returns_none(context: Any) -> Steps:
    yield context.call_activity("echo", None)


def waits_for_child(context: Any) -> Steps:
    try:
        yield context.call_sub_orchestrator("waits", None, "child-id")
    except Exception as error:  # noqa: BLE001  # the SDK raises no narrower one
        return str(error)


def waits(context: Any) -> Steps:
    return (yield context.wait_for_external_event("go"))


def counts_up(context: Any) -> Steps:
    count = context.get_input()
    go = yield context.wait_for_external_event("go")
    if go == "stop":
        return count
    context.continue_as_new(count + 1)


def begins_anew_with_an_open_timer(context: Any) -> Steps:
    if context.get_input() == "again":
        return "anew"
    timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    yield context.task_any([timer, context.call_activity("echo", 1)])
    context.continue_as_new("again")


@shows(Rule.CHILD_ID_IS_THE_PARENTS)
def test_a_child_knows_its_parent_and_its_result_comes_back(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, parent, child, returns_none, echo)

    instance = host.run("parent")

    assert json.loads(instance.output or "") == [None, {"parent": "it", "input": {"n": 1}}]
    assert host.find(f"{instance.execution}:0").name == "returns_none"


@shows(Rule.LATE_EVENTS_ARE_CARRIED, Rule.NEW_EXECUTION_STARTS_EMPTY)
def test_events_reach_the_execution_that_waits_for_them_after_continue_as_new(
    tmp_path: Path,
) -> None:
    """Those that were raised at once are carried over; history and execution id are new."""
    host = VirtualHost(tmp_path, counts_up)
    seen = []

    def raise_three(engine: Engine, instance: Instance) -> None:
        seen.append(instance)
        for text in ('"on"', '"on"', '"stop"'):
            engine.raise_event(instance, "go", text)

    instance = host.run("counts_up", 1, raise_three)

    assert (instance.status, instance.output) == (Status.COMPLETED, "3")
    assert instance.execution != seen[0].execution
    assert instance.created == seen[0].created
    assert len([e for e in host.history() if e["EventType"] == Kind.EXECUTION_STARTED]) == 1


@shows(Rule.NEW_EXECUTION_WAITS_FOR_OPEN_TASKS)
def test_a_new_execution_begins_when_nothing_is_open(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, begins_anew_with_an_open_timer, echo)

    assert host.run("begins_anew_with_an_open_timer").output == '"anew"'
    assert host.seconds() > 3590


@shows(Rule.STALE_RESULT_IS_DROPPED)
def test_a_result_for_an_earlier_execution_is_dropped(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, waits)

    def send_stale(engine: Engine, instance: Instance) -> None:
        event = {"EventType": int(Kind.EVENT_RAISED), "EventId": -1, "IsPlayed": False}
        fields = {"Name": "go", "Input": "1", "Timestamp": instance.created}
        engine.store.send(instance.id, "another execution", engine.clock.now(), event | fields)
        engine.raise_event(instance, "other", "0")

    assert host.run("waits", None, send_stale).status is Status.RUNNING


@shows(Rule.TERMINATION_IS_FINAL)
def test_a_terminated_instance_keeps_the_reason_and_takes_no_events(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, waits)

    def stop(engine: Engine, instance: Instance) -> None:
        engine.raise_event(instance, "go", "1")
        engine.terminate(instance, "enough")

    instance = host.run("waits", None, stop)

    assert (instance.status, instance.output) == (Status.TERMINATED, "enough")
    assert host.store.next_due() is None


@shows(Rule.TERMINATION_IS_FINAL)
def test_what_an_activity_brings_after_the_termination_is_dropped(tmp_path: Path) -> None:
    """It runs on; its TaskScheduled stays without an end."""
    ended: list[Any] = []

    async def look(value: Any) -> Any:
        host.engine.terminate(host.find("it"), "enough")
        ended.append(value)
        return value

    def looks(context: Any) -> Steps:
        return (yield context.call_activity("look", 1))

    host = VirtualHost(tmp_path, looks, look)
    instance = host.run("looks")

    assert ended == [1]
    assert (instance.status, instance.output) == (Status.TERMINATED, "enough")
    assert not [e for e in host.history() if e["EventType"] == Kind.TASK_COMPLETED]


@shows(Rule.TERMINATED_CHILD_TELLS_ITS_PARENT)
def test_the_parent_of_a_terminated_child_is_told_the_reason(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, waits_for_child, waits)

    instance = host.run(
        "waits_for_child", None, lambda e, _: e.terminate(host.find("child-id"), "child gone")
    )

    assert json.loads(instance.output or "") == "child gone \n None"


@shows(Rule.TERMINATED_PARENT_LEAVES_ITS_CHILDREN)
def test_the_children_of_a_terminated_parent_run_on(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, waits_for_child, waits)

    host.run(
        "waits_for_child", None,
        lambda engine, instance: engine.terminate(instance, "enough"),
        lambda engine, _: engine.raise_event(host.find("child-id"), "go", "7"),
    )  # fmt: skip

    assert host.find("it").status is Status.TERMINATED
    assert (host.find("child-id").status, host.find("child-id").output) == (Status.COMPLETED, "7")


@shows(Rule.SUSPENDED_SEES_NOTHING, Rule.OUTPUT_IS_THE_REASON)
def test_a_suspended_instance_sees_what_happened_when_it_is_resumed(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, waits)
    seen = []

    def raise_event(engine: Engine, instance: Instance) -> None:
        engine.raise_event(instance, "go", "7")

    def resume(engine: Engine, instance: Instance) -> None:
        raised = [e for e in host.history() if e["EventType"] == Kind.EVENT_RAISED]
        seen.append((instance.status, instance.output, len(raised)))
        engine.resume(instance, "go on")

    instance = host.run("waits", None, lambda e, i: e.suspend(i, "wait"), raise_event, resume)

    assert seen == [(Status.SUSPENDED, "wait", 1)]
    assert (instance.status, instance.output) == (Status.COMPLETED, "7")


@shows(Rule.OUTPUT_IS_THE_REASON)
def test_after_a_resume_the_output_is_its_reason_until_the_end(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, waits)

    instance = host.run(
        "waits", None, lambda e, i: e.suspend(i, "wait"), lambda e, i: e.resume(i, "go on")
    )

    assert (instance.status, instance.output) == (Status.RUNNING, "go on")


@shows(Rule.SUSPENDED_SEES_NOTHING)
def test_timers_and_activities_that_end_meanwhile_are_seen_on_resume(tmp_path: Path) -> None:
    async def look(value: Any) -> Any:
        host.engine.suspend(host.find("it"), "wait")
        return value

    def looks_and_waits(context: Any) -> Steps:
        timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
        looked, _ = yield context.task_all([context.call_activity("look", 1), timer])
        return looked

    def resume(engine: Engine, instance: Instance) -> None:
        kinds = {e["EventType"] for e in host.history()}
        assert instance.status is Status.SUSPENDED
        assert kinds >= {Kind.TIMER_FIRED, Kind.TASK_COMPLETED}
        engine.resume(instance, "go on")

    host = VirtualHost(tmp_path, looks_and_waits, look)

    instance = host.run("looks_and_waits", None, resume)

    assert (instance.status, instance.output) == (Status.COMPLETED, "1")


@shows(Rule.START_COMES_FIRST)
def test_an_event_that_has_overtaken_the_start_comes_after_it(tmp_path: Path) -> None:
    """As when the machine's clock is set back."""
    host = VirtualHost(tmp_path, waits)
    earlier = START - timedelta(seconds=1)
    go = events.event(Kind.EVENT_RAISED, earlier, Name="go", Input="1")
    host.engine.start("waits", "other", "null")
    host.store.send("other", None, earlier, go)

    host.run("waits")

    kinds = [event["EventType"] for event in host.history("other")]
    assert kinds[:2] == [Kind.ORCHESTRATOR_STARTED, Kind.EXECUTION_STARTED]
    assert host.find("other").output == "1"
