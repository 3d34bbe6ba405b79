"""HTTP triggers: routes as the Functions host understands them, keys, requests and replies."""

import re
from collections.abc import Awaitable, Callable

import azure.functions as func
from aiohttp import web

from local.functions_host.app import App, Function
from local.functions_host.invocation import InvocationError, Invoker

ALL_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
Handler = Callable[[web.Request], Awaitable[web.Response]]


def is_allowed(request: web.Request, key: str) -> bool:
    """Whether the request carries the key, in its query or in its header."""
    return key in (request.query.get("code"), request.headers.get("x-functions-key"))


def mount(routes: web.Application, app: App, invoker: Invoker, key: str) -> None:
    """Add a route for every HTTP trigger."""
    for function in app.of_kind("httpTrigger"):
        methods = [_method(one) for one in function.trigger.get("methods") or ALL_METHODS]
        for path in paths(function.trigger.get("route") or function.name):
            place = "/" + "/".join(filter(None, [app.route_prefix, path]))
            for method in methods:
                routes.router.add_route(method, place, _handler(function, invoker, key))


def _method(value: object) -> str:
    return str(getattr(value, "value", value)).upper()


def paths(route: str) -> list[str]:
    """An ASP.NET route template as aiohttp's; an optional last parameter makes two paths.

    Constraints (`{id:int}`) are left out: everything matches.
    """
    catch_all = re.sub(r"\{\*(\w+)\}", r"{\1:.*}", route.strip("/"))
    path = re.sub(r"\{(\w+):[^}.?]+(\??)\}", r"{\1\2}", catch_all)
    if "?}" not in path:
        return [path]
    return [path.replace("?}", "}"), re.sub(r"/?\{\w+\?\}$", "", path)]


def _handler(function: Function, invoker: Invoker, key: str) -> Handler:
    level = _method(function.trigger.get("authLevel") or "FUNCTION")

    async def answer(request: web.Request) -> web.Response:
        if level != "ANONYMOUS" and not is_allowed(request, key):
            return web.Response(status=401)
        asked = func.HttpRequest(
            method=request.method,
            url=str(request.url),
            headers=dict(request.headers),
            params=dict(request.query),
            route_params=dict(request.match_info),
            body=await request.read(),
        )
        try:
            return _reply(await invoker.call(function, asked))
        except InvocationError:
            return web.Response(status=500)

    return answer


def _reply(result: object) -> web.Response:
    if not isinstance(result, func.HttpResponse):
        return web.Response(status=204 if result is None else 200, text=str(result or ""))
    headers = {name: value for name, value in result.headers.items() if name != "Content-Type"}
    kind = f"{result.mimetype}; charset={result.charset}" if result.mimetype else "text/plain"
    body = result.get_body()
    return web.Response(
        status=result.status_code, body=body, headers={**headers, "Content-Type": kind}
    )
