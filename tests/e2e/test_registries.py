"""Scans of images in the registry of the running system."""

import json

import pytest

from tests.e2e.system import System

pytestmark = [pytest.mark.e2e]


def image(system: System, name: str) -> str:
    system.need_processes()
    url: str = json.loads(system.run_json.read_text())["registryUrl"]
    return f"{url.partition('://')[2]}/{name}"


@pytest.mark.parametrize("name", ["samples/debian:12", "private/alpine:3.20"])
def test_an_image_of_the_registry_is_pulled_and_scanned(system: System, name: str) -> None:
    """A private one with the app's credential, which the scanner gets as a secure value."""
    told = {"findings": 4, "seconds": 0.2}
    system.tell("images", {image(system, name): told})

    scan = system.ended_scan({"image": image(system, name), "force": True})

    assert (scan["status"], len(system.findings(scan["scanId"]))) == ("completed", 4)


def test_an_image_that_the_registry_does_not_have_is_not_scanned(system: System) -> None:
    """It fails with a reason, and is nothing like clean."""
    scan = system.ended_scan({"image": image(system, "samples/none:1")})

    assert (scan["status"], scan["verdict"]) == ("failed", None)
    assert scan["reason"]["code"] in ("image_unavailable", "image_not_found")
