"""Where images run, and whether they were scanned, as the running system tells it."""

import uuid
from typing import Any

import pytest

from tests.e2e.deploying import group, random_image
from tests.e2e.system import System, eventually

pytestmark = [pytest.mark.e2e]


def found(system: System, path: str, image: str) -> dict[str, Any] | None:
    """What a list tells of an image, on whichever page."""
    cursor = ""
    while cursor is not None:
        page = system.call("GET", f"/api{path}&cursor={cursor}").json()
        for one in page["images"]:
            if one["image"] == image:
                told: dict[str, Any] = one
                return told
        cursor = page["cursor"]
    return None


def resources(system: System, image: str) -> list[str]:
    told = found(system, "/images?limit=100", image)
    return [use["resourceId"].rpartition("/")[2] for use in told["runsIn"]] if told else []


@pytest.mark.essential
def test_where_an_image_runs_follows_deployments_and_deletions(system: System) -> None:
    """By events alone: a second deployment without the image, and a deletion, both end it."""
    image, other = random_image(), random_image()
    names = [f"w-{uuid.uuid4().hex[:8]}" for _ in range(2)]
    for name in names:
        system.deploy(name, group(image)).result()
    eventually(lambda: sorted(resources(system, image)) == sorted(names), 60)

    system.deploy(names[0], group(other)).result()
    system.arm.container_groups.begin_delete("test-rg", names[1]).result()

    eventually(lambda: resources(system, image) == [], 60)
    assert resources(system, other) == [names[0]]


def test_coverage_tells_what_was_scanned_and_why_the_rest_was_not(system: System) -> None:
    """Azure is asked for what runs; the scans for the rest."""
    scanned, crashed = random_image(), random_image()
    system.tell("images", {crashed: {"exitCode": 1, "seconds": 0.2}})
    system.deploy(f"c-{uuid.uuid4().hex[:8]}", group(scanned, crashed)).result()
    for image in (scanned, crashed):
        system.ended_scan_of(image)

    def told(image: str) -> tuple[bool, str | None]:
        one = found(system, "/coverage?resourceGroup=TEST-rg&limit=200", image)
        assert one is not None
        return one["isScanned"], one["reason"] and one["reason"]["code"]

    assert told(scanned) == (True, None)
    assert told(crashed) == (False, "scanner_crashed")
