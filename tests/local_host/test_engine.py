"""What a Durable host must do, through the SDK's own decorators, on a virtual clock."""

import json
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df

from local.functions_host.durable.engine import Engine
from local.functions_host.durable.history import Kind
from local.functions_host.durable.records import Instance, Status
from tests.local_host.virtual_host import VirtualHost

Steps = Generator[Any, Any, Any]
TWICE = df.RetryOptions(5000, 2)


def echo(value: Any) -> Any:
    return value


def boom(value: Any) -> Any:
    raise ValueError(f"boom {value}")


def retry(context: Any) -> Steps:
    try:
        yield context.call_activity_with_retry("boom", TWICE, 1)
    except Exception as error:  # noqa: BLE001  # the SDK raises no narrower one
        return str(error).partition(" \n ")[0]


def retry_child(context: Any) -> Steps:
    try:
        yield context.call_sub_orchestrator_with_retry("fails", TWICE, {})
    except Exception as error:  # noqa: BLE001  # the SDK raises no narrower one
        return str(error).partition(" \n ")[0]


def fails(context: Any) -> Steps:
    yield context.call_activity("echo", 1)
    raise ValueError("no")


def all_with_failure(context: Any) -> Steps:
    wait = context.create_timer(context.current_utc_datetime + timedelta(minutes=1))
    try:
        yield context.task_all([context.call_activity("boom", 0), wait])
    except Exception:  # noqa: BLE001  # what comes after is the point
        pass
    yield context.call_activity("echo", "after")
    return "done"


def calls_unknown(context: Any) -> Steps:
    caught = []
    for call in (context.call_activity, context.call_sub_orchestrator):
        try:
            yield call("nobody", 1)
        except Exception as error:  # noqa: BLE001  # the SDK raises no narrower one
            caught.append(str(error))
    return caught


def calls_entity(context: Any) -> Steps:
    yield context.call_entity(df.EntityId("counter", "one"), "add", 1)


def returns_none(context: Any) -> Steps:
    yield context.call_activity("echo", None)


def parent(context: Any) -> Steps:
    mine = yield context.call_sub_orchestrator("returns_none", {})
    given = yield context.call_sub_orchestrator("child", {"n": 1}, "child-id")
    return [mine, given]


def child(context: Any) -> Steps:
    yield context.call_activity("echo", 1)
    return {"parent": context.parent_instance_id, "input": context.get_input()}


def counts_up(context: Any) -> Steps:
    count = context.get_input()
    go = yield context.wait_for_external_event("go")
    if go == "stop":
        return count
    context.continue_as_new(count + 1)


def waits(context: Any) -> Steps:
    return (yield context.wait_for_external_event("go"))


def says_the_unsayable(context: Any) -> Steps:
    yield context.create_timer(context.current_utc_datetime)
    return "\ud800"


def test_retries_wait_between_attempts_and_once_more_for_no_time_after_the_last(
    tmp_path: Path,
) -> None:
    """The last timer is a dummy: without it the SDK's ids would no longer match (RetryTask)."""
    host = VirtualHost(tmp_path, retry, boom)

    instance = host.run("retry")

    assert (
        json.loads(instance.output or "") == "Activity function 'boom' failed:  ValueError: boom 1"
    )
    asked = [e["EventType"] for e in host.history() if e["EventId"] >= 0]
    assert asked == [Kind.TASK_SCHEDULED, Kind.TIMER_CREATED] * 2
    assert 4 < host.seconds() < 5


def test_retried_children_get_an_id_for_each_attempt(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, retry_child, fails, echo)

    instance = host.run("retry_child")

    assert json.loads(instance.output or "") == "Orchestrator function 'fails' failed: no"
    ids = [e["InstanceId"] for e in host.history() if e["EventType"] == Kind.SUB_CREATED]
    assert ids == [f"{instance.execution}:0", f"{instance.execution}:2"]
    assert [host.find(one).status for one in ids] == [Status.FAILED] * 2


def test_what_follows_a_failed_task_all_waits_for_the_slow_ones(tmp_path: Path) -> None:
    """.NET's Task.WhenAll waits for every task; the SDK goes on at the first failure."""
    host = VirtualHost(tmp_path, all_with_failure, boom, echo)

    host.run("all_with_failure")

    kinds = [e["EventType"] for e in host.history()]
    last_scheduled = len(kinds) - 1 - kinds[::-1].index(Kind.TASK_SCHEDULED)
    assert kinds.index(Kind.TIMER_FIRED) < last_scheduled


