"""HTTP: the service about itself."""

import json
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from imagescan.access_token import AccessToken, TokenState
from imagescan.bootstrap import App, app
from imagescan.errors import ConfigurationError, TransientError
from triggers.http_replies import reply

bp = df.Blueprint()

OPENAPI = Path(__file__).with_name("openapi.json")


@bp.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def get_health(req: func.HttpRequest) -> func.HttpResponse:
    """200, or 503 with every problem of the settings, of the access token, or of the storage."""
    body = describe_health()
    return reply(body, 503 if body["problems"] else 200)


def describe_health() -> dict[str, Any]:
    """{status, problems, warnings, accessToken}: one sentence each, never a setting's value."""
    try:
        the_app = app()
    except ConfigurationError as configuration:
        return _health(configuration.problems, None)
    return _health(find_problems(the_app), the_app.access_token)


def _health(problems: list[str], token: AccessToken | None) -> dict[str, Any]:
    is_expiring = token is not None and token.state is TokenState.EXPIRING
    return {
        "status": "unhealthy" if problems else "healthy",
        "problems": problems,
        "warnings": [token.message] if token and is_expiring else [],
        "accessToken": token and token.to_wire(),
    }


def find_problems(app: App) -> list[str]:
    """What keeps the app from scanning: its token has expired, or its storage is away."""
    token = app.access_token
    problems = [token.message] if token and token.refusal else []
    try:
        app.scans.newest(1)
    except TransientError:
        problems.append("The storage account does not answer.")
    return problems


@bp.route(route="openapi.json", methods=["GET"])
def get_openapi(req: func.HttpRequest) -> func.HttpResponse:
    """200 with the description of this API."""
    return reply(json.loads(OPENAPI.read_text()))
