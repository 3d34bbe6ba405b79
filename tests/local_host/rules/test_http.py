"""How forgiving the Durable HTTP API is, and how strict: as the real one was seen to be."""

from pathlib import Path
from typing import Any

import pytest

from local.functions_host.durable.shown_history import plain
from tests.local_host.rules.rules import Rule, shows
from tests.local_host.rules.test_api import OBJECT, ends, waits
from tests.local_host.virtual_api import Caller, talk
from tests.local_host.virtual_host import VirtualHost

SINCE = "?createdTimeFrom=2020-01-01T00:00:00Z"
WRONG_TYPE = {"Message": "Only application/json request content is supported"}


@pytest.fixture
def host(tmp_path: Path) -> VirtualHost:
    return VirtualHost(tmp_path, waits, ends)


async def one_of_each(caller: Caller) -> None:
    """Instances that run, have ended well, have failed, are suspended."""
    for name in ("waits", "ends", "nobody"):
        await caller.call("POST", f"/orchestrators/{name}/{name}", **OBJECT)
    await caller.call("POST", "/orchestrators/waits/suspended", **OBJECT)
    await caller.call("POST", "/instances/suspended/suspend")


@shows(Rule.FILTER_PURGES_WHAT_RUNS_TOO)
@pytest.mark.parametrize(
    ("query", "status", "left"),
    [
        (f"{SINCE}&runtimeStatus=Completed", 200, ["nobody", "suspended", "waits"]),
        (f"{SINCE}&runtimeStatus=Failed,Completed", 200, ["suspended", "waits"]),
        (f"{SINCE}&runtimeStatus=Running,Failed", 200, ["ends", "suspended", "waits"]),
        (f"{SINCE}&runtimeStatus=Terminated", 404, ["ends", "nobody", "suspended", "waits"]),
        (SINCE, 200, []),
        (f"{SINCE}&runtimeStatus=Running", 200, []),
        (f"{SINCE}&runtimeStatus=Nonsense", 200, []),
        (f"{SINCE}&instanceIdPrefix=ends", 200, []),
        (f"{SINCE}&createdTimeTo=2021-01-01", 404, ["ends", "nobody", "suspended", "waits"]),
        ("?runtimeStatus=Completed", 400, ["ends", "nobody", "suspended", "waits"]),
        ("?createdTimeFrom=nonsense", 400, ["ends", "nobody", "suspended", "waits"]),
    ],
)
def test_a_filter_purges_what_ended_as_listed_and_everything_where_nothing_is_listed(
    host: VirtualHost, query: str, status: int, left: list[str]
) -> None:
    async def scenario(caller: Caller) -> tuple[int, list[str]]:
        await one_of_each(caller)
        answer, _ = await caller.call("DELETE", f"/instances{query}")
        _, rest = await caller.call("GET", "/instances")
        return answer, [one["instanceId"] for one in rest]

    assert talk(host, scenario) == (status, left)


@shows(Rule.QUERIES_ARE_FORGIVEN)
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("runtimeStatus=failed", 4),
        ("runtimeStatus=Running&runtimeStatus=Failed", 1),
        ("createdTimeFrom=nonsense&createdTimeTo=nonsense", 4),
        ("top=many", 4),
        ("top=1&top=3", 3),
        ("top=0", 0),
    ],
)
def test_what_is_not_understood_of_a_query_is_ignored(
    host: VirtualHost, query: str, found: int
) -> None:
    """A status of another spelling; what is given twice counts as it is given last."""

    async def scenario(caller: Caller) -> int:
        await one_of_each(caller)
        status, shown = await caller.call("GET", f"/instances?{query}")
        assert status == 200
        return len(shown)

    assert talk(host, scenario) == found


@shows(Rule.QUERIES_ARE_FORGIVEN)
def test_a_token_that_is_none_leads_to_nothing_and_no_page_is_shorter_than_none(
    host: VirtualHost,
) -> None:
    async def scenario(caller: Caller) -> list[Any]:
        await one_of_each(caller)
        token = {"x-ms-continuation-token": "nonsense!"}
        lost = await caller.answer("GET", "/instances", headers=token)
        below, _ = await caller.call("GET", "/instances?top=-1")
        return [lost.status, await lost.json(), lost.headers["x-ms-continuation-token"], below]

    assert talk(host, scenario) == [200, [], "", 500]


