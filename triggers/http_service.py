"""HTTP: the service about itself."""

import json
from pathlib import Path

import azure.durable_functions as df
import azure.functions as func

from imagescan.bootstrap import app
from imagescan.errors import ConfigurationError, TransientError
from triggers.http_replies import reply

bp = df.Blueprint()

OPENAPI = Path(__file__).with_name("openapi.json")


@bp.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def get_health(req: func.HttpRequest) -> func.HttpResponse:
    """200, or 503 with every problem of the settings, or of the storage account."""
    problems = find_problems()
    body = {"status": "unhealthy" if problems else "healthy", "problems": problems}
    return reply(body, 503 if problems else 200)


def find_problems() -> list[str]:
    """One sentence each; never the value of a setting."""
    try:
        app().scans.newest(1)
    except ConfigurationError as configuration:
        return configuration.problems
    except TransientError:
        return ["The storage account does not answer."]
    return []


@bp.route(route="openapi.json", methods=["GET"])
def get_openapi(req: func.HttpRequest) -> func.HttpResponse:
    """200 with the description of this API."""
    return reply(json.loads(OPENAPI.read_text()))
