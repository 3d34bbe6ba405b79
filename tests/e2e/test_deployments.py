"""A deployment is scanned whole, by the running system."""

import random
import uuid

import pytest

from tests.e2e.conftest import DURABLE, System, eventually
from tests.e2e.deploying import group, random_finding, random_image

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


def test_every_image_of_a_deployed_group_is_scanned_and_nothing_is_left(system: System) -> None:
    """Two containers and an init container: three scans, with the findings of each image."""
    images = {"nginx:1.27": 3, "redis:7": 0, "busybox:1.36": 1}
    system.tell("images", {name: {"findings": n, "seconds": 1} for name, n in images.items()})

    deployed = group("nginx:1.27", "redis:7", init="busybox:1.36")
    poller = system.arm.container_groups.begin_create_or_update("test-rg", "shop", deployed)

    assert poller.result().provisioning_state == "Succeeded"
    for name, findings in images.items():
        scan = system.ended_scan_of(f"docker.io/library/{name}")
        assert scan["status"] == "completed", scan
        assert scan["verdict"] == ("vulnerable" if findings else "clean")
        assert len(system.findings(scan["scanId"])) == findings == scan["counts"]["total"]
        assert [one["resourceGroup"] for one in system.scan_groups_of(scan["scanId"])] == [
            system.where.scan_resource_group
        ]
    images_scanned = {one["image"] for one in system.scans()}
    assert not any("qscanner" in image for image in images_scanned)
    left = [one.name for one in system.arm.container_groups.list()]
    assert not [name for name in left if str(name).startswith("qscanner-")]


def test_a_scan_can_be_followed_over_http_and_through_durables_own_api(system: System) -> None:
    """202 with Location and Retry-After on the way, 200 at the end; the same id in Durable."""
    image = random_image()
    system.tell("images", {image: {"findings": 2, "seconds": 4}})

    asked = system.call("POST", "/api/scans", json={"image": image})

    assert asked.status_code == 202
    assert asked.json()["joined"] is False
    location, scan_id = asked.headers["Location"], asked.json()["scanId"]
    eventually(lambda: system.scans_of(image)[0]["status"] == "scanning")
    again = system.call("POST", "/api/scans", json={"image": image})
    assert (again.json()["scanId"], again.json()["joined"]) == (scan_id, True)
    seen = system.call("GET", location)
    assert seen.status_code == 202
    assert int(seen.headers["Retry-After"]) > 0
    eventually(lambda: system.call("GET", location).status_code == 200, 60)
    durable = system.call("GET", f"{DURABLE}/instances/{scan_id}")
    assert durable.json()["instanceId"] == scan_id
    assert durable.json()["customStatus"]["phase"] == "collecting"


def test_what_the_scanner_finds_comes_out_exactly(system: System) -> None:
    """A random image, a random number of random findings, a random duration."""
    image = random_image()
    told = [random_finding(number) for number in range(random.randint(1, 400))]
    seconds = round(random.uniform(0.5, 6), 1)
    system.tell("images", {image: {"findings": told, "seconds": seconds}})

    system.arm.container_groups.begin_create_or_update(
        "test-rg", f"r-{uuid.uuid4().hex[:8]}", group(image), polling=False
    )

    scan = system.ended_scan_of(image)
    assert scan["status"] == "completed", (seconds, scan)
    assert scan["counts"]["total"] == len(told)
    found = system.findings(scan["scanId"])
    seen = [{name: one[name] for name in told[0]} for one in found]
    assert sorted(map(str, seen)) == sorted(map(str, told))


def test_a_group_that_only_looks_like_a_scan_is_scanned(system: System) -> None:
    """Nobody hides from scanning with a name and a tag."""
    image = random_image()
    disguised = group(image, tags={"purpose": "qscanner", "managed-by": "imagescan"})

    system.arm.container_groups.begin_create_or_update(
        "test-rg", f"qscanner-{uuid.uuid4().hex[:8]}", disguised, polling=False
    )

    assert system.ended_scan_of(image)["status"] == "completed"


def test_the_same_event_three_times_starts_one_scan(system: System) -> None:
    """Event Grid delivers at least once."""
    image, name = random_image(), f"again-{uuid.uuid4().hex[:8]}"
    system.arm.container_groups.begin_create_or_update("test-rg", name, group(image), polling=False)
    first = system.ended_scan_of(image)
    resource_id, event_id = first["source"]["resourceId"], first["source"]["eventId"]

    answers = [system.event(resource_id, event_id).status_code for _ in range(3)]

    assert answers == [202, 202, 202]
    other = random_image()
    system.call("POST", "/api/scans", json={"image": other})
    system.ended_scan_of(other)  # whatever the repeats had started would have begun by now
    assert len(system.scans_of(image)) == 1


def test_a_second_deployment_of_a_fresh_image_takes_its_result(system: System) -> None:
    """Skipped, with the scan that it takes the result from; force scans again."""
    image = random_image()
    system.tell("images", {image: {"findings": 2, "seconds": 0.5}})
    first = system.ended_scan({"image": image})["scanId"]

    second = system.ended_scan({"image": image})
    forced = system.ended_scan({"image": image, "force": True})

    assert (second["status"], second["joinedScanId"]) == ("skipped", first)
    assert (second["joinedStatus"], second["verdict"]) == ("completed", "vulnerable")
    assert forced["status"] == "completed"
