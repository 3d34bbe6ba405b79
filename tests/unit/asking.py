"""Asking the app over HTTP as the Functions worker does, with fakes behind it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import azure.functions as func
import jsonschema

from imagescan import bootstrap
from imagescan.bootstrap import App
from triggers.http_service import OPENAPI

DESCRIBED = json.loads(OPENAPI.read_text())


@contextmanager
def serving(app: App) -> Iterator[None]:
    """Functions work with this app, meanwhile."""
    bootstrap.use(app)
    try:
        yield
    finally:
        bootstrap.use(None)


def get(app: App, function: Any, path: str, template: str | None = None, **params: Any) -> Any:
    """The status and the body of a GET; the body is held to the API's description."""
    query = {name: str(value) for name, value in params.items() if value is not None}
    request = func.HttpRequest("GET", f"http://host/api{path}", params=query, body=b"")
    with serving(app):
        reply = function._function.get_user_function()(request)
    body = json.loads(reply.get_body())
    described = DESCRIBED["paths"][template or path]["get"]["responses"][str(reply.status_code)]
    schema = described["content"]["application/json"]["schema"]
    jsonschema.validate(body, schema | {"components": DESCRIBED["components"]})
    return reply.status_code, body


def all_pages(app: App, function: Any, path: str, name: str, **params: Any) -> list[Any]:
    """What a list holds, page by page until its cursor is null."""
    found, cursor, is_last = [], None, False
    while not is_last:
        status, body = get(app, function, path, cursor=cursor, **params)
        assert status == 200, body
        found += body[name]
        cursor, is_last = body["cursor"], body["cursor"] is None
    return found