@shows(Rule.QUERIES_ARE_FORGIVEN)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/Instances/waits/"),
        ("GET", "/INSTANCES/"),
        ("POST", "/instances/waits/TERMINATE/"),
        ("POST", "/Orchestrators/waits/"),
    ],
)
def test_a_path_matches_in_any_case_and_with_a_slash_at_its_end(
    host: VirtualHost, method: str, path: str
) -> None:
    async def scenario(caller: Caller) -> int:
        await one_of_each(caller)
        return (await caller.answer(method, path)).status

    assert talk(host, scenario) in (200, 202)


@shows(Rule.BAD_BODY_IS_400)
@pytest.mark.parametrize(
    ("path", "body", "content_type", "status", "message"),
    [
        ("/orchestrators/ends", "hello", "text/plain", 400, "Invalid JSON content"),
        ("/orchestrators/ends", "{", "application/json", 500, "Something went wrong"),
        ("/instances/waits/raiseEvent/x", "{", "application/json", 400, "Invalid JSON content"),
        ("/instances/waits/raiseEvent/x", "", "application/json", 400, "Invalid JSON content"),
    ],
)
def test_a_body_that_is_no_json_is_told_as_dotnet_tells_it(
    host: VirtualHost, path: str, body: str, content_type: str, status: int, message: str
) -> None:
    """One that ends too early is another error of .NET's than one that is none at all."""

    async def scenario(caller: Caller) -> Any:
        await one_of_each(caller)
        return await caller.call("POST", path, data=body, headers={"Content-Type": content_type})

    answered, told = talk(host, scenario)

    assert answered == status
    assert set(told) == {"Message", "ExceptionMessage", "ExceptionType", "StackTrace"}
    assert told["Message"].startswith(message)


@shows(Rule.BAD_BODY_IS_400)
@pytest.mark.parametrize("content_type", ["text/plain", "application/problem+json"])
def test_an_event_that_is_not_sent_as_json_is_refused(host: VirtualHost, content_type: str) -> None:
    async def scenario(caller: Caller) -> Any:
        await one_of_each(caller)
        headers = {"Content-Type": content_type}
        return await caller.call("POST", "/instances/waits/raiseEvent/x", data="1", headers=headers)

    assert talk(host, scenario) == (400, WRONG_TYPE)


@shows(Rule.OUTPUT_IS_THE_REASON)
@pytest.mark.parametrize(("query", "output"), [("", None), ("?reason=", ""), ("?reason=x", "x")])
@pytest.mark.parametrize("verb", ["suspend", "terminate"])
def test_without_a_reason_there_is_no_output(
    host: VirtualHost, verb: str, query: str, output: str | None
) -> None:
    async def scenario(caller: Caller) -> Any:
        await one_of_each(caller)
        await caller.call("POST", f"/instances/waits/{verb}{query}")
        return (await caller.call("GET", "/instances/waits"))[1]["output"]

    assert talk(host, scenario) == output


@shows(Rule.VALUES_COME_THROUGH)
def test_a_number_that_json_does_not_have_is_shown_by_its_name() -> None:
    assert plain("[NaN, -Infinity]") == ["NaN", "-Infinity"]


@shows(Rule.START_WAITS_FOR_THE_END)
@pytest.mark.parametrize(
    ("orchestrator", "query", "status", "body"),
    [
        ("ends", "timeout=9&pollingInterval=1", 200, {"a": 1}),
        ("nobody", "timeout=9&pollingInterval=1", 200, {"runtimeStatus": "Failed"}),
        ("waits", "timeout=0&pollingInterval=0", 202, {"id": "one"}),
        ("ends", "timeout=9", 202, {"id": "one"}),
        ("ends", "timeout=soon&pollingInterval=1", 202, {"id": "one"}),
        (
            "ends", "timeout=1&pollingInterval=5", 400,
            {"Message": "Total timeout 1 should be bigger than retry timeout 5"},
        ),
    ],
)  # fmt: skip
def test_a_start_that_waits_answers_with_the_end(
    host: VirtualHost, orchestrator: str, query: str, status: int, body: dict[str, Any]
) -> None:
    async def scenario(caller: Caller) -> Any:
        return await caller.call("POST", f"/orchestrators/{orchestrator}/one?{query}", **OBJECT)

    answered, told = talk(host, scenario)

    assert answered == status
    assert body.items() <= told.items()
