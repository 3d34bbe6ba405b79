"""The registry as a server on loopback: HTTP around `Registry.handle`."""

import asyncio
import signal
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from local.registry_stand_in.messages import Reply, Request
from local.registry_stand_in.registry import Registry

LARGEST_BODY_BYTES = 1024 * 1024


async def serve(registry: Registry, port: int) -> None:
    """Serve until SIGTERM or SIGINT; prints `ready URL` once it does."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with listening(registry, port) as bound:
        print(f"ready http://127.0.0.1:{bound}", flush=True)
        await stop.wait()


@asynccontextmanager
async def listening(
    registry: Registry, port: int, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Serve on 127.0.0.1, and give the port; whoever waits at the end is cut off."""
    app = web.Application(client_max_size=LARGEST_BODY_BYTES)
    app.router.add_route("*", "/{path:.*}", _around(registry))
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _around(
    registry: Registry,
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(asked: web.Request) -> web.StreamResponse:
        reply = registry.handle(
            Request(
                method=asked.method,
                path=asked.path,
                query=dict(asked.query),
                headers={name.lower(): value for name, value in asked.headers.items()},
                body=await asked.read(),
                base_url=f"{asked.scheme}://{asked.host}",
            )
        )
        if reply.hangs:
            await asyncio.Event().wait()
        if isinstance(reply.body, Path):
            return web.FileResponse(reply.body, headers=reply.headers)
        if reply.drip_seconds:
            return await _drip(asked, reply, reply.body)
        return web.Response(status=reply.status, headers=reply.headers, body=reply.body)

    return answer


async def _drip(asked: web.Request, reply: Reply, body: bytes) -> web.StreamResponse:
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    await response.prepare(asked)
    for byte in body:
        await response.write(bytes([byte]))
        await asyncio.sleep(reply.drip_seconds)
    return response
