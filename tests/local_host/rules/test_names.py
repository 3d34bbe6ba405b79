"""The names that functions are called by."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import pytest

from local.functions_host.durable.records import Status
from tests.local_host.rules.rules import Rule, shows
from tests.local_host.rules.test_lives import child, echo, waits
from tests.local_host.virtual_host import VirtualHost

Steps = Generator[Any, Any, Any]


@shows(Rule.UNKNOWN_ORCHESTRATOR_FAILS)
def test_an_unknown_orchestrator_fails(tmp_path: Path) -> None:
    host = VirtualHost(tmp_path, waits)

    instance = host.run("nobody")

    assert instance.status is Status.FAILED
    assert "The function 'nobody' doesn't exist, is disabled, or is not an" in str(instance.output)


@shows(Rule.UNKNOWN_CALL_IS_TOLD)
@pytest.mark.parametrize("call", ["call_activity", "call_sub_orchestrator"])
def test_a_call_of_an_unknown_name_fails_at_once_and_says_so(tmp_path: Path, call: str) -> None:
    """On Azure the caller waits for ever; here it is told."""

    def calls_unknown(context: Any) -> Steps:
        yield getattr(context, call)("nobody", 1)

    host = VirtualHost(tmp_path, calls_unknown)

    instance = host.run("calls_unknown")

    assert instance.status is Status.FAILED
    assert "The function 'nobody' doesn't exist, is disabled, or is not an" in str(instance.output)


@shows(Rule.NAMES_MATCH_IN_ANY_CASE)
def test_functions_are_found_in_any_case_of_their_name(tmp_path: Path) -> None:
    def shouts(context: Any) -> Steps:
        one = yield context.call_activity("ECHO", 1)
        two = yield context.call_sub_orchestrator("Child", 2)
        return [one, two["input"]]

    host = VirtualHost(tmp_path, shouts, child, echo)

    assert host.run("SHOUTS").output == "[1,2]"


@shows(Rule.TRIGGER_GIVES_THE_NAME)
def test_a_function_is_called_by_the_name_that_its_trigger_gives(tmp_path: Path) -> None:
    app = df.DFApp()

    @app.orchestration_trigger(context_name="context", orchestration="greeting")
    def greet(context: df.DurableOrchestrationContext) -> Steps:
        return (yield context.call_activity("says", "you"))

    @app.activity_trigger(input_name="name", activity="says")
    def say(name: str) -> str:
        return f"hello {name}"

    host = VirtualHost(tmp_path, app=app)
    host.engine.start("greet", "other", "null")

    assert host.run("greeting").output == '"hello you"'
    assert "doesn't exist" in str(host.find("other").output)
