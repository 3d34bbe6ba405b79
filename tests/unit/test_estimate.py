"""How long a planned rescan takes and what it costs, and what that rests on."""

from datetime import UTC, datetime, timedelta

import pytest

from imagescan.admission import Gate, Priority, admit, begin_create
from imagescan.cost import Bill
from imagescan.estimate import Usual, estimate, makespan_seconds
from imagescan.rescan import Rescan
from imagescan.scan.outcome import Outcome
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Source
from imagescan.scan.status import Status, Verdict
from tests.fakes.app import fake_app
from tests.unit.test_rescans import SCOPE
from triggers.http_rescans import shown

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
DONE = Outcome(Status.COMPLETED, Verdict.CLEAN, counts={"total": 0})


def ended(seconds: float, running_seconds: float | None, number: int = 0) -> ScanRecord:
    """A scan that held its slot for so long."""
    record = ScanRecord(f"s{number}", f"a.io/{number}:1", Source("request"), NOW)
    over = record.moved_to(Status.PROVISIONING, NOW).ended_with(
        DONE, NOW + timedelta(seconds=seconds)
    )
    return over.billed(Bill(running_seconds, 0.1)) if running_seconds is not None else over


def test_an_estimate_rests_on_the_medians_of_past_scans() -> None:
    """One image that takes an hour says little about the others."""
    usual = Usual.of([ended(90, 60), ended(100, 70), ended(3600, 3500)], expected_seconds=5)

    assert (usual.slot_seconds, usual.running_seconds, usual.measured) == (100, 70, 3)
    told = estimate(10, usual, slots=4, second_usd=0.001)
    assert (told["seconds"], told["costUsd"], told["isMeasured"]) == (300, 0.7, True)
    assert "3 scans" in told["basis"]


@pytest.mark.parametrize("past", [[], [ended(90, None)], [ended(90, 0.0)]])
def test_where_no_scan_says_what_it_took_the_estimate_says_that_it_is_assumed(
    past: list[ScanRecord],
) -> None:
    """One that joined another ran nothing, and says nothing of what a scan takes."""
    told = estimate(1, Usual.of(past, expected_seconds=60), slots=4, second_usd=0.001)

    assert (told["seconds"], told["costUsd"], told["isMeasured"]) == (165, 0.105, False)
    assert told["basis"].startswith("No scan has completed yet whose cost is known. Assumed are")


@pytest.mark.parametrize(
    ("scans", "each", "slots", "seconds"),
    [
        (0, 60, 20, 0),
        (1, 60, 20, 60),
        (20, 60, 20, 60),
        (21, 60, 20, 120),
        (96, 1, 100, 301),  # 95 in five minutes
        (286, 1, 100, 3601),  # 285 in an hour
        (571, 1, 100, 7201),
    ],
)
def test_slots_and_the_windows_of_azure_bound_how_fast_it_goes(
    scans: int, each: float, slots: int, seconds: float
) -> None:
    """By hand."""
    assert makespan_seconds(scans, each, slots) == seconds


@pytest.mark.parametrize(
    ("scans", "each", "slots"), [(40, 100, 3), (100, 5, 50), (290, 7, 60), (30, 60, 100)]
)
def test_the_gate_itself_lets_so_many_in_no_faster(scans: int, each: int, slots: int) -> None:
    """Whoever asks it again as soon as it says takes as long as the estimate, or longer."""
    gate, now, ends, begun = Gate(), 0, dict[str, int](), 0
    while begun < scans:
        gate = gate.without([name for name, at in ends.items() if at <= now])
        gate, wait = admit(gate, str(begun), Priority.RESCAN, now, slots)
        if wait is None:
            gate, wait = begin_create(gate, str(begun), now, slots)
        if wait is None:
            ends[str(begun)] = now + each
            begun += 1
        else:
            now += wait.seconds

    assert max(ends.values()) >= makespan_seconds(scans, each, slots)


def test_a_dry_run_over_http_tells_its_basis() -> None:
    """Measured as soon as there is something to measure by."""
    app, _ = fake_app()
    begun = Rescan("r1", (SCOPE,), False, True, NOW)
    rescan = begun.ended(None, NOW)
    app.rescan_items.add("r1", "a.io/a:1", "web", None)
    assert shown(app, begun)["estimate"] is None
    assert shown(app, rescan)["estimate"]["isMeasured"] is False

    app.scans.open(ended(90, 60, number=1))

    told = shown(app, rescan)["estimate"]
    assert (told["isMeasured"], told["scans"], told["seconds"]) == (True, 1, 90)
    assert told["costUsd"] == round(60 * app.settings.group_second_usd, 6)
