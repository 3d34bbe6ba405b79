"""Who is abandoned and when a sweep starts: the SDK's client on the real local engine."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.durable_functions.models.utils import http_utils

from imagescan import function_names as names
from imagescan.bootstrap import App
from imagescan.errors import TransientError
from imagescan.reaping.plan import MOST_PER_SWEEP
from imagescan.records.inbox import Accepted, key_of_event, key_of_scan
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Attempt, Source
from local.functions_host.durable.links import Links
from tests.fakes.app import Fakes, fake_app
from tests.local_host.virtual_api import Caller, talk
from tests.local_host.virtual_host import VirtualHost
from triggers.reaper import REAPER, is_abandoned, start_sweep

IMAGE = "docker.io/library/nginx:1.27"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
EVENT = Source("deployment", "/r", "e1")
Scenario = Callable[[Caller], Awaitable[Any]]


def waits(context: Any) -> Any:
    """A scan, or a deployment, that goes on."""
    yield context.wait_for_external_event("never")


def breaks(context: Any) -> Any:
    """A scan that fails as an orchestration."""
    yield context.create_timer("no time")


def reap_container_groups(context: Any) -> Any:
    """A sweep that finds nothing: what it was given is its output."""
    asked = context.get_input()
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=2))
    return asked


def hangs(context: Any) -> Any:
    yield context.wait_for_external_event("never")


hangs.__name__ = names.REAP_CONTAINER_GROUPS


@pytest.fixture
def host(tmp_path: Path) -> VirtualHost:
    return VirtualHost(tmp_path, waits, breaks, reap_container_groups)


@pytest.fixture
def fakes() -> tuple[App, Fakes]:
    app, fakes = fake_app()
    fakes.clock.moment = NOW
    return app, fakes


def open_scan(app: App, scan_id: str, source: Source, age: timedelta = timedelta(hours=1)) -> None:
    app.scans.open(ScanRecord(scan_id, IMAGE, source, NOW - age))


def asked_for(host: VirtualHost, app: App, scan_id: str, *prepare: tuple[str, str]) -> bool:
    """Whether the scan is abandoned once requests (method, path) were made of the Durable API."""

    async def scenario(caller: Caller) -> bool:
        for method, path in prepare:
            await caller.call(method, path, json={})
        return await is_abandoned(app, caller.client, scan_id)

    return talk(host, scenario)


RUNNING = ("POST", "/orchestrators/waits/s1")
TERMINATED = (RUNNING, ("POST", "/instances/s1/terminate?reason=x"))


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        ((RUNNING,), False),
        ((RUNNING, ("POST", "/instances/s1/suspend?reason=x")), False),
        (TERMINATED, True),
        ((("POST", "/orchestrators/breaks/s1"),), True),
    ],
    ids=["running", "suspended", "terminated", "failed"],
)
def test_a_scan_is_abandoned_once_its_orchestration_is_over(
    host: VirtualHost,
    fakes: tuple[App, Fakes],
    prepare: tuple[tuple[str, str], ...],
    expected: bool,
) -> None:
    """However it ended: nobody carries it on."""
    assert asked_for(host, fakes[0], "s1", *prepare) is expected


def test_a_scan_that_was_accepted_lately_may_still_be_started(
    host: VirtualHost, fakes: tuple[App, Fakes]
) -> None:
    """Its record is written before its orchestration is there."""
    app, _ = fakes
    open_scan(app, "s1", Source("request"), timedelta(seconds=599))
    open_scan(app, "s2", Source("request"), timedelta(seconds=600))

    async def scenario(caller: Caller) -> list[bool]:
        return [await is_abandoned(app, caller.client, scan_id) for scan_id in ("s1", "s2")]

    assert talk(host, scenario) == [False, True]


def test_a_request_that_waits_in_the_inbox_is_not_lost(
    host: VirtualHost, fakes: tuple[App, Fakes]
) -> None:
    """After an outage its own timer starts it, however late; what was started is forgotten."""
    app, _ = fakes
    open_scan(app, "s1", Source("request"))
    app.inbox.accept(Accepted(key_of_scan("s1"), names.SCAN_IMAGE, "s1", {}), NOW)

    async def scenario(caller: Caller) -> list[bool]:
        waits = await is_abandoned(app, caller.client, "s1")
        app.inbox.mark_started(key_of_scan("s1"))
        return [waits, await is_abandoned(app, caller.client, "s1")]

    assert talk(host, scenario) == [False, True]


def test_a_scan_of_a_deployment_may_be_started_while_the_deployment_is_at_work(
    host: VirtualHost, fakes: tuple[App, Fakes]
) -> None:
    """It opens all records before it starts the first scan."""
    app, _ = fakes
    open_scan(app, "s1", EVENT)
    app.inbox.accept(Accepted(key_of_event("e1"), names.SCAN_DEPLOYMENT, "d1", {}), NOW)
    app.inbox.mark_started(key_of_event("e1"))

    async def scenario(caller: Caller) -> list[bool]:
        await caller.call("POST", "/orchestrators/waits/d1", json={})
        at_work = await is_abandoned(app, caller.client, "s1")
        await caller.call("POST", "/instances/d1/terminate?reason=x")
        return [at_work, await is_abandoned(app, caller.client, "s1")]

    assert talk(host, scenario) == [False, True]


@pytest.mark.parametrize("status", [400, 500])
def test_an_answer_that_says_nothing_is_no_proof_of_death(
    fakes: tuple[App, Fakes], status: int
) -> None:
    """The SDK makes of it a status that looks like that of no instance."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"Message": "Something went wrong."}, status=status)

    async def ask() -> None:
        routes = web.Application()
        routes.router.add_get("/{rest:.*}", answer)
        async with TestServer(routes) as server:
            base = f"http://127.0.0.1:{server.port}"
            client = df.DurableOrchestrationClient(Links(base, "hub", "k").binding(f"{base}/"))
            try:
                await is_abandoned(fakes[0], client, "s1")
            finally:
                await http_utils._close_session()

    with pytest.raises(TransientError):
        asyncio.run(ask())


