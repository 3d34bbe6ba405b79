"""A deployment is scanned whole, by the running system."""

import os
import random
import secrets
import uuid

import pytest
from azure.core.exceptions import ResourceNotFoundError

from tests.e2e.deploying import group, random_finding, random_image
from tests.e2e.system import DURABLE, System, eventually

pytestmark = [pytest.mark.e2e]
SECOND_USD = 2 * 0.00001125 + 4 * 0.00000124  # of two cores and four GB, at list prices


@pytest.mark.essential
def test_an_image_that_is_asked_for_is_scanned_whole(system: System) -> None:
    """Any system will do, Azure too: the findings are counted, and the group is gone."""
    image = os.environ.get("E2E_IMAGE", "mcr.microsoft.com/azurelinux/busybox:1.36")
    if not system.where.is_azure:
        system.tell("images", {image: {"findings": 2, "seconds": 0.5}})

    scan = system.ended_scan({"image": image, "force": True})

    assert (scan["status"], scan["cleanup"]) == ("completed", "confirmed"), scan
    found = system.findings(scan["scanId"])
    assert len(found) == scan["counts"]["total"]
    assert scan["verdict"] == ("vulnerable" if found else "clean")
    place = system.where.scan_resource_group, scan["containerGroup"]
    with pytest.raises(ResourceNotFoundError):
        system.arm.container_groups.get(*place)


@pytest.mark.essential
def test_every_image_of_a_deployed_group_is_scanned_and_nothing_is_left(system: System) -> None:
    """Two containers and an init container: three scans, with the findings of each image."""
    tag = secrets.token_hex(4)
    images = {f"nginx:{tag}": 3, f"redis:{tag}": 0, f"busybox:{tag}": 1}
    system.tell("images", {name: {"findings": n, "seconds": 1} for name, n in images.items()})

    deployed = group(f"nginx:{tag}", f"redis:{tag}", init=f"busybox:{tag}")
    poller = system.deploy(f"shop-{tag}", deployed)

    assert poller.result().provisioning_state == "Succeeded"
    place = system.where.scan_resource_group
    scans = {name: system.ended_scan_of(f"docker.io/library/{name}") for name in images}
    for name, findings in images.items():
        scan = scans[name]
        assert scan["status"] == "completed", scan
        assert scan["verdict"] == ("vulnerable" if findings else "clean")
        assert len(system.findings(scan["scanId"])) == findings == scan["counts"]["total"]
        [of_scan] = system.scan_groups_of(scan["scanId"])
        assert of_scan["resourceGroup"] == place
        # The books count from the first container's start, the scan from the pull.
        assert -0.1 <= scan["runningSeconds"] - of_scan["runningSeconds"] < 5
        assert scan["costUsd"] == pytest.approx(scan["runningSeconds"] * SECOND_USD, rel=0.05)
    assert not any("qscanner" in one["image"] for one in system.scans())
    left = {one.name for one in system.arm.container_groups.list_by_resource_group(place)}
    assert not left & {scan["containerGroup"] for scan in scans.values()}


@pytest.mark.essential
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


@pytest.mark.essential
def test_what_the_scanner_finds_comes_out_exactly(system: System) -> None:
    """A random image, a random number of random findings, a random duration."""
    image = random_image()
    told = [random_finding(number) for number in range(random.randint(1, 400))]
    seconds = round(random.uniform(0.5, 6), 1)
    system.tell("images", {image: {"findings": told, "seconds": seconds}})

    system.deploy(f"r-{uuid.uuid4().hex[:8]}", group(image))

    scan = system.ended_scan_of(image)
    assert scan["status"] == "completed", (seconds, scan)
    assert scan["counts"]["total"] == len(told)
    found = system.findings(scan["scanId"])
    seen = [{name: one[name] for name in told[0]} for one in found]
    assert sorted(map(str, seen)) == sorted(map(str, told))


@pytest.mark.essential
@pytest.mark.parametrize("kind", ["containerApps", "jobs"])
def test_a_container_app_or_job_that_is_deployed_is_scanned(system: System, kind: str) -> None:
    """Its init containers' images too."""
    image, init = random_image(), random_image()
    system.tell("images", {image: {"findings": 1, "seconds": 0.5}, init: {"findings": 0}})

    resource_id = system.deploy_app(kind, f"x-{uuid.uuid4().hex[:8]}", image, init)

    scans = [system.ended_scan_of(one) for one in (image, init)]
    assert [scan["verdict"] for scan in scans] == ["vulnerable", "clean"]
    assert {scan["source"]["resourceId"] for scan in scans} == {resource_id}


def test_a_group_that_only_looks_like_a_scan_is_scanned(system: System) -> None:
    """Nobody hides from scanning with a name and a tag."""
    image = random_image()
    disguised = group(image, tags={"purpose": "qscanner", "managed-by": "imagescan"})

    system.deploy(f"qscanner-{uuid.uuid4().hex[:8]}", disguised)

    assert system.ended_scan_of(image)["status"] == "completed"


def test_the_same_event_three_times_starts_one_scan(system: System) -> None:
    """Event Grid delivers at least once."""
    image, name = random_image(), f"again-{uuid.uuid4().hex[:8]}"
    system.deploy(name, group(image))
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
