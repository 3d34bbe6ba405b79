"""The Durable HTTP API, as anybody calls it and as the SDK's own client does."""

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.local_host.rules.rules import Rule, shows
from tests.local_host.virtual_api import Caller, talk
from tests.local_host.virtual_host import VirtualHost

Steps = Generator[Any, Any, Any]
VERBS = ["terminate?reason=x", "suspend?reason=x", "resume?reason=x", "raiseEvent/go"]
OBJECT = {"json": {"a": 1}}


def waits(context: Any) -> Steps:
    return (yield context.wait_for_external_event("go"))


def ends(context: Any) -> Steps:
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=5))
    return context.get_input()


@pytest.fixture
def host(tmp_path: Path) -> VirtualHost:
    return VirtualHost(tmp_path, waits, ends)


@shows(Rule.RUNNING_ID_IS_TAKEN)
def test_a_running_id_cannot_be_started_again(host: VirtualHost) -> None:
    async def scenario(caller: Caller) -> tuple[int, Any]:
        await caller.call("POST", "/orchestrators/waits/one", **OBJECT)
        return await caller.call("POST", "/orchestrators/waits/one", **OBJECT)

    status, body = talk(host, scenario)

    why = "An Orchestration instance with the status Running already exists."
    assert (status, body) == (409, {"Message": why})


@shows(Rule.RUNNING_ID_IS_TAKEN)
def test_an_ended_id_begins_anew_with_an_empty_history(host: VirtualHost) -> None:
    async def scenario(caller: Caller) -> Any:
        await caller.call("POST", "/orchestrators/ends/one", **OBJECT)
        status, _ = await caller.call("POST", "/orchestrators/waits/one", **OBJECT)
        return status, (await caller.call("GET", "/instances/one?showHistory=true"))[1]

    status, shown = talk(host, scenario)

    assert (status, shown["name"], shown["runtimeStatus"]) == (202, "waits", "Running")
    assert [one["FunctionName"] for one in shown["historyEvents"]] == ["waits"]


@shows(Rule.ENDED_TAKES_NOTHING)
@pytest.mark.parametrize("verb", VERBS)
def test_an_ended_instance_takes_nothing_and_an_unknown_one_is_not_found(
    host: VirtualHost, verb: str
) -> None:
    async def scenario(caller: Caller) -> list[int]:
        await caller.call("POST", "/orchestrators/ends/one", **OBJECT)
        paths = (f"/instances/one/{verb}", f"/instances/two/{verb}")
        return [(await caller.answer("POST", path, json={})).status for path in paths]

    assert talk(host, scenario) == [410, 404]


@shows(Rule.WRONG_STATE_IS_500)
def test_suspending_a_suspended_and_resuming_a_running_instance_is_an_error(
    host: VirtualHost,
) -> None:
    async def scenario(caller: Caller) -> list[int]:
        await caller.call("POST", "/orchestrators/waits/one", **OBJECT)
        verbs = ("resume", "suspend", "suspend", "resume")
        return [(await caller.answer("POST", f"/instances/one/{v}")).status for v in verbs]

    assert talk(host, scenario) == [500, 202, 500, 202]


@shows(Rule.ONLY_THE_ENDED_ARE_PURGED)
def test_only_what_has_ended_is_purged(host: VirtualHost) -> None:
    async def scenario(caller: Caller) -> list[Any]:
        for name in ("waits", "ends"):
            await caller.call("POST", f"/orchestrators/{name}/{name}", **OBJECT)
        return [
            (await caller.call("DELETE", f"/instances{path}"))
            for path in ("/waits", "/nobody", "/ends", "/ends")
        ]

    answers = talk(host, scenario)

    assert [status for status, _ in answers] == [412, 404, 200, 404]
    assert answers[2][1] == {"instancesDeleted": 1}


@shows(Rule.LISTS_COME_IN_PAGES)
def test_a_list_ends_with_an_empty_token(host: VirtualHost) -> None:
    async def scenario(caller: Caller) -> list[tuple[list[str], bool]]:
        pages, token = [], "start"
        for name in "abc":
            await caller.call("POST", f"/orchestrators/waits/{name}", **OBJECT)
        while token:
            headers = {} if token == "start" else {"x-ms-continuation-token": token}
            page = await caller.answer("GET", "/instances?top=2", headers=headers)
            token = page.headers["x-ms-continuation-token"]
            pages.append(([one["instanceId"] for one in await page.json()], bool(token)))
        return pages

    assert talk(host, scenario) == [(["a", "b"], True), (["c"], False)]


