"""A rescan on the running system in real time: all of it as processes, Azurite included."""

import secrets
import time
from typing import Any

from tests.bench.tables import Section, tell
from tests.e2e.system import System, eventually, started

IMAGES_AN_APP = 2
LONGEST_SECONDS = 600


def section(images: int) -> Section:
    """One row. What is deployed is scanned first, by the events: the rescan is forced."""
    with started("bench") as system:
        tell(f"a rescan of {images} images on the running system: they are deployed")
        names = _deployed(system, images)
        eventually(lambda: _are_over(system, names), LONGEST_SECONDS)
        tell(f"a rescan of {images} images on the running system")
        began = time.monotonic()
        rescan = _rescanned(system)
        seconds = time.monotonic() - began
    assert rescan["counts"] == {"completed": len(names)}, rescan["counts"]
    return Section(
        "A rescan in real time, in seconds",
        [{"images": str(len(names)), "seconds": seconds}],
        (
            "From the request to its end as the API tells it, looked at every 0.2 s.",
            "The scanner's stand-in takes 2 s for an image, and Azure's groups come and go within",
            "a second each.",
        ),
    )


def _deployed(system: System, images: int) -> set[str]:
    """Container apps, of which each runs two images that nobody else runs."""
    run = secrets.token_hex(4)
    names = [f"registry.example.com/bench-{run}/app-{number}:1.0" for number in range(images)]
    for number, start in enumerate(range(0, images, IMAGES_AN_APP)):
        image, init = names[start], names[min(start + 1, images - 1)]
        system.deploy_app("containerApps", f"bench-{run}-{number}", image, init)
    return set(names)


def _are_over(system: System, names: set[str]) -> bool:
    return {scan["image"] for scan in system.scans() if scan["finishedAt"]} >= names


def _rescanned(system: System) -> dict[str, Any]:
    asked = {"resourceGroup": "test-rg", "force": True}
    begun = system.call("POST", "/api/rescans", json=asked).json()
    path = f"/api/rescans/{begun['rescanId']}"
    eventually(lambda: system.call("GET", path).status_code == 200, LONGEST_SECONDS)
    ended: dict[str, Any] = system.call("GET", path).json()
    return ended
