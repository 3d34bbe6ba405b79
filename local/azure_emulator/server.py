"""The emulator as a server on loopback: HTTP around `Emulator.handle`, and time that passes."""

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web

from local.azure_emulator.arm_routes import Emulator
from local.azure_emulator.clock import SystemClock
from local.azure_emulator.images import Images
from local.azure_emulator.messages import Request
from local.azure_emulator.outbox import Outbox
from local.azure_emulator.provisioning import Timings
from local.azure_emulator.runtime_processes import ProcessRuntime
from local.azure_emulator.webhook import Webhook

TICK_SECONDS = 0.1
LARGEST_BODY_BYTES = 4 * 1024 * 1024  # ARM's own limit


async def serve(port: int, folder: Path, events_url: str | None, timings: Timings) -> None:
    """Serve until SIGTERM or SIGINT; prints `ready URL` once it does.

    Without an address for events they are dropped, as without a subscription. At the end every
    container is killed.
    """
    clock = SystemClock()
    behaviours = folder / "images.json"
    runtime = ProcessRuntime(folder, clock, behaviours)
    outbox = Outbox(clock)
    publish = outbox.publish if events_url else lambda _: None
    emulator = Emulator(clock, runtime, publish, Images(behaviours), timings)
    async with AsyncExitStack() as stack:
        stack.callback(emulator.close)
        webhook = Webhook(outbox, events_url) if events_url else None
        if webhook:
            stack.push_async_callback(webhook.close)
        runner = web.AppRunner(_application(emulator), access_log=None)
        stack.push_async_callback(runner.cleanup)
        stop = _stop_on_signals()
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        print(f"ready http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
        await _pass_time(emulator, webhook, stop)


def _application(emulator: Emulator) -> web.Application:
    app = web.Application(client_max_size=LARGEST_BODY_BYTES)
    app.router.add_route("*", "/{path:.*}", _around(emulator))
    return app


def _around(emulator: Emulator) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(asked: web.Request) -> web.Response:
        reply = emulator.handle(
            Request(
                method=asked.method,
                path=asked.path,
                query={name.lower(): value for name, value in asked.query.items()},
                headers={name.lower(): value for name, value in asked.headers.items()},
                body=await asked.read(),
                base_url=f"{asked.scheme}://{asked.host}",
            )
        )
        await asyncio.sleep(reply.delay_seconds)
        if reply.is_lost and asked.transport:
            asked.transport.close()
        if reply.body is None:
            return web.Response(status=reply.status, headers=reply.headers)
        text = json.dumps(reply.body)
        return web.Response(
            status=reply.status, text=text, headers=reply.headers, content_type="application/json"
        )

    return answer


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _pass_time(emulator: Emulator, webhook: Webhook | None, stop: asyncio.Event) -> None:
    while not stop.is_set():
        emulator.advance()
        if webhook:
            webhook.deliver_due()
        try:
            await asyncio.wait_for(stop.wait(), TICK_SECONDS)
        except TimeoutError:
            continue
