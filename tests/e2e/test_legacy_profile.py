"""The legacy profile on the whole system: a second one, with user name and password.

What is seen only after a minute of waiting is left to tests/unit/test_legacy_scan.py.
"""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from local.system.lifecycle import stop
from tests.e2e.deploying import random_image
from tests.e2e.system import System, started
from tests.leaks.places import files
from tests.leaks.search import search

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e-legacy")]
LOGIN = {"QUALYS_USERNAME": "planted-user-name", "QUALYS_PASSWORD": "planted-pass-word"}
ENDINGS: dict[str, tuple[dict[str, Any], str, str | None, str | None]] = {
    "findings": ({"findings": 3}, "completed", "vulnerable", None),
    "clean with proof": ({"findings": 0, "proof": True}, "completed", "clean", None),
    "no proof": ({"findings": 0}, "failed", None, "scan_incomplete"),
    "failed scan type": (
        {"findings": 1, "proof": True, "scansPerformed": {"pkg": "FAILED"}},
        "failed", None, "scan_incomplete",
    ),
    "beyond 16 KB": ({"findings": 300}, "failed", None, "report_truncated"),
    "beyond 1,000 lines": ({"findings": 120, "indent": 0}, "failed", None, "report_truncated"),
    "general error": ({"findings": 3, "exitCode": 1}, "failed", None, "scanner_crashed"),
}  # fmt: skip


@pytest.fixture(scope="module")
def legacy_system() -> Iterator[System]:
    """Started with a login and without a token, as a user would."""
    if os.environ.get("E2E_RUN"):
        pytest.skip("The running system's profile is its own.")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("QUALYS_ACCESS_TOKEN", raising=False)
        for name, value in LOGIN.items():
            patch.setenv(name, value)
        with started("e2e-legacy") as system:
            yield system


@pytest.fixture(scope="module")
def images(legacy_system: System) -> dict[str, str]:
    """All are asked for at once; the image of each ending."""
    images = {name: random_image() for name in ENDINGS}
    told = {images[name]: {"seconds": 0.5, **ending[0]} for name, ending in ENDINGS.items()}
    legacy_system.tell("images", told)
    for image in images.values():
        legacy_system.call("POST", "/api/scans", json={"image": image})
    return images


@pytest.mark.parametrize("name", ENDINGS)
def test_a_legacy_scan_ends_as_its_one_document_proves(
    legacy_system: System, images: dict[str, str], name: str
) -> None:
    """Whatever is cut or unproven is not completed, and the group is gone each time."""
    _, status, verdict, code = ENDINGS[name]

    scan = legacy_system.ended_scan_of(images[name], 150)

    assert (scan["status"], scan["verdict"]) == (status, verdict)
    assert (scan["reason"] or {}).get("code") == code
    assert scan["cleanup"] == "confirmed"


def test_a_legacy_group_is_the_scanner_alone_and_shows_no_credential(
    legacy_system: System, images: dict[str, str]
) -> None:
    """The findings came through its own log; user name and password stand nowhere."""
    scan = legacy_system.ended_scan_of(images["findings"], 150)

    [group] = legacy_system.scan_groups_of(scan["scanId"])
    shown = json.dumps([group, scan, legacy_system.findings(scan["scanId"])])

    assert len(legacy_system.findings(scan["scanId"])) == 3
    assert [container["name"] for container in _containers(group)] == ["qscanner"]
    assert not any(value in shown for value in LOGIN.values())


def test_a_legacy_system_leaves_no_credential_behind(
    legacy_system: System, images: dict[str, str]
) -> None:
    """In whatever file, however packed; it is stopped for that, so no test comes after this."""
    for image in images.values():
        legacy_system.ended_scan_of(image, 150)
    stop(legacy_system.folder)

    assert search(files(legacy_system.folder), LOGIN) == set()


def _containers(group: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = group["containers"]
    return found