def test_a_call_of_an_unknown_name_fails_at_once_and_says_so(tmp_path: Path) -> None:
    """On Azure the caller waits for ever; here it is told."""
    host = VirtualHost(tmp_path, calls_unknown)

    activity, sub = json.loads(host.run("calls_unknown").output or "")

    assert "The function 'nobody' doesn't exist" in activity
    assert "not an orchestrator function" in sub


def test_entities_are_refused_by_name(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, calls_entity)

    instance = host.run("calls_entity")

    assert instance.status is Status.FAILED
    assert "does not support calls of entities" in (instance.output or "")


def test_a_child_knows_its_parent_and_its_result_comes_back(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, parent, child, returns_none, echo)

    instance = host.run("parent")

    assert json.loads(instance.output or "") == [None, {"parent": "it", "input": {"n": 1}}]


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


def test_a_terminated_instance_keeps_the_reason_and_takes_no_events(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, waits)

    def stop(engine: Engine, instance: Instance) -> None:
        engine.raise_event(instance, "go", "1")
        engine.terminate(instance, "enough")

    instance = host.run("waits", None, stop)

    assert (instance.status, instance.output) == (Status.TERMINATED, "enough")
    assert host.store.next_due() is None


def test_a_suspended_instance_sees_what_happened_when_it_is_resumed(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, waits)
    seen = []

    def suspend(engine: Engine, instance: Instance) -> None:
        engine.suspend(instance, "wait")

    def raise_event(engine: Engine, instance: Instance) -> None:
        engine.raise_event(instance, "go", "7")

    def resume(engine: Engine, instance: Instance) -> None:
        seen.append((instance.status, instance.output))
        engine.resume(instance, "go on")

    instance = host.run("waits", None, suspend, raise_event, resume)

    assert seen == [(Status.SUSPENDED, "wait")]
    assert (instance.status, instance.output) == (Status.COMPLETED, "7")


def test_a_result_for_an_earlier_execution_is_dropped(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, waits)

    def send_stale(engine: Engine, instance: Instance) -> None:
        event = {"EventType": int(Kind.EVENT_RAISED), "EventId": -1, "IsPlayed": False}
        fields = {"Name": "go", "Input": "1", "Timestamp": instance.created}
        engine.store.send(instance.id, "another execution", engine.clock.now(), event | fields)
        engine.resume(instance, "wake up")

    assert host.run("waits", None, send_stale).status is Status.RUNNING


def test_an_episode_that_breaks_in_the_host_ends_its_instance_with_the_reason(
    tmp_path: Path,
) -> None:
    """Else it would be tried for ever. A list is an input that the SDK itself cannot read."""
    host = VirtualHost(tmp_path, counts_up)

    host.engine.start("counts_up", "other", "[1]")
    host.run("counts_up", 1)

    assert host.find("other").status is Status.FAILED
    assert "must be str" in (host.find("other").output or "")


def test_an_output_that_cannot_be_stored_ends_its_instance_too(tmp_path: Path) -> None:
    """Half a surrogate pair is valid in Python and in JSON, and in no file."""
    host = VirtualHost(tmp_path, says_the_unsayable)

    instance = host.run("says_the_unsayable")

    assert instance.status is Status.FAILED
    assert "UnicodeEncodeError" in (instance.output or "")


def test_context_and_events_have_the_fields_that_azure_hands_to_the_sdk(tmp_path: Path) -> None:
    recorded = json.loads((Path(__file__).parents[1] / "conformance" / "events.json").read_text())
    contexts = []
    for number, (name, functions) in enumerate(
        [
            ("parent", (parent, child, returns_none, echo)),
            ("retry", (retry, boom)),
            ("retry_child", (retry_child, fails, echo)),
        ]
    ):
        host = VirtualHost(tmp_path / str(number), *functions)
        host.run(name)
        contexts += host.contexts

    assert {tuple(one) for one in contexts} == {("history", *recorded["context"])}
    for event in (event for one in contexts for event in one["history"]):
        assert sorted(event) == recorded["events"][str(event["EventType"])]["always"]
