"""Every HTTP function of the app, called as the Functions worker calls it, with fakes behind it."""

import asyncio
import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import azure.functions as func
import jsonschema

from activities import results
from imagescan.bootstrap import App
from imagescan.report.findings import Finding
from imagescan.scan.outcome import Outcome
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Source
from imagescan.scan.status import Status, Verdict
from tests.fakes.app import fake_app
from tests.unit.asking import DESCRIBED, serving
from triggers import http_findings, http_images, http_rescans, http_scans, http_service

FUNCTIONS = {
    ("post", "/scans"): http_scans.post_scan,
    ("get", "/scans"): http_scans.list_scans,
    ("get", "/scans/{scanId}"): http_scans.get_scan,
    ("delete", "/scans/{scanId}"): http_scans.delete_scan,
    ("get", "/scans/{scanId}/findings"): http_findings.get_findings,
    ("get", "/images"): http_images.list_images,
    ("get", "/coverage"): http_images.get_coverage,
    ("post", "/rescans"): http_rescans.post_rescan,
    ("get", "/rescans/{rescanId}"): http_rescans.get_rescan,
    ("delete", "/rescans/{rescanId}"): http_rescans.delete_rescan,
    ("get", "/health"): http_service.get_health,
    ("get", "/openapi.json"): http_service.get_openapi,
}
RUNNING = "00000000-0000-4000-8000-000000000001"
COMPLETED = "00000000-0000-4000-8000-000000000002"


class DurableClient:
    """Starts nothing, and knows no instance."""

    async def start_new(self, *_: Any) -> None:
        """Taken."""

    async def get_status(self, _: str) -> Any:
        """There is none: as the SDK reads a 404."""
        return SimpleNamespace(runtime_status=None, message="")


def app_with_scans() -> App:
    """One scan that runs and one that found something."""
    app, _ = fake_app()
    counts = {"critical": 1, "high": 0, "medium": 0, "low": 0, "info": 0, "total": 1}
    for scan_id in (RUNNING, COMPLETED):
        image = f"docker.io/library/{scan_id[-1]}:1"
        app.scans.open(ScanRecord(scan_id, image, Source("request"), app.clock.now()))
    app.findings.store(COMPLETED, [Finding("Log4Shell", 5, qid=376157, package="log4j-core")])
    results.record(app, COMPLETED, Outcome(Status.COMPLETED, Verdict.VULNERABLE, counts=counts))
    return app


def ask(
    app: App,
    route: tuple[str, str],
    query: Mapping[str, str],
    route_id: str,
    body: bytes,
) -> int:
    """The status; the reply is one that the API's description knows for this route."""
    method, path = route
    request = func.HttpRequest(
        method.upper(),
        f"http://host/api{path}",
        params=query,
        route_params={"scanId": route_id, "rescanId": route_id},
        headers={"content-type": "application/json"},
        body=body,
    )
    reply = call(app, route, request)
    status: int = reply.status_code
    content = DESCRIBED["paths"][path][method]["responses"][str(status)]["content"]
    described = content[reply.mimetype]
    if reply.mimetype == "application/json":
        schema = described["schema"] | {"components": DESCRIBED["components"]}
        jsonschema.validate(json.loads(reply.get_body()), schema)
    return status


def call(app: App, route: tuple[str, str], request: func.HttpRequest) -> func.HttpResponse:
    """The user's function; one with a Durable client is asynchronous, and wrapped by the SDK."""
    user_function = FUNCTIONS[route]._function.get_user_function()
    with serving(app):
        if hasattr(user_function, "client_function"):
            reply = asyncio.run(user_function.client_function(request, DurableClient()))
        else:
            reply = user_function(request)
    assert isinstance(reply, func.HttpResponse)
    return reply