async def output_of_sweep(caller: Caller) -> Any:
    await caller.settled()
    return (await caller.client.get_status(REAPER)).output


def test_a_sweep_takes_the_scans_that_are_over_from_both_lists(
    host: VirtualHost, fakes: tuple[App, Fakes]
) -> None:
    """A queued one, one with a group, one whose own cleanup is pending; not the one that runs."""
    app, _ = fakes
    for scan_id in ("queued", "scanning", "pending", "runs"):
        open_scan(app, scan_id, Source("request"))
    app.ledger.intend(Attempt("scanning", IMAGE, 1, "qscanner-1"), NOW)
    pending = Outcome.failed(ReasonCode.TIMED_OUT).with_attempt(1, "g", "pending")
    app.scans.change("pending", lambda record: record.ended_with(pending, NOW))

    async def scenario(caller: Caller) -> Any:
        await caller.call("POST", "/orchestrators/waits/runs", json={})
        await start_sweep(app, caller.client)
        return await output_of_sweep(caller)

    output = talk(host, scenario)

    assert output["abandoned"][0] == "scanning"  # groups cost money: they come first
    assert sorted(output["abandoned"]) == ["pending", "queued", "scanning"]


def test_each_sweep_goes_on_where_the_last_one_stopped(
    host: VirtualHost, fakes: tuple[App, Fakes]
) -> None:
    """More scans than one sweep takes are taken by the next one, then it starts over."""
    app, clock = fakes[0], fakes[1].clock
    scan_ids = [f"s{number:02d}" for number in range(MOST_PER_SWEEP + 3)]
    for age, scan_id in enumerate(reversed(scan_ids)):
        open_scan(app, scan_id, Source("request"), timedelta(hours=1, seconds=age))

    async def scenario(caller: Caller) -> list[Any]:
        outputs = []
        for _ in range(3):
            await start_sweep(app, caller.client)
            outputs.append(await output_of_sweep(caller))
            clock.moment = caller.host.clock.moment + timedelta(minutes=5)
        return outputs

    first, second, third = talk(host, scenario)

    assert first["abandoned"] == scan_ids[:MOST_PER_SWEEP]
    assert second["abandoned"] == scan_ids[MOST_PER_SWEEP:]
    assert third["abandoned"] == first["abandoned"]
    assert second["before"] == first["turn"]
    assert second["turn"]["upSince"] == first["turn"]["upSince"]


def test_one_sweep_runs_at_a_time_also_when_two_timers_fire_at_once(
    host: VirtualHost, fakes: tuple[App, Fakes]
) -> None:
    """Durable refuses the second one, which is no error."""
    app, _ = fakes

    async def scenario(caller: Caller) -> Any:
        await asyncio.gather(*(start_sweep(app, caller.client) for _ in range(3)))
        return await output_of_sweep(caller)

    assert talk(host, scenario)["abandoned"] == []


@pytest.mark.parametrize(("hours", "status"), [(1.9, "Running"), (2.1, "Terminated")])
def test_a_sweep_that_hangs_is_ended_after_two_hours(
    tmp_path: Path, fakes: tuple[App, Fakes], hours: float, status: str
) -> None:
    """There would never be another one."""
    app, clock = fakes[0], fakes[1].clock
    host = VirtualHost(tmp_path, hangs)

    async def scenario(caller: Caller) -> Any:
        await start_sweep(app, caller.client)
        await caller.settled()
        clock.moment = NOW + timedelta(hours=hours)
        await start_sweep(app, caller.client)
        await caller.settled()
        return (await caller.client.get_status(REAPER)).runtime_status.name

    assert talk(host, scenario) == status
