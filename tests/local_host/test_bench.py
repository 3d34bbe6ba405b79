"""The bench measures what it says it does, on sizes so small that its figures mean nothing."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.bench import engine
from tests.bench.apart import ROOT, MeasurementError, apart
from tests.bench.makespan import least_seconds

ROWS_OF = {
    "throughput": 6,
    "episodes": 1,
    "fan-out": 3,
    "start-up": 7,
    "memory": 5,
    "rescans": 1,
    "live": 1,
}


@pytest.mark.parametrize("name", ROWS_OF)
def test_a_section_can_be_run_alone_and_gives_figures_above_zero(name: str, tmp_path: Path) -> None:
    found = bench("--only", name, folder=tmp_path)

    assert list(found) == [name]
    rows = found[name]["rows"]
    assert len(rows) == ROWS_OF[name]
    assert all(figure > 0 for row in rows for figure in row.values() if isinstance(figure, float))


def test_a_measurement_that_breaks_is_told_with_its_reason() -> None:
    """Nothing of it becomes a figure."""
    with pytest.raises(MeasurementError, match="'sometimes' is not a valid Synchronous"):
        apart(engine.rate, 1, "sometimes", is_sdk_patched=False)


@pytest.mark.parametrize(
    ("scans", "slots", "limits", "least"),
    [
        ([3, 5], 2, {}, 5),  # side by side
        ([3, 3, 4], 1, {}, 10),  # one after the other
        ([1, 1, 1], 3, {60: 1}, 121),  # two windows, then the last one's own time
        ([9, 1, 1], 3, {60: 2}, 61),  # a short one is left for the second window
        ([5] * 7, 2, {60: 3}, 125),
        ([5] * 6, 1, {60: 3}, 75),  # three are left, and one slot
        ([70] * 3, 1, {60: 1}, 210),  # the slot is what is short
    ],
)
def test_no_plan_of_scans_is_better_than_the_bound(
    scans: list[float], slots: int, limits: dict[int, int], least: float
) -> None:
    """Each of these can be reached."""
    assert least_seconds(scans, slots, limits) == least


def bench(*arguments: str, folder: Path) -> dict[str, Any]:
    """The sections of its JSON; each was also printed."""
    file = folder / "bench.json"
    command = [sys.executable, "-m", "tests.bench", "--tiny", "--json", str(file), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    sections: dict[str, Any] = json.loads(file.read_text())["sections"]
    assert all(section["title"] in done.stdout for section in sections.values())
    return sections
