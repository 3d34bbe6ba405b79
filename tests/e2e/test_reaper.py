"""What somebody ends from outside runs no compensation: the reaper does."""

import json
from typing import Any

import pytest

from tests.e2e.deploying import random_image
from tests.e2e.system import DURABLE, System, eventually

pytestmark = [pytest.mark.e2e]


def begun(system: System, image: str, status: str, **told: Any) -> str:
    """A scan that has come so far."""
    system.tell("images", {image: told})
    answer = system.call("POST", "/api/scans", json={"image": image})
    path = f"/api/scans/{answer.json()['scanId']}"
    eventually(lambda: system.call("GET", path).json()["status"] == status)
    return str(answer.json()["scanId"])


def terminate(system: System, instance_id: str) -> None:
    path = f"{DURABLE}/instances/{instance_id}"
    assert system.call("POST", f"{path}/terminate?reason=test").status_code == 202
    eventually(lambda: system.call("GET", path).json()["runtimeStatus"] == "Terminated")


def child(system: System, name: str, scan_id: str) -> str | None:
    """The running instance of this orchestrator that works for a scan."""
    running = system.call("GET", f"{DURABLE}/instances?runtimeStatus=Running").json()
    found = (one for one in running if one["name"] == name and scan_id in json.dumps(one["input"]))
    return next((str(one["instanceId"]) for one in found), None)


def is_over(system: System, instance_id: str) -> bool:
    """Whether an orchestration does nothing any more, or never did anything."""
    return system.call("GET", f"{DURABLE}/instances/{instance_id}").status_code != 202


def reap(system: System) -> None:
    """One sweep that starts now, as the timer does it every five minutes."""
    eventually(lambda: is_over(system, "reaper"), 60)
    answer = system.call("POST", "/admin/functions/start_reaper", json={})
    assert answer.status_code == 202


@pytest.mark.essential
def test_a_scan_whose_orchestration_was_terminated_is_cleaned_by_the_next_sweep(
    system: System,
) -> None:
    """Group gone, record ended with a reason, image free for the next scan."""
    image = random_image()
    scan_id = begun(system, image, "scanning", seconds=600)
    terminate(system, scan_id)
    [group] = system.scan_groups_of(scan_id)
    assert group["deletedAt"] is None

    reap(system)

    scan = system.ended_scan_of(image)
    assert (scan["status"], scan["reason"]["code"]) == ("failed", "host_lost")
    assert (scan["cleanup"], scan["containerGroup"]) == ("confirmed", group["name"])
    assert all(one["confirmedAt"] for one in system.scan_groups_of(scan_id))
    system.tell("images", {image: {"seconds": 0.5}})
    assert system.ended_scan({"image": image})["status"] == "completed"


def test_a_cleanup_that_was_terminated_is_taken_up_by_the_next_sweep(system: System) -> None:
    """The scan keeps its result, and its cleanup is pending until the group is gone."""
    image = random_image()
    prefix = f"qscanner-{image.rpartition('/')[2].partition(':')[0]}"
    slow = {"operation": "delete", "namePrefix": prefix, "code": "stuck", "count": 1}
    system.tell("faults", [slow])
    scan_id = begun(system, image, "collecting", seconds=0.5)
    terminate(system, str(eventually(lambda: child(system, "remove_container_group", scan_id))))
    scan = system.ended_scan_of(image)
    assert (scan["status"], scan["cleanup"]) == ("completed", "pending")
    eventually(lambda: is_over(system, scan_id))  # it notifies, and gives up what it still holds

    reap(system)

    eventually(lambda: system.ended_scan_of(image)["cleanup"] == "confirmed")
    assert system.ended_scan_of(image)["status"] == "completed"
    assert all(one["confirmedAt"] for one in system.scan_groups_of(scan_id))
