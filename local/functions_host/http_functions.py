"""HTTP triggers: routes as the Functions host understands them, keys, requests and replies."""

import hmac
import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from azure.functions.http import HttpRequestConverter, HttpResponseConverter
from azure.functions.meta import Datum
from multidict import CIMultiDict

from local.functions_host.app import App, Function
from local.functions_host.invocation import InvocationError, Invoker

ALL_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
# ASP.NET's route constraints that say which texts match; others let everything through.
CONSTRAINTS = {
    "int": r"-?\d+",
    "long": r"-?\d+",
    "bool": "(?i:true|false)",
    "guid": "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "alpha": "[a-zA-Z]+",
}
_PARAMETER = re.compile(r"\{(\*{0,2})(\w+)(?::([^}?=]+))?(?:=[^}]*)?(\??)\}")
Handler = Callable[[web.Request], Awaitable[web.Response]]


def is_allowed(request: web.Request, key: str) -> bool:
    """Whether the request carries the key, in its query or in its header."""
    given = (request.query.get("code"), request.headers.get("x-functions-key"))
    return any(hmac.compare_digest((one or "").encode(), key.encode()) for one in given)


def mount(routes: web.Application, app: App, invoker: Invoker, key: str) -> None:
    """Add a route for every HTTP trigger; literal routes go before those with parameters."""
    triggers = app.of_kind("httpTrigger")
    for function in sorted(triggers, key=lambda one: "{" in (one.trigger.get("route") or "")):
        methods = [_text(one) for one in function.trigger.get("methods") or ALL_METHODS]
        for path in paths(function.trigger.get("route") or function.name):
            place = "/" + "/".join(filter(None, [app.route_prefix, path]))
            for method in methods:
                routes.router.add_route(method, place, _handler(function, invoker, key))


def paths(route: str) -> list[str]:
    """An ASP.NET route template as aiohttp's; an optional last parameter makes two paths."""
    template = route.strip("/")
    path = _PARAMETER.sub(_parameter, template)
    last = list(_PARAMETER.finditer(template))[-1:]
    if last and last[0][4] and last[0].end() == len(template):
        without = _PARAMETER.sub(_parameter, template[: last[0].start()]).rstrip("/")
        return [path, without]
    return [path]


def _parameter(match: re.Match[str]) -> str:
    is_rest, name, constraint = match[1], match[2], match[3]
    pattern = ".*" if is_rest else CONSTRAINTS.get(constraint or "")
    return f"{{{name}:{pattern}}}" if pattern else f"{{{name}}}"


def _text(value: Any) -> str:
    return str(getattr(value, "value", value)).upper()


def _handler(function: Function, invoker: Invoker, key: str) -> Handler:
    level = _text(function.trigger.get("authLevel") or "FUNCTION")

    async def answer(request: web.Request) -> web.Response:
        if level != "ANONYMOUS" and not is_allowed(request, key):
            return web.Response(status=401)
        asked = await _decode(request)
        try:
            return _reply(await invoker.call(function, asked))
        except InvocationError:
            return web.Response(status=500)

    return answer


async def _decode(request: web.Request) -> Any:
    """The request as the worker hands it to a function; header names in lower case."""
    value = {
        "method": Datum(request.method, "string"),
        "url": Datum(str(request.url), "string"),
        "headers": _data((name.lower(), value) for name, value in request.headers.items()),
        "query": _data(request.query.items()),
        "params": _data(request.match_info.items()),
        "body": Datum(await request.read(), "bytes"),
    }
    return HttpRequestConverter.decode(Datum(value, "http"), trigger_metadata=None)


def _data(pairs: Any) -> dict[str, Datum]:
    return {name: Datum(value, "string") for name, value in pairs}


def _reply(result: Any) -> web.Response:
    if result is None:
        return web.Response(status=204)
    datum = HttpResponseConverter.encode(result, expected_type=None)
    if datum.type == "string":
        return web.Response(text=datum.value)
    value = datum.value
    headers = CIMultiDict({name: header.value for name, header in value["headers"].items()})
    for cookie in value["cookies"] or ():
        headers.extend(("Set-Cookie", morsel.OutputString()) for morsel in cookie.values())
    status = int(value["status_code"].value)
    return web.Response(status=status, body=value["body"].value, headers=headers)
