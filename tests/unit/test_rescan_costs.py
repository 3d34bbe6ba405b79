"""What a rescan says that its scans cost."""

from typing import Any

from activities import rescans
from imagescan.bootstrap import App
from imagescan.cost import Bill
from imagescan.rescan import RescanRequest
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Source
from tests.unit.test_rescans import DONE, asked, gather, reply


def scanned(app: App, request: RescanRequest, bills: list[Bill | None]) -> None:
    """Deal with an image after the other; None: its scan has no figures."""
    for number, bill in enumerate(bills):
        scan_id = f"s{number}"
        taken = rescans.take(app, request.rescan_id, scan_id, 0)
        record = ScanRecord(scan_id, taken["image"], Source("rescan"), app.clock.now())
        ended = record.ended_with(DONE, app.clock.now())
        app.scans.open(ended.billed(bill) if bill else ended)
        rescans.finish_one(app, request.rescan_id, taken["key"], DONE)


def costs(told: dict[str, Any]) -> tuple[float | None, float | None, int]:
    return told["runningSeconds"], told["costUsd"], told["scansWithoutCost"]


def test_the_scans_of_a_rescan_are_added_up_and_those_without_a_figure_are_counted() -> None:
    """A sum that leaves something out says how much."""
    app, _, request = asked(["a.io/a:1", "a.io/b:1", "a.io/c:1", "a.io/d:1"])
    gather(app, request)
    assert costs(reply(app)) == (None, None, 0)

    scanned(app, request, [Bill(60.0, 0.001), Bill(30.5, 0.0005), None])

    assert costs(reply(app)) == (90.5, 0.0015, 1)


def test_a_rescan_that_skipped_everything_cost_nothing() -> None:
    """Nothing ran, and that is known."""
    app, _, request = asked(["a.io/a:1"])
    gather(app, request)

    scanned(app, request, [Bill(0.0, 0.0)])

    assert costs(reply(app)) == (0.0, 0.0, 0)


def test_an_image_that_never_had_a_scan_is_no_scan_without_a_figure() -> None:
    """It could not be scanned, or was not begun."""
    app, _, request = asked(["UPPER/case", "a.io/a:1"])
    gather(app, request)
    rescans.finish(app, "r1", "It broke.")

    assert costs(reply(app)) == (None, None, 0)


def test_an_image_keeps_the_figures_it_was_finished_with() -> None:
    """The step runs at least once, and a later end changes nothing."""
    app, _, request = asked(["a.io/a:1"])
    gather(app, request)
    scanned(app, request, [Bill(60.0, 0.001)])
    [item] = app.rescan_items.progress("r1").items

    rescans.finish_one(app, "r1", item.key, Outcome.failed(ReasonCode.INTERNAL))

    assert costs(reply(app)) == (60.0, 0.001, 0)
