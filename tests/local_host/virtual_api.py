"""The Durable HTTP API of a virtual host, over HTTP and through the SDK's own client."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import azure.durable_functions as df
from aiohttp import ClientResponse, ClientSession, web
from aiohttp.test_utils import TestServer
from azure.durable_functions.models.utils import http_utils

from local.functions_host.durable.client_api import ClientApi
from local.functions_host.durable.links import Links
from tests.local_host.virtual_host import VirtualHost

T = TypeVar("T")
API = "/runtime/webhooks/durabletask"


@dataclass(frozen=True)
class Caller:
    """`client` is the SDK's, `http` calls the API as anybody can."""

    host: VirtualHost
    client: df.DurableOrchestrationClient
    http: ClientSession
    running: "asyncio.Future[None]"

    async def call(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        """Status and body (JSON, or None) once everything has happened that will."""
        response = await self.answer(method, path, **more)
        return response.status, await response.json() if await response.read() else None

    async def answer(self, method: str, path: str, **more: Any) -> ClientResponse:
        """The whole answer, when everything has happened that will."""
        response = await self.http.request(method, API + path, **more)
        await response.read()
        await self.settled()
        return response

    async def settled(self) -> None:
        """Until nothing is due any more."""
        self.host.clock.idle.clear()
        self.host.engine.purge([])  # wakes the engine, changes nothing
        idle = asyncio.ensure_future(self.host.clock.idle.wait())
        either: list[asyncio.Future[Any]] = [idle, self.running]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        idle.cancel()


def talk(host: VirtualHost, scenario: Callable[[Caller], Awaitable[T]]) -> T:
    """What a scenario returns that talks to the API of a host."""
    return asyncio.run(_talk(host, scenario))


async def _talk(host: VirtualHost, scenario: Callable[[Caller], Awaitable[T]]) -> T:
    routes = web.Application()
    server = TestServer(routes)
    server.port = _free_port()
    base = f"http://127.0.0.1:{server.port}"
    links = Links(base + API, "hub", "key")
    ClientApi(host.engine, links).mount(routes, API)
    stop = asyncio.Event()
    async with server, ClientSession(base) as http:
        running = asyncio.ensure_future(host.engine.run(stop))
        client = df.DurableOrchestrationClient(links.binding(f"{base}{API}/"))
        try:
            return await scenario(Caller(host, client, http, running))
        finally:
            stop.set()
            await running
            await http_utils._close_session()  # the SDK's session lives as long as its loop


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
