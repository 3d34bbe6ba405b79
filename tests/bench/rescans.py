"""Rescans in virtual time, beside how soon they could be over at best.

The whole app as in `make simulate`, nothing going wrong, by default rates and settings.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from local.azure_emulator.limits import Limits
from tests.bench.apart import apart
from tests.bench.makespan import least_seconds
from tests.bench.tables import Cell, Section, tell
from tests.simulation.endings import Scan, Script, whole
from tests.simulation.fleet import Rescanned, apps_of, images_of, plan_of_rescans, rescanned
from tests.simulation.simulation import TIMINGS

SHORTEST_SCAN_SECONDS, LONGEST_SCAN_SECONDS = 60, 180
IMAGES_AN_APP = 4
# What a scan takes of its slot besides: the group is provisioned, and deleted, at Azure's pace.
AZURE_SECONDS = TIMINGS.pending_seconds + TIMINGS.pull_seconds + TIMINGS.delete_seconds
AZURE = Limits()
WINDOWS = {300: AZURE.creates_per_5_minutes, 3600: AZURE.creates_per_hour}


def section(counts: Sequence[int]) -> Section:
    """A row for each number of images."""
    rows = []
    for count in counts:
        tell(f"a rescan of {count:,} images")
        rows.append(apart(measured, count))
    return Section(
        "Rescans in virtual time, in minutes",
        rows,
        (
            f"Distinct images; scans of {SHORTEST_SCAN_SECONDS} to {LONGEST_SCAN_SECONDS} seconds.",
            "`makespan`: from the request to its end, as the API tells it.",
            "`at best`: tests/bench/makespan.py, with ACI's own limits and MAX_CONCURRENT_SCANS.",
            "`history`: events of the longest. `CPU`: seconds that the simulation took.",
        ),
    )


def measured(count: int) -> dict[str, Cell]:
    """One rescan. Whatever was to be scanned was scanned, or there is no figure."""
    images, began = images_of(count), time.process_time()
    resources = list(apps_of(images, IMAGES_AN_APP))
    found = rescanned(plan_of_rescans(images, resources, ending=_whole))
    [rescan] = found.rescans
    assert rescan["counts"] == {"completed": count}, rescan["counts"]
    whole = _time(rescan["finishedAt"]) - _time(rescan["createdAt"])
    least = least_seconds(_scans(found), found.run.settings.max_concurrent_scans, WINDOWS)
    return {
        "images": f"{count:,}",
        "makespan": whole.total_seconds() / 60,
        "at best": least / 60,
        "ratio": whole.total_seconds() / least,
        "history": str(max(found.run.durable.store.longest.values())),
        "CPU": time.process_time() - began,
    }


def _whole(scan: Scan) -> Script:
    seconds = scan.chance.uniform(SHORTEST_SCAN_SECONDS, LONGEST_SCAN_SECONDS)
    return whole(replace(scan, seconds=seconds))


def _scans(found: Rescanned) -> list[float]:
    """How long each scan needs its slot at least."""
    runs = found.run.containers.truth.runs
    return [
        (run.ended_at - run.started_at).total_seconds() + AZURE_SECONDS
        for run in runs
        if run.ended_at
    ]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
