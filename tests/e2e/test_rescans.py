"""A resource group is rescanned: each image once, with progress, and it can be stopped."""

import uuid
from typing import Any

import pytest

from tests.e2e.deploying import group, random_image
from tests.e2e.system import System, eventually
from tests.e2e.test_api import check

# On the real extension a step comes back when its queue message does: 308 s after the kill.
COMES_BACK_WITHIN_SECONDS = 420
pytestmark = [pytest.mark.e2e]


def deployed(system: System, images: list[str]) -> str:
    """A resource group of its own in which each image runs; its scans by deployment are over."""
    name = f"rescan-{uuid.uuid4().hex[:8]}"
    for number, image in enumerate(images):
        system.deploy(f"{name}-{number}", group(image), resource_group=name)
    for image in images:
        system.ended_scan_of(image, 90)
    return name


def rescan(system: System, **asked: Any) -> dict[str, Any]:
    """A rescan that has ended."""
    begun = check(system, "POST", "/rescans", "/rescans", json=asked)
    assert begun.status_code == 202
    path = f"/rescans/{begun.json()['rescanId']}"
    eventually(lambda: system.call("GET", f"/api{path}").status_code == 200, 120)
    ended: dict[str, Any] = check(system, "GET", path, "/rescans/{rescanId}").json()
    return ended


def test_a_resource_group_is_rescanned_and_what_is_fresh_only_when_forced(system: System) -> None:
    """An image that two groups run is scanned once."""
    one, other = random_image(), random_image()
    system.tell("images", {one: {"seconds": 0.5}, other: {"seconds": 0.5, "exitCode": 1}})
    name = deployed(system, [one, one, other])

    plan = rescan(system, resourceGroup=name, dryRun=True)
    lazy = rescan(system, resourceGroup=name)
    forced = rescan(system, resourceGroup=name, force=True)

    assert (plan["total"], plan["estimate"]["scans"]) == (2, 1)  # a failed scan is not fresh
    assert plan["estimate"]["isMeasured"]
    assert plan["estimate"]["costUsd"] > 0
    assert lazy["counts"] == {"skipped": 1, "failed": 1}
    assert '"force": true' in lazy["hint"]
    assert forced["counts"] == {"completed": 1, "failed": 1}
    assert forced["costUsd"] > 0 == lazy["scansWithoutCost"] == forced["scansWithoutCost"]
    [failure] = forced["failures"]
    assert failure["reason"]["code"] == "scanner_crashed"
    kinds = [scan["source"]["kind"] for scan in system.scans_of(one)]
    assert kinds.count("rescan") == 2  # one was skipped, one scanned


def test_a_cancelled_rescan_ends_what_runs_and_begins_nothing_more(system: System) -> None:
    """No group is left."""
    image = random_image()
    system.tell("images", {image: {"seconds": 0.5}})
    name = deployed(system, [image])
    system.tell("images", {image: {"seconds": 300}})
    begun = system.call("POST", "/api/rescans", json={"resourceGroup": name, "force": True}).json()
    path = f"/rescans/{begun['rescanId']}"
    eventually(lambda: system.scans_of(image)[0]["status"] == "scanning", 60)

    asked = check(system, "DELETE", path, "/rescans/{rescanId}")
    eventually(lambda: system.call("GET", f"/api{path}").status_code == 200, 120)

    assert asked.status_code == 202
    ended = system.call("GET", f"/api{path}").json()
    assert (ended["status"], ended["counts"]) == ("cancelled", {"cancelled": 1})
    newest = system.scans_of(image)[0]
    assert (newest["status"], newest["cleanup"]) == ("cancelled", "confirmed")


@pytest.mark.slow
def test_a_rescan_goes_on_where_its_host_was_killed(system: System) -> None:
    """kill -9 while some images are done and others not: each is scanned once, nothing is left."""
    system.need_processes()
    images = [random_image() for _ in range(4)]
    system.tell("images", {image: {"seconds": 0.5} for image in images})
    name = deployed(system, images)
    system.tell("images", {image: {"seconds": 12} for image in images[2:]})
    asked = {"resourceGroup": name, "force": True}
    path = f"/api/rescans/{system.call('POST', '/api/rescans', json=asked).json()['rescanId']}"
    half_done = {"completed", "running"}
    eventually(lambda: set(system.call("GET", path).json()["counts"]) == half_done, 60)

    system.kill_host()
    system.start_again()
    eventually(lambda: system.call("GET", path).status_code == 200, COMES_BACK_WITHIN_SECONDS)

    ended = system.call("GET", path).json()
    assert (ended["status"], ended["counts"]) == ("completed", {"completed": 4})
    for image in images:
        [scan] = [one for one in system.scans_of(image) if one["source"]["kind"] == "rescan"]
        [used] = system.scan_groups_of(scan["scanId"])
        assert used["confirmedAt"]


def test_what_cannot_be_rescanned_is_refused_with_a_sentence(system: System) -> None:
    """Nothing is begun."""
    nowhere = check(system, "POST", "/rescans", "/rescans", json={"resourceGroup": "no-such-rg"})
    other = {"subscriptionId": str(uuid.uuid4())}
    unwatched = check(system, "POST", "/rescans", "/rescans", json=other)
    wrong = check(system, "POST", "/rescans", "/rescans", json={"group": "x"})

    assert (nowhere.status_code, unwatched.status_code, wrong.status_code) == (404, 403, 400)
    unknown = check(system, "GET", f"/rescans/{uuid.uuid4()}", "/rescans/{rescanId}")
    assert unknown.status_code == 404
