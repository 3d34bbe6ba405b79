"""Somebody no longer wants a scan: it ends as cancelled, and leaves nothing."""

from typing import Any

import pytest

from tests.e2e.deploying import random_image
from tests.e2e.system import System, eventually
from tests.e2e.test_api import check

pytestmark = [pytest.mark.e2e]


def start(system: System, image: str, *, force: bool = False) -> str:
    asked = system.call("POST", "/api/scans", json={"image": image, "force": force})
    scan_id: str = asked.json()["scanId"]
    return scan_id


def scan(system: System, scan_id: str) -> dict[str, Any]:
    found: dict[str, Any] = system.call("GET", f"/api/scans/{scan_id}").json()
    return found


@pytest.mark.essential
def test_a_scan_that_runs_is_cancelled_and_its_group_is_gone(system: System) -> None:
    """Long before its scanner would have ended; asking again changes nothing."""
    image = random_image()
    system.tell("images", {image: {"seconds": 300}})
    scan_id = start(system, image)
    eventually(lambda: scan(system, scan_id)["status"] == "scanning")

    asked = check(system, "DELETE", f"/scans/{scan_id}", "/scans/{scanId}")
    assert (asked.status_code, asked.json()["cancelRequested"]) == (202, True)
    eventually(lambda: scan(system, scan_id)["finishedAt"], 60)

    ended = scan(system, scan_id)
    assert (ended["status"], ended["cleanup"]) == ("cancelled", "confirmed")
    assert ended["reason"]["code"] == "cancelled"
    [group] = system.scan_groups_of(scan_id)
    assert group["confirmedAt"]
    again = check(system, "DELETE", f"/scans/{scan_id}", "/scans/{scanId}")
    assert (again.status_code, again.json()["status"]) == (200, "cancelled")


def test_there_is_nothing_to_cancel_where_there_is_no_scan(system: System) -> None:
    """404, as for reading it."""
    nobody = "00000000-0000-0000-0000-000000000000"

    assert check(system, "DELETE", f"/scans/{nobody}", "/scans/{scanId}").status_code == 404
