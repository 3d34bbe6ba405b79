"""The SDK's own client on the host's answers."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func
import pytest

from local.functions_host.durable.links import Links
from tests.local_host.rules.rules import Rule, shows
from tests.local_host.rules.test_api import ends, waits
from tests.local_host.virtual_api import Caller, talk
from tests.local_host.virtual_host import VirtualHost


@pytest.fixture
def host(tmp_path: Path) -> VirtualHost:
    return VirtualHost(tmp_path, waits, ends)


@shows(Rule.BINDING_IS_AZURES)
def test_a_client_is_bound_with_the_addresses_that_the_sdk_reads() -> None:
    binding = json.loads(Links("http://host/base", "hub", "key").binding("http://host/rpc/"))

    place = "http://host/base/instances/INSTANCEID"
    start = "http://host/base/orchestrators/{functionName}[/{instanceId}]?"
    query = "taskHub=hub&connection=Storage&code=key"
    assert binding.pop("creationUrls") == {
        "createNewInstancePostUri": f"{start}code=key",
        "createAndWaitOnNewInstancePostUri": (
            f"{start}timeout={{timeoutInSeconds}}&pollingInterval={{intervalInSeconds}}&code=key"
        ),
    }
    assert binding.pop("managementUrls") == {
        "id": "INSTANCEID",
        "statusQueryGetUri": f"{place}?{query}",
        "sendEventPostUri": f"{place}/raiseEvent/{{eventName}}?{query}",
        "terminatePostUri": f"{place}/terminate?reason={{text}}&{query}",
        "rewindPostUri": f"{place}/rewind?reason={{text}}&{query}",
        "purgeHistoryDeleteUri": f"{place}?{query}",
        "restartPostUri": f"{place}/restart?{query}",
        "suspendPostUri": f"{place}/suspend?reason={{text}}&{query}",
        "resumePostUri": f"{place}/resume?reason={{text}}&{query}",
    }
    assert binding == {
        "taskHubName": "hub",
        "connectionName": "Storage",
        "baseUrl": "http://host/base",
        "requiredQueryStringParameters": "code=key",
        "rpcBaseUrl": "http://host/rpc/",
        "httpBaseUrl": "http://host/base",
    }


@shows(Rule.CLIENT_SEES_ONE_PAGE)
def test_all_instances_are_the_first_hundred(host: VirtualHost) -> None:
    async def scenario(caller: Caller) -> int:
        for n in range(101):
            host.engine.start("waits", f"{n}", "null")
        await caller.settled()
        return len(await caller.client.get_status_all())

    assert talk(host, scenario) == 100


@shows(Rule.CLIENT_WAITS)
@pytest.mark.parametrize(
    ("orchestrator", "status", "body"),
    [
        ("ends", 200, '{"a": 1}'),
        ("nobody", 500, '"runtimeStatus": "Failed"'),
        ("waits", 202, '"statusQueryGetUri"'),
    ],
)
def test_the_client_waits_for_an_end(
    host: VirtualHost, orchestrator: str, status: int, body: str
) -> None:
    request = func.HttpRequest("GET", "http://127.0.0.1/api/x", body=b"")

    async def scenario(caller: Caller) -> func.HttpResponse:
        await caller.client.start_new(orchestrator, "one", {"a": 1})
        await caller.settled()
        wait = caller.client.wait_for_completion_or_create_check_status_response
        response: func.HttpResponse = await wait(request, "one", 2, 1)
        return response

    response = talk(host, scenario)

    assert response.status_code == status
    assert body in response.get_body().decode()


async def started(caller: Caller, orchestrator: str) -> df.DurableOrchestrationClient:
    await caller.client.start_new(orchestrator, "one", {"n": 1})
    await caller.settled()
    return caller.client


async def error_of(answer: Awaitable[Any]) -> str:
    with pytest.raises(Exception) as raised:  # the SDK raises no narrower one
        await answer
    return str(raised.value)


async def start_twice(caller: Caller) -> Any:
    client = await started(caller, "waits")
    return await error_of(client.start_new("waits", "one"))


async def input_of_started(caller: Caller) -> Any:
    client = await started(caller, "ends")
    return (await client.get_status("one")).to_json()["input"]


async def history_of_ended(caller: Caller) -> Any:
    client = await started(caller, "ends")
    status = await client.get_status("one", show_history=True, show_history_output=True)
    return [event["EventType"] for event in status.historyEvents]  # not what `history` is for


async def terminate_ended(caller: Caller) -> Any:
    return await (await started(caller, "ends")).terminate("one", "late")


async def suspend_ended(caller: Caller) -> Any:
    return await (await started(caller, "ends")).suspend("one", "late")


async def resume_ended(caller: Caller) -> Any:
    return await (await started(caller, "ends")).resume("one", "late")


async def raise_to_ended(caller: Caller) -> Any:
    return await error_of((await started(caller, "ends")).raise_event("one", "go", 1))


async def purge_ended(caller: Caller) -> Any:
    client = await started(caller, "ends")
    return (await client.purge_instance_history("one")).instances_deleted


async def purge_running(caller: Caller) -> Any:
    return await error_of((await started(caller, "waits")).purge_instance_history("one"))


async def purge_by_status(caller: Caller) -> Any:
    client = await started(caller, "ends")
    day, status = caller.host.clock.now().replace(year=2020), df.OrchestrationRuntimeStatus
    purged = await client.purge_instance_history_by(day, runtime_status=[status.Completed])
    return purged.instances_deleted


async def found_by_status(caller: Caller) -> Any:
    client = await started(caller, "ends")
    await client.start_new("waits", "two")
    await caller.settled()
    found = await client.get_status_by(runtime_status=[df.OrchestrationRuntimeStatus.Running])
    return [one.instance_id for one in found]


async def terminate_unknown(caller: Caller) -> Any:
    return await error_of(caller.client.terminate("nobody", "x"))


async def suspend_unknown(caller: Caller) -> Any:
    return await error_of(caller.client.suspend("nobody", "x"))


async def raise_unknown(caller: Caller) -> Any:
    return await error_of(caller.client.raise_event("nobody", "go", 1))


async def purge_unknown(caller: Caller) -> Any:
    return (await caller.client.purge_instance_history("nobody")).instances_deleted


async def status_unknown(caller: Caller) -> Any:
    return bool(await caller.client.get_status("nobody"))


@shows(Rule.CLIENT_READS_ANSWERS)
@pytest.mark.parametrize(
    ("scenario", "told"),
    [
        (start_twice, "{'Message': 'An Orchestration instance with the status Running already"),
        (input_of_started, '{"n": 1}'),
        (history_of_ended, "['ExecutionStarted', 'TimerCreated', 'TimerFired', 'ExecutionComp"),
        (terminate_ended, "None"),
        (suspend_ended, "None"),
        (resume_ended, "None"),
        (raise_to_ended, "Instance with ID one is gone: either completed or failed"),
        (purge_ended, "1"),
        (purge_running, "The operation failed with an unexpected status code 412"),
        (purge_by_status, "1"),
        (found_by_status, "['two']"),
        (terminate_unknown, "No instance with ID 'nobody' found."),
        (suspend_unknown, "No instance with ID 'nobody' found."),
        (raise_unknown, "No instance with ID nobody found."),
        (purge_unknown, "0"),
        (status_unknown, "False"),
    ],
)
def test_the_client_reads_the_answers_as_on_azure(
    host: VirtualHost, scenario: Callable[[Caller], Awaitable[Any]], told: str
) -> None:
    assert str(talk(host, scenario)).startswith(told)
