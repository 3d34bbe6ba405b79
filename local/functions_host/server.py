"""The host: loads the app, mounts its triggers, runs the engine until it is told to stop."""

import asyncio
import secrets
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from local.functions_host import http_functions
from local.functions_host.app import App, load
from local.functions_host.clock import SystemClock
from local.functions_host.durable.client_api import ClientApi, Links
from local.functions_host.durable.engine import Engine
from local.functions_host.durable.store import Store
from local.functions_host.event_grid import EventGridWebhook
from local.functions_host.invocation import Invoker
from local.functions_host.timers import Timers

THREADS = 16
LARGEST_BODY_BYTES = 100 * 1024 * 1024
DURABLE = "/runtime/webhooks/durabletask"


@dataclass(frozen=True)
class Options:
    """What the host is started with; `key` is system key and function key."""

    app: Path
    port: int
    key: str
    state: Path


async def serve(options: Options) -> None:
    """Serve until SIGTERM or SIGINT; prints `ready URL` once it does.

    Raises `LoadError` for an app that cannot be served, `StoreError` for a state that cannot be
    used.
    """
    app = load(options.app)
    store = Store(options.state / "durable.sqlite")
    routes = web.Application(client_max_size=LARGEST_BODY_BYTES)
    runner = web.AppRunner(routes, access_log=None)
    listener = _listen(options.port)
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    # The SDK's client asks without a key: its address is known to nobody else.
    rpc = f"/durabletask/{secrets.token_urlsafe(16)}"
    links = Links(base + DURABLE, options.key)
    invoker = Invoker(THREADS, links.binding(f"{base}{rpc}/"))
    clock = SystemClock()
    engine = Engine(app, store, invoker, clock)
    timers = Timers(app, invoker, store, clock)
    _mount(routes, app, options.key, invoker, ClientApi(engine, links), rpc, timers)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    print(f"ready {base}", flush=True)
    try:
        await _until_stopped(engine, timers)
    finally:
        await runner.cleanup()
        invoker.close()
        store.close()


def _listen(port: int) -> socket.socket:
    """The port is taken before anything is built: its address stands in what is built."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def _mount(
    routes: web.Application, app: App, key: str, invoker: Invoker, api: ClientApi, rpc: str,
    timers: Timers,
) -> None:  # fmt: skip
    """Everything that can be asked of the host."""
    guarded = web.Application(middlewares=[_guard(key)])
    api.mount(guarded, "/webhooks/durabletask")
    webhook = EventGridWebhook(app, invoker)
    for spelling in ("eventgrid", "EventGrid"):
        for method in ("GET", "POST", "OPTIONS"):
            guarded.router.add_route(method, f"/webhooks/{spelling}", webhook.answer)
    routes.add_subapp("/runtime", guarded)
    api.mount(routes, rpc)
    routes.add_subapp("/admin", _admin(app, key, timers))
    http_functions.mount(routes, app, invoker, key)


def _guard(key: str) -> Middleware:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not http_functions.is_allowed(request, key):
            return web.Response(status=401)
        return await handler(request)

    return guard


def _admin(app: App, key: str, timers: Timers) -> web.Application:
    async def fire(request: web.Request) -> web.Response:
        function = app.find(request.match_info["name"], "timerTrigger")
        if function is None:
            return web.Response(status=404)
        asyncio.get_running_loop().create_task(timers.fire(function.name))
        return web.Response(status=202)

    async def status(_: web.Request) -> web.Response:
        return web.json_response({"state": "Running"})

    admin = web.Application(middlewares=[_guard(key)])
    admin.router.add_post("/functions/{name}", fire)
    admin.router.add_get("/host/status", status)
    return admin


async def _until_stopped(engine: Engine, timers: Timers) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await asyncio.gather(engine.run(stop), timers.run(stop))
