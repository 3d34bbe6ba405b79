"""JSON replies and errors of the HTTP API."""

import json
from typing import Any

import azure.functions as func

SECONDS_TO_RETRY = 5


def reply(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> func.HttpResponse:
    """A JSON reply."""
    return func.HttpResponse(
        json.dumps(body), status_code=status, headers=headers, mimetype="application/json"
    )


def under_way(body: Any, location: str) -> func.HttpResponse:
    """202 with where to look again, and when."""
    headers = {"Location": location, "Retry-After": str(SECONDS_TO_RETRY)}
    return reply(body, 202, headers)


def error(status: int, code: str, message: str, details: Any = None) -> func.HttpResponse:
    """An error as every route tells it: {"error": {code, message, details}}."""
    return reply({"error": {"code": code, "message": message, "details": details}}, status)


def absolute(request: func.HttpRequest, path: str) -> str:
    """The address of a path of this app as the caller reaches it."""
    return str(request.url).split("/api/", 1)[0] + path
