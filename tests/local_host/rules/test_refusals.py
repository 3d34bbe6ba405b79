"""What this host does not do is refused by name, where it is first asked for.

Bindings, settings of host.json: tests/local_host/test_app.py and test_configuration.py, at start.
"""

from collections.abc import Awaitable, Callable, Generator
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import pytest

from local.functions_host.durable.records import Status
from tests.local_host.rules.rules import Rule, shows
from tests.local_host.rules.test_api import ends, waits
from tests.local_host.virtual_api import Caller, talk
from tests.local_host.virtual_host import VirtualHost

Steps = Generator[Any, Any, Any]
ENTITY = df.EntityId("counter", "one")
RETRY = df.RetryOptions(1000, 2)


@pytest.fixture
def host(tmp_path: Path) -> VirtualHost:
    return VirtualHost(tmp_path, waits, ends)


def echo(value: Any) -> Any:
    return value


def calls_entity(context: Any) -> Steps:
    yield context.call_entity(ENTITY, "add", 1)


def signals_entity(context: Any) -> Steps:
    context.signal_entity(ENTITY, "add", 1)
    yield context.call_activity("echo", 1)


def calls_http(context: Any) -> Steps:
    yield context.call_http("GET", "http://127.0.0.1/")


def calls_a_version(context: Any) -> Steps:
    yield context.call_sub_orchestrator("waits", 1, version="2")


def retries_a_version(context: Any) -> Steps:
    yield context.call_sub_orchestrator_with_retry("waits", RETRY, 1, version="2")


@shows(Rule.FUNCTIONLESS_IS_REFUSED, Rule.VERSIONS_ARE_REFUSED)
@pytest.mark.parametrize(
    ("asks", "what"),
    [
        (calls_entity, "calls of entities"),
        (signals_entity, "signals to entities"),
        (calls_http, "durable HTTP calls"),
        (calls_a_version, "versions of orchestrations"),
        (retries_a_version, "versions of orchestrations"),
    ],
)
def test_an_orchestrator_that_asks_for_it_fails(
    tmp_path: Path, asks: Callable[[Any], Steps], what: str
) -> None:
    instance = VirtualHost(tmp_path, asks, waits, echo).run(asks.__name__)

    assert instance.status is Status.FAILED
    assert f"The local host does not support {what}" in str(instance.output)


@shows(Rule.MANAGEMENT_IS_REFUSED, Rule.OTHER_HUBS_ARE_REFUSED, Rule.VERSIONS_ARE_REFUSED)
@pytest.mark.parametrize(
    ("method", "path", "what"),
    [
        ("POST", "/instances/one/rewind?reason=x", "to rewind instances"),
        ("POST", "/instances/one/restart", "to restart instances"),
        ("POST", "/entities/counter/one?op=add", "entities"),
        ("GET", "/entities/counter/one", "entities"),
        ("GET", "/entities", "entities"),
        ("GET", "/instances/one?taskHub=other", "another task hub than hub"),
        ("POST", "/instances/one/terminate?taskHub=other", "another task hub than hub"),
        ("POST", "/orchestrators/waits/two?version=2", "versions of orchestrations"),
    ],
)
def test_a_request_for_it_is_501_and_changes_nothing(
    host: VirtualHost, method: str, path: str, what: str
) -> None:
    async def scenario(caller: Caller) -> tuple[int, Any]:
        await caller.client.start_new("waits", "one")
        return await caller.call(method, path)

    status, body = talk(host, scenario)

    assert (status, body) == (501, {"Message": f"The local host does not support {what}."})
    assert host.find("one").status is Status.RUNNING
    assert host.store.find("two") is None


def test_what_the_client_does_not_hand_on_is_in_the_log(
    host: VirtualHost, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(caller: Caller) -> None:
        await caller.call("POST", "/instances/one/restart")

    talk(host, scenario)

    assert caplog.messages.count("The local host does not support to restart instances.") == 1


@shows(Rule.MANAGEMENT_IS_REFUSED, Rule.OTHER_HUBS_ARE_REFUSED, Rule.VERSIONS_ARE_REFUSED)
@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda c: c.rewind("one", "x"), "The local host does not support to rewind instances."),
        (lambda c: c.restart("one"), "unexpected status code 501"),
        (lambda c: c.signal_entity(ENTITY, "add", 1), "unexpected status code 501"),
        (lambda c: c.read_entity_state(ENTITY), "unexpected status code 501"),
        (lambda c: c.raise_event("one", "go", 1, "other"), "unrecognized status code 501"),
        (lambda c: c.start_new("waits", version="2"), "does not support versions of orchestr"),
    ],
)
def test_the_client_raises(
    host: VirtualHost, ask: Callable[[df.DurableOrchestrationClient], Awaitable[Any]], told: str
) -> None:
    async def scenario(caller: Caller) -> str:
        await caller.client.start_new("waits", "one")
        with pytest.raises(Exception) as raised:  # the SDK raises no narrower one
            await ask(caller.client)
        return str(raised.value)

    assert told in talk(host, scenario)