@shows(Rule.LISTS_COME_IN_PAGES)
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("runtimeStatus=Completed", ["ends"]),
        ("runtimeStatus=Completed,Running", ["ends", "waits"]),
        ("runtimeStatus=Sleeping", ["ends", "waits"]),
        ("instanceIdPrefix=w", ["waits"]),
        ("createdTimeTo=2020-01-01T00:00:00Z", []),
    ],
)
def test_a_list_holds_what_its_filters_let_through(
    host: VirtualHost, query: str, found: list[str]
) -> None:
    """An unknown status restricts nothing."""

    async def scenario(caller: Caller) -> list[str]:
        for name in ("waits", "ends"):
            await caller.call("POST", f"/orchestrators/{name}/{name}", **OBJECT)
        _, shown = await caller.call("GET", f"/instances?{query}")
        return [one["instanceId"] for one in shown]

    assert talk(host, scenario) == found


@shows(Rule.LINKS_CARRY_HUB_AND_KEY)
def test_every_link_carries_hub_connection_and_key(host: VirtualHost) -> None:
    async def scenario(caller: Caller) -> Any:
        return (await caller.call("POST", "/orchestrators/waits/one", **OBJECT))[1]

    links = talk(host, scenario)

    assert links.pop("id") == "one"
    assert len(links) == 7
    assert all(link.endswith("taskHub=hub&connection=Storage&code=key") for link in links.values())


@shows(Rule.WHILE_RUNNING_202)
def test_the_status_says_202_with_where_to_look_until_the_end(host: VirtualHost) -> None:
    async def scenario(caller: Caller) -> list[tuple[int, set[str]]]:
        seen = []
        for name in ("waits", "ends"):
            await caller.call("POST", f"/orchestrators/{name}/{name}", **OBJECT)
            answer = await caller.answer("GET", f"/instances/{name}")
            seen.append((answer.status, {"Location", "Retry-After"} & set(answer.headers)))
        return seen

    assert talk(host, scenario) == [(202, {"Location", "Retry-After"}), (200, set())]


@shows(Rule.CLIENT_ENCODES_TWICE)
@pytest.mark.parametrize(
    ("through", "seen"), [("client", '{"who": "me"}'), ("http", {"who": "me"})]
)
def test_what_the_client_raises_arrives_as_a_text(
    host: VirtualHost, through: str, seen: object
) -> None:
    async def scenario(caller: Caller) -> Any:
        await caller.call("POST", "/orchestrators/waits/one", **OBJECT)
        if through == "client":
            await caller.client.raise_event("one", "go", {"who": "me"})
        else:
            await caller.call("POST", "/instances/one/raiseEvent/go", json={"who": "me"})
        await caller.settled()
        return (await caller.client.get_status("one")).output

    assert talk(host, scenario) == seen


@shows(Rule.HISTORY_IS_SHOWN_ON_REQUEST)
@pytest.mark.parametrize(
    ("query", "has_history", "has_result", "has_input"),
    [
        ("", False, False, True),
        ("showHistory=true", True, False, True),
        ("showHistory=true&showHistoryOutput=true", True, True, True),
        ("showHistory=true&showHistoryOutput=true&showInput=false", True, True, False),
    ],
)
def test_history_and_what_it_brought_are_shown_on_request(
    host: VirtualHost, query: str, has_history: bool, has_result: bool, has_input: bool
) -> None:
    async def scenario(caller: Caller) -> Any:
        await caller.call("POST", "/orchestrators/ends/one", **OBJECT)
        return (await caller.call("GET", f"/instances/one?{query}"))[1]

    shown = talk(host, scenario)

    events = shown.get("historyEvents", [])
    assert bool(events) is has_history
    assert any("Result" in event for event in events) is has_result
    assert any("Input" in event for event in events) is (has_input and has_history)
    assert shown["input"] == ({"a": 1} if has_input else None)
