"""The emulator as a server on loopback: HTTP around `Arm.handle`, and time that passes."""

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from local.azure_emulator.arm import Arm
from local.azure_emulator.clock import SystemClock
from local.azure_emulator.events import Delivery
from local.azure_emulator.messages import Request
from local.azure_emulator.runtime import ProcessRuntime

TICK_SECONDS = 0.1
LARGEST_BODY_BYTES = 4 * 1024 * 1024


async def serve(port: int, folder: Path, events_url: str | None) -> None:
    """Serve until SIGTERM or SIGINT; prints `ready URL` once it does."""
    runtime = ProcessRuntime(folder / "images.json")
    arm = Arm(folder, SystemClock(), runtime, Delivery(events_url).publish)
    app = web.Application(client_max_size=LARGEST_BODY_BYTES)
    app.router.add_route("*", "/{path:.*}", _around(arm))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    print(f"ready http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    try:
        await _pass_time(arm)
    finally:
        arm.close()
        await runner.cleanup()


def _around(arm: Arm) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(asked: web.Request) -> web.Response:
        base_url = f"{asked.scheme}://{asked.host}"
        body = await asked.read()
        request = Request(asked.method, asked.path, dict(asked.query), body, base_url)
        reply = arm.handle(request)
        text = None if reply.body is None else json.dumps(reply.body)
        return web.Response(
            status=reply.status, text=text, headers=reply.headers, content_type="application/json"
        )

    return answer


async def _pass_time(arm: Arm) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    while not stop.is_set():
        arm.advance()
        try:
            await asyncio.wait_for(stop.wait(), TICK_SECONDS)
        except TimeoutError:
            continue
