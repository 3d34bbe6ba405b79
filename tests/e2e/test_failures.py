"""What goes wrong is told as what it is, and leaves nothing behind."""

import os
import subprocess
import sys
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from local.system.lifecycle import ROOT
from tests.e2e.deploying import group, random_image
from tests.e2e.system import System, eventually

pytestmark = [pytest.mark.e2e]


@dataclass(frozen=True)
class Failure:
    """What the stand-in or the log does, and the reason that follows.

    `is_seen_late` where only the wait for a seal, a minute, can show it.
    """

    reason: str
    told: dict[str, Any]
    fault: dict[str, Any] | None = None
    is_seen_late: bool = False


FAILURES = {
    "general error": Failure("scanner_crashed", {"exitCode": 1}),
    "image not pulled": Failure("image_unavailable", {"exitCode": 6}),
    "unsupported OS": Failure("os_unsupported", {"exitCode": 17}),
    "killed": Failure("scanner_out_of_memory", {"oom": True}),
    "packages failed": Failure("scan_incomplete", {"scansPerformed": {"pkg": "FAILED"}}),
    "secrets partial": Failure("scan_incomplete", {"scansPerformed": {"secret": "PARTIAL"}}),
    "no inventory": Failure("scan_incomplete", {"findings": 0, "noInventory": True}, None, True),
    "nothing known": Failure("scan_incomplete", {"findings": 0, "os": None, "packages": 0}),
    "too large": Failure("report_truncated", {"findings": 2, "reportPaddingBytes": 3_200_000}),
    "no report": Failure("report_missing", {"noReport": True}, None, True),
    "still writing": Failure("report_missing", {"reportSecondsAfterExit": 90}, None, True),
    "no seal": Failure("report_missing", {}, {"dropLinesContaining": "SEAL report"}, True),
    "cut frame": Failure("report_missing", {}, {"dropLinesContaining": "END report"}, True),
}
CASES = [
    pytest.param(name, marks=[] if one.is_seen_late else pytest.mark.essential)
    for name, one in FAILURES.items()
]


@pytest.fixture(scope="module")
def failing(system: System, request: pytest.FixtureRequest) -> dict[str, str]:
    """All that this run asks for are started at once; the image of each."""
    cases = [getattr(item, "callspec", None) for item in request.session.items]
    asked = {case.params["name"] for case in cases if case and "name" in case.params}
    failures = {name: one for name, one in FAILURES.items() if name in asked}
    images = {name: random_image() for name in failures}
    told = {images[name]: {"seconds": 0.5, **one.told} for name, one in failures.items()}
    system.tell("images", told)
    faults = [
        {"operation": "logs", "namePrefix": group_prefix(images[name]), **one.fault}
        for name, one in failures.items()
        if one.fault
    ]
    system.tell("faults", faults)
    for image in images.values():
        system.call("POST", "/api/scans", json={"image": image})
    return images


def group_prefix(image: str) -> str:
    return f"qscanner-{image.rpartition('/')[2].partition(':')[0]}"


@pytest.mark.parametrize("name", CASES)
def test_a_scan_that_is_not_proven_to_have_done_its_work_is_not_completed(
    system: System, failing: dict[str, str], name: str
) -> None:
    """Each ends with the reason that helps, and its group is gone."""
    scan = system.ended_scan_of(failing[name], 150)

    assert (scan["status"], scan["verdict"]) == ("failed", None)
    assert scan["reason"]["code"] == FAILURES[name].reason
    assert scan["reason"]["remedy"]
    assert scan["cleanup"] == "confirmed"
    assert any("STAND-IN" in line for line in scan["logTail"])
    assert all(one["confirmedAt"] for one in system.scan_groups_of(scan["scanId"]))


@pytest.mark.parametrize("name", ["too large"])
def test_of_a_report_that_is_too_large_the_counts_are_told_that_the_scanner_told_of(
    system: System, failing: dict[str, str], name: str
) -> None:
    """They help a person; nothing of the report is kept, and there is no verdict."""
    scan = system.ended_scan_of(failing[name], 150)

    assert (scan["verdict"], scan["counts"]) == (None, None)
    assert scan["partialCounts"] == {"osPackages": 12, "languagePackages": 0}
    assert system.findings(scan["scanId"]) == []


@pytest.mark.essential
def test_a_resource_that_may_not_be_read_has_a_record_that_says_so(system: System) -> None:
    """403 is not retried for ever, and not dropped."""
    image, name = random_image(), f"private-{uuid.uuid4().hex[:8]}"
    fault = {"operation": "get", "name": name, "status": 403, "code": "AuthorizationFailed"}
    system.tell("faults", [fault])

    system.deploy(name, group(image))

    def told() -> list[dict[str, Any]]:
        return [one for one in system.scans() if name in str(one["source"]["resourceId"])]

    [scan] = eventually(told, 60)
    eventually(lambda: told()[0]["finishedAt"])
    system.tell("faults", [])
    [scan] = told()
    assert (scan["status"], scan["reason"]["code"]) == ("failed", "resource_unreadable")


@pytest.mark.parametrize("image", ["nginx;rm -rf /", "UPPER/case", "x" * 5000, "", 5, None])
def test_an_image_that_is_none_is_refused_with_a_sentence(system: System, image: object) -> None:
    """400, and no container."""
    before = len(system.books())

    answer = system.call("POST", "/api/scans", json={"image": image})

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_image"
    assert answer.json()["error"]["message"].endswith(".")
    assert len(system.books()) == before


def test_events_that_tell_of_no_deployment_are_taken_and_dropped(system: System) -> None:
    """Another type, a deletion, a broken subject: 202, or Event Grid would send it for a day."""
    web = f"/subscriptions/{system.where.subscription_id}/resourceGroups/rg/providers"
    deleted = {"eventType": "Microsoft.Resources.ResourceDeleteSuccess"}
    group_id = f"{web}/Microsoft.ContainerInstance/containerGroups/x"

    assert system.event(f"{web}/Microsoft.Web/sites/x").status_code == 202
    assert system.event(group_id, **deleted).status_code == 202
    assert system.event("/nonsense", data=None).status_code == 202
    assert system.event(group_id, data="broken").status_code == 202


def test_settings_that_cannot_be_used_stop_the_start_with_one_message() -> None:
    """It names all of them, and nothing is left running."""
    folder = ROOT / ".local" / f"e2e-{uuid.uuid4().hex[:8]}"
    ports = {"FUNCTIONS_PORT": "0", "ARM_PORT": "0", "AZURITE_BLOB_PORT": "0"}
    ports |= {"AZURITE_QUEUE_PORT": "0", "AZURITE_TABLE_PORT": "0"}
    wrong = {"SCAN_TIMEOUT": "abc", "QUALYS_POD": "", "AZURE_REGION": "No Region"}

    done = subprocess.run(
        [sys.executable, "-m", "local.system", "start", "--state", str(folder)],
        cwd=ROOT, env=os.environ | ports | wrong, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    for name in wrong:
        assert f"{name} " in done.stderr
    assert not (folder / "run.json").exists()
