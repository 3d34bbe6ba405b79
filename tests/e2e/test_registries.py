"""Scans of images in the registry of the running system."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from tests.e2e.system import System

pytestmark = [pytest.mark.e2e]


def image(system: System, name: str) -> str:
    system.need_processes()
    url: str = json.loads(system.run_json.read_text())["registryUrl"]
    return f"{url.partition('://')[2]}/{name}"


@contextmanager
def refusing(system: System, fault: dict[str, Any]) -> Iterator[None]:
    """The registry of the running system does so until the block ends."""
    url = json.loads(system.run_json.read_text())["registryUrl"] + "/stand-in/faults"
    requests.put(url, json=[fault], timeout=10).raise_for_status()
    try:
        yield
    finally:
        requests.put(url, json=[], timeout=10).raise_for_status()


@pytest.mark.parametrize("name", ["samples/debian:12", "private/alpine:3.20"])
def test_an_image_of_the_registry_is_pulled_and_scanned(system: System, name: str) -> None:
    """A private one with the app's credential, which the scanner gets as a secure value."""
    told = {"findings": 4, "seconds": 0.2}
    system.tell("images", {image(system, name): told})

    scan = system.ended_scan({"image": image(system, name), "force": True})

    assert (scan["status"], len(system.findings(scan["scanId"]))) == ("completed", 4)
    assert scan["digest"].startswith("sha256:")
    assert scan["unresolved"] is None


def test_an_image_that_the_registry_does_not_have_is_not_scanned(system: System) -> None:
    """It fails with a reason, is nothing like clean, and no container group was paid for."""
    scan = system.ended_scan({"image": image(system, "samples/none:1")})

    assert (scan["status"], scan["verdict"]) == ("failed", None)
    assert scan["reason"]["code"] == "image_not_found"
    assert system.scan_groups_of(scan["scanId"]) == []


def test_an_image_at_an_address_inside_is_not_scanned(system: System) -> None:
    """The mirror here knows every image, but the scanner would go to the address itself."""
    system.need_processes()
    scan = system.ended_scan({"image": "169.254.169.254/a/b:1", "force": True})

    assert (scan["status"], scan["reason"]["code"]) == ("failed", "image_unavailable")
    assert "leads to an address that is not public" in scan["reason"]["message"]
    assert system.scan_groups_of(scan["scanId"]) == []


def test_a_credential_that_the_registry_refuses_ends_the_scan_with_what_to_do(
    system: System,
) -> None:
    """Before anything is created. The scanner's own pull of a private image is tested above."""
    private = image(system, "private/debian:12")
    with refusing(system, {"path": "/token", "status": 401}):
        denied = system.ended_scan({"image": private, "force": True})

    assert (denied["status"], denied["reason"]["code"]) == ("failed", "registry_denied")
    assert "correct the registry's credentials" in denied["reason"]["remedy"]
    assert system.scan_groups_of(denied["scanId"]) == []
