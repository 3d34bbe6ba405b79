"""The app's HTTP functions as a WSGI application, for clients that call one in their own process.

Fakes are behind it, so that a scan that is accepted starts nothing. Keys, methods that a route does
not have, and whatever else a Functions host answers by itself, are not part of it.
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment

import azure.functions as func

from imagescan.bootstrap import App
from tests.fuzz.routes import FUNCTIONS, call

_PREFIX = "/api"
_PATTERNS = {
    route: re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(_PREFIX + route[1])))
    for route in FUNCTIONS
}


class Application:
    """Answers a request as the function of its route does, and with 404 where there is none."""

    def __init__(self, app: App) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        reply = self._reply(environ)
        headers = {**dict(reply.headers), "Content-Type": reply.mimetype}
        start(f"{reply.status_code} Told", list(headers.items()))
        return [reply.get_body()]

    def _reply(self, environ: WSGIEnvironment) -> func.HttpResponse:
        method, path = environ["REQUEST_METHOD"], _decoded(environ["PATH_INFO"])
        for route, pattern in _PATTERNS.items():
            found = pattern.fullmatch(path)
            if found and route[0] == method.lower():
                return call(self._app, route, _request(environ, found.groupdict()))
        return func.HttpResponse(status_code=404)


def _request(environ: WSGIEnvironment, route_params: dict[str, Any]) -> func.HttpRequest:
    query = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
    return func.HttpRequest(
        environ["REQUEST_METHOD"],
        f"http://host{environ['PATH_INFO']}",
        params=dict(query),
        route_params=route_params,
        headers={"content-type": environ.get("CONTENT_TYPE", "")},
        body=environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)),
    )


def _decoded(path: str) -> str:
    """PEP 3333: a path's bytes, each as the character of that number."""
    return path.encode("latin-1").decode(errors="replace")
