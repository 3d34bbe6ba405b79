"""The HTTP API answers as its own description says."""

from typing import Any

import jsonschema
import pytest

from tests.e2e.deploying import random_image
from tests.e2e.system import System

pytestmark = [pytest.mark.e2e]
NOBODY = "00000000-0000-0000-0000-000000000000"


def check(system: System, method: str, path: str, template: str, **options: Any) -> Any:
    """Ask, and hold the reply to the description of its route and status."""
    described = system.call("GET", "/api/openapi.json").json()
    answer = system.call(method, f"/api{path}", **options)
    replies = described["paths"][template][method.lower()]["responses"]
    content = replies[str(answer.status_code)]["content"]["application/json"]
    schema = content["schema"] | {"components": described["components"]}
    jsonschema.validate(answer.json(), schema)
    return answer


@pytest.mark.essential
def test_every_route_replies_as_it_is_described(system: System) -> None:
    """Good and bad requests, on the way and at the end."""
    image = random_image()
    system.tell("images", {image: {"findings": 3, "seconds": 0.5}})

    asked = check(system, "POST", "/scans", "/scans", json={"image": image})
    scan_id = asked.json()["scanId"]
    on_the_way = check(system, "GET", f"/scans/{scan_id}", "/scans/{scanId}")
    findings = f"/scans/{scan_id}/findings", "/scans/{scanId}/findings"
    too_early = check(system, "GET", *findings)
    system.ended_scan_of(image)

    assert (asked.status_code, on_the_way.status_code, too_early.status_code) == (202, 202, 409)
    assert check(system, "GET", f"/scans/{scan_id}", "/scans/{scanId}").status_code == 200
    assert len(check(system, "GET", *findings).json()["findings"]) == 3
    for kind, lines in (("csv", 4), ("sarif", 1)):
        document = system.call("GET", f"/api{findings[0]}?format={kind}")
        assert (document.status_code, len(document.text.splitlines())) == (200, lines)
    assert check(system, "GET", f"{findings[0]}?cve=x", findings[1]).status_code == 400
    assert check(system, "GET", "/scans?limit=5", "/scans").status_code == 200
    of_image = check(system, "GET", f"/scans?image={image}&status=completed", "/scans")
    assert [scan["scanId"] for scan in of_image.json()["scans"]] == [scan_id]
    assert check(system, "GET", "/images?severity=high&limit=5", "/images").status_code == 200
    assert check(system, "GET", "/images?severity=x", "/images").status_code == 400
    assert check(system, "GET", "/coverage?limit=5", "/coverage").status_code == 200
    assert check(system, "GET", "/coverage?cursor=%3F", "/coverage").status_code == 400
    for scope, status in ((f"subscriptionId={NOBODY}", 403), ("resourceGroup=none", 404)):
        assert check(system, "GET", f"/coverage?{scope}", "/coverage").status_code == status
    assert check(system, "GET", "/scans?limit=x", "/scans").status_code == 400
    assert check(system, "POST", "/scans", "/scans", data="{").status_code == 400
    assert check(system, "GET", f"/scans/{NOBODY}", "/scans/{scanId}").status_code == 404
    assert check(system, "GET", "/health", "/health").status_code == 200


@pytest.mark.essential
@pytest.mark.parametrize("path", ["/api/scans", "/api/openapi.json", f"/api/scans/{NOBODY}"])
def test_nothing_but_health_answers_without_a_key(system: System, path: str) -> None:
    """401, whatever else is right."""
    system.need_keys()
    answer = system.call("GET", path, headers={"x-functions-key": "wrong"})

    assert answer.status_code == 401
    assert system.call("GET", "/api/health", headers={"x-functions-key": ""}).ok
