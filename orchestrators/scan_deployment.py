"""One deployment: a scan for each image that the deployed resource runs."""

import uuid
from collections.abc import Sequence
from typing import Any

import azure.durable_functions as df

from imagescan import function_names as names
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.request import Policy, ScanRequest, Source
from orchestrators.context import PERSISTENT, Context, Steps, all_ended, pause, step
from orchestrators.lost_scans import record_lost

bp = df.Blueprint()

AGAIN_AFTER_SECONDS = 300
UNREADABLE = Reason(ReasonCode.RESOURCE_UNREADABLE, "Azure did not answer for ten minutes.")
SCANS = uuid.UUID("2b1f6f0e-6f0b-5f44-9b1b-8f1f8f0f3a51")  # the namespace of their ids


@bp.orchestration_trigger(context_name="context")
def scan_deployment(context: df.DurableOrchestrationContext) -> Steps:
    """See `scan_images_of_deployment`."""
    return (yield from scan_images_of_deployment(context))


def scan_images_of_deployment(context: Context) -> Steps:
    """Read what was deployed and scan every image of it, all at once.

    Input {resource_id, event_id, policy}; returns {scans: number}. What cannot be scanned (an
    unreadable resource, a malformed reference) has a record that says so. While no record can be
    written it goes on trying, for it is all that knows of the deployment.
    """
    deployment = context.get_input()
    try:
        requests = yield from _open_scans(context, deployment)
    except Exception:  # the host has logged it
        yield pause(context, AGAIN_AFTER_SECONDS)
        context.continue_as_new(deployment)
        return None
    children = [
        context.call_sub_orchestrator(names.SCAN_IMAGE, request.to_dict(), request.scan_id)
        for request in requests
    ]
    yield from _await_all(context, requests, children)
    return {"scans": len(requests)}


def _open_scans(context: Context, deployment: dict[str, Any]) -> Steps:
    """Write a record for each image, a page at a time, and return the scans to be done."""
    source = Source("deployment", deployment["resource_id"], deployment["event_id"])
    policy = Policy.from_dict(deployment["policy"])
    requests: list[ScanRequest] = []
    start: int | None = 0
    while start is not None:
        page = yield from _read(context, source, start)
        found = [
            (image, ScanRequest(_scan_id(context, image), image["name"], source, policy))
            for image in page["images"]
        ]
        for _, request in found:
            yield step(context, names.OPEN_SCAN, request.to_dict(), PERSISTENT)
        for image, request in found:
            if image["problem"]:
                yield from _record_problem(context, request, image["problem"])
            else:
                requests.append(request)
        start = page["next"]
    return requests


def _read(context: Context, source: Source, start: int) -> Steps:
    """A page of the resource's images; one that stays unreadable is a nameless image's problem."""
    data = {"resourceId": source.resource_id, "start": start}
    try:
        return (yield step(context, names.READ_DEPLOYMENT, data, PERSISTENT))
    except Exception:  # the host has logged it
        problem = {"code": UNREADABLE.code.value, "message": UNREADABLE.message}
        return {"images": [{"name": "", "problem": problem}], "next": None}


def _scan_id(context: Context, image: dict[str, Any]) -> str:
    """The same for the same image of the same deployment, should it have to be opened again."""
    return str(uuid.uuid5(SCANS, f"{context.instance_id}/{image['name']}"))


def _record_problem(context: Context, request: ScanRequest, problem: dict[str, str]) -> Steps:
    outcome = Outcome.failed(ReasonCode(problem["code"]), problem["message"])
    ended = {"scan_id": request.scan_id, "outcome": outcome.to_dict()}
    yield step(context, names.RECORD_OUTCOME, ended, PERSISTENT)


def _await_all(context: Context, requests: Sequence[ScanRequest], children: Sequence[Any]) -> Steps:
    """Wait for every scan; one that was terminated has a record that says so."""
    outcomes = yield from all_ended(context, children)
    for request, outcome in zip(requests, outcomes, strict=True):
        if outcome is None:
            yield from record_lost(context, request.scan_id)
