"""The host: loads the app, mounts its triggers, runs the engine until it is told to stop."""

import asyncio
import secrets
import signal
import socket
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from local.functions_host import http_functions
from local.functions_host.app import load
from local.functions_host.clock import SystemClock
from local.functions_host.durable.client_api import ClientApi
from local.functions_host.durable.engine import Engine
from local.functions_host.durable.links import Links
from local.functions_host.durable.store import Store, Synchronous
from local.functions_host.event_grid import EventGridWebhook
from local.functions_host.invocation import GRACE_SECONDS, Invoker, usual_threads
from local.functions_host.logs import limit
from local.functions_host.timers import Timers

LARGEST_BODY_BYTES = 100 * 1024 * 1024
DURABLE = "/runtime/webhooks/durabletask"


class ListenError(Exception):
    """The port cannot be had; the message says why."""


@dataclass(frozen=True)
class Options:
    """What the host is started with; `key` is system key and function key, port 0 a free one.

    Ended instances are kept for that long; None: for ever.
    """

    app: Path
    port: int
    key: str
    state: Path
    synchronous: Synchronous
    keep: timedelta | None


async def serve(options: Options) -> None:
    """Serve until SIGTERM or SIGINT; prints `ready URL` once it does.

    Told to stop, it begins nothing more and lets what runs end, for seconds; requests come last.
    Raises `LoadError` for an app that cannot be served, `StoreError` for a state and `ListenError`
    for a port that cannot be used.
    """
    app = load(options.app)
    limit(app.log_levels)
    store = Store(options.state / "durable.sqlite", options.synchronous)
    listener = _listen(options.port)
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    # The SDK's client asks without a key: its address is known to nobody else.
    rpc = f"/durabletask/{secrets.token_urlsafe(16)}"
    links = Links(base + DURABLE, app.hub, options.key)
    invoker = Invoker(usual_threads(), links.binding(f"{base}{rpc}/"), app.longest_run_seconds)
    clock = SystemClock()
    engine = Engine(app, store, invoker, clock, options.keep)
    timers = Timers(app, invoker, store, clock)
    routes = web.Application(client_max_size=LARGEST_BODY_BYTES, middlewares=[_plain_refusals])
    _mount_webhooks(
        routes, options.key, ClientApi(engine, links), rpc, EventGridWebhook(app, invoker)
    )
    routes.add_subapp("/admin", _admin(options.key, timers))
    http_functions.mount(routes, app, invoker, options.key)
    runner = web.AppRunner(routes, access_log=None, shutdown_timeout=GRACE_SECONDS)
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
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        raise ListenError(f"Port {port} cannot be used: {error.strerror}.") from None
    return listener


def _mount_webhooks(
    routes: web.Application, key: str, api: ClientApi, rpc: str, webhook: EventGridWebhook
) -> None:
    guarded = web.Application(middlewares=[_guard(key)])
    api.mount(guarded, DURABLE.removeprefix("/runtime"))
    guarded.router.add_route("*", "/webhooks/{name:(?i:eventgrid)}", webhook.answer)
    routes.add_subapp("/runtime", guarded)
    api.mount(routes, rpc)


@web.middleware
async def _plain_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What is not there, by path or by method, is 404 without a body, as in the Functions host."""
    try:
        return await handler(request)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        return web.Response(status=404)


def _guard(key: str) -> Middleware:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not http_functions.is_allowed(request, key):
            return web.Response(status=401)
        return await handler(request)

    return guard


def _admin(key: str, timers: Timers) -> web.Application:
    running: set[asyncio.Future[None]] = set()

    async def fire(request: web.Request) -> web.Response:
        """202 at once; the body is ignored, as no trigger that can be fired here takes one."""
        run = timers.by_hand(request.match_info["name"])
        if run is None:
            return web.Response(status=404)
        task = asyncio.ensure_future(run())
        running.add(task)
        task.add_done_callback(running.discard)
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
