"""A host that is killed goes on with what it had, once it is started again."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.deploying import random_image
from tests.e2e.system import DURABLE, System, eventually

pytestmark = [pytest.mark.e2e]
# On the real extension a step comes back when its queue message does: 308 s after the kill.
COMES_BACK_WITHIN_SECONDS = 420


@pytest.mark.essential
def test_a_killed_host_goes_on_with_the_scan_it_had(system: System) -> None:
    """kill -9 while a timer runs: one group was ever created, and it is gone."""
    system.need_processes()
    image = random_image()
    system.tell("images", {image: {"findings": 4, "seconds": 8}})
    scan_id = system.call("POST", "/api/scans", json={"image": image}).json()["scanId"]
    eventually(lambda: _sleeps(system, scan_id))

    system.kill_host()
    system.start_again()

    _ended_whole(system, scan_id, findings=4, seconds=60)


@pytest.mark.slow
def test_a_step_that_was_running_when_the_host_was_killed_comes_back(system: System) -> None:
    """kill -9 between Azure's taking the group and its answer: the group is adopted."""
    system.need_processes()
    image = f"registry.example.com/team/killed-{secrets.token_hex(4)}:1.0"
    system.tell("images", {image: {"findings": 4, "seconds": 2}})
    held_back = {"operation": "put", "namePrefix": "qscanner-killed", "delaySeconds": 30}
    system.tell("faults", [held_back | {"count": 1}])
    scan_id = system.call("POST", "/api/scans", json={"image": image}).json()["scanId"]
    eventually(lambda: system.scan_groups_of(scan_id))

    system.kill_host()
    system.tell("faults", [])
    system.start_again()

    _ended_whole(system, scan_id, findings=4, seconds=COMES_BACK_WITHIN_SECONDS)


def _ended_whole(system: System, scan_id: str, findings: int, seconds: float) -> None:
    path = f"/api/scans/{scan_id}"
    eventually(lambda: system.call("GET", path).status_code == 200, seconds)
    scan = system.call("GET", path).json()
    assert scan["status"] == "completed", scan
    assert len(system.findings(scan_id)) == findings
    [group] = system.scan_groups_of(scan_id)
    assert group["confirmedAt"]


def _sleeps(system: System, scan_id: str) -> bool:
    """Whether the watch of a scan waits for a timer, and will for a second yet."""
    running = system.call("GET", f"{DURABLE}/instances?runtimeStatus=Running").json()
    watches = [one for one in running if one["name"] == "watch_scanner"]
    for one in watches:
        if scan_id in json.dumps(one["input"]):
            seen = system.call("GET", f"{DURABLE}/instances/{one['instanceId']}?showHistory=true")
            return _waits_for_a_timer(seen.json()["historyEvents"])
    return False


def _waits_for_a_timer(history: list[dict[str, Any]]) -> bool:
    """What has ended is folded into its end: only what is open is shown as begun."""
    if any(event["EventType"] == "TaskScheduled" for event in history):
        return False
    later = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    timers = [event for event in history if event["EventType"] == "TimerCreated"]
    return any(event["FireAt"] > later for event in timers)
