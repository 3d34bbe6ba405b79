"""What Application Insights is sent: by the real exporter, read from the wire."""

import logging
from datetime import timedelta

import pytest

from activities.left_behind import end, find
from activities.results import record
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Source
from imagescan.scan.status import Status, Verdict
from imagescan.telemetry import COMPONENT, Signal, scan_log
from tests.fakes.app import fake_app
from tests.telemetry.conftest import Flushed, sending
from tests.telemetry.ingestion import EXCEPTION, MESSAGE
from tests.unit.environment import COMPLETE

SCAN = "11111111-2222-4333-8444-555555555555"
IMAGE = "docker.io/library/nginx:1.27"
DENIED = Outcome.failed(ReasonCode.REGISTRY_DENIED, "The registry said no.")


def test_component_and_scan_id_reach_custom_dimensions(sent: Flushed) -> None:
    """Operators look for both; the worker alone would send the text only."""
    scan_log(SCAN).info("Scanning image %s in container group %s", IMAGE, "qscanner-x")

    [message] = sent().of_type(MESSAGE)
    assert message["message"] == f"Scanning image {IMAGE} in container group qscanner-x"
    assert message["severityLevel"] == 1  # Information
    assert message["properties"]["Component"] == COMPONENT == "QScannerACI"
    assert message["properties"]["scanId"] == SCAN


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (DENIED, "registry_denied: The registry said no."),
        (Outcome(Status.TIMED_OUT, reason=DENIED.reason), "registry_denied: The registry said no."),
    ],
)
def test_a_scan_without_a_result_is_one_exception(
    sent: Flushed, outcome: Outcome, text: str
) -> None:
    """However often the step runs that writes it down."""
    app, fakes = fake_app()
    app.scans.open(ScanRecord(SCAN, IMAGE, Source("request"), fakes.clock.now()))

    record(app, SCAN, outcome)
    record(app, SCAN, outcome)

    ingestion = sent()
    [exception] = ingestion.of_type(EXCEPTION)
    assert [one["typeName"] for one in exception["exceptions"]] == ["ScanFailed"]
    assert text in exception["exceptions"][0]["message"]
    assert exception["properties"]["Component"] == "QScannerACI"
    assert exception["properties"]["scanId"] == SCAN
    assert exception["properties"]["Signal"] == Signal.SCAN_FAILED
    assert ingestion.of_type(MESSAGE) == []


def test_a_scan_with_a_result_is_no_exception(sent: Flushed) -> None:
    app, fakes = fake_app()
    app.scans.open(ScanRecord(SCAN, IMAGE, Source("request"), fakes.clock.now()))

    record(app, SCAN, Outcome(Status.COMPLETED, Verdict.CLEAN, counts={"total": 0}))

    ingestion = sent()
    assert ingestion.of_type(EXCEPTION) == []
    [message] = ingestion.of_type(MESSAGE)
    assert message["message"] == f"Scan of {IMAGE} ended: completed, clean"
    assert message["properties"]["Signal"] == Signal.SCAN_ENDED


def test_a_scan_that_the_reaper_ends_is_one_exception_too(sent: Flushed) -> None:
    app, fakes = fake_app()
    app.scans.open(ScanRecord(SCAN, IMAGE, Source("request"), fakes.clock.now()))

    end(app, SCAN, fakes.clock.now())
    end(app, SCAN, fakes.clock.now())

    [exception] = sent().of_type(EXCEPTION)
    assert exception["exceptions"][0]["message"].startswith(f"Scan of {IMAGE} failed: host_lost")


def test_a_group_that_is_not_confirmed_gone_is_told(sent: Flushed) -> None:
    """An alert rule waits for it: it may cost money."""
    app, fakes = fake_app()
    app.scans.open(ScanRecord(SCAN, IMAGE, Source("request"), fakes.clock.now()))

    record(app, SCAN, DENIED.with_attempt(1, "qscanner-x", "pending"))

    told = {one["properties"]["Signal"]: one["message"] for one in sent().of_type(MESSAGE)}
    assert told == {Signal.CLEANUP_PENDING: "qscanner-x is not confirmed gone"}


def test_the_reaper_tells_that_it_looked_even_where_it_finds_nothing(sent: Flushed) -> None:
    """An alert rule waits for its silence."""
    app, fakes = fake_app()

    find(app, [], fakes.clock.now() - timedelta(days=1))

    [message] = sent().of_type(MESSAGE)
    assert message["properties"]["Signal"] == Signal.REAPER_LOOKED


class Hearing(logging.Handler):
    """Keeps what it hears."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self.heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


def test_what_is_sent_goes_nowhere_else(sent: Flushed) -> None:
    """The worker would hand it on without its dimensions, a second time."""
    heard: list[str] = []
    worker = Hearing(heard)  # the worker listens at the root
    logging.getLogger().addHandler(worker)
    try:
        scan_log(SCAN).warning("Only once")
    finally:
        logging.getLogger().removeHandler(worker)

    assert len(sent().of_type(MESSAGE)) == 1
    assert heard == []


def test_a_line_that_cannot_be_written_stops_no_scan(
    sent: Flushed, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log is told as Python's own handlers tell it, and what comes after is sent."""
    [handler] = sending()
    unwritable = logging.LogRecord("imagescan", logging.INFO, "", 1, "%d scans", ("no",), None)

    handler.handle(unwritable)
    scan_log(SCAN).info("Next")

    assert [one["message"] for one in sent().of_type(MESSAGE)] == ["Next"]
    assert "--- Logging error ---" in capsys.readouterr().err


def test_nothing_but_our_own_fields_is_sent(sent: Flushed) -> None:
    """No secret, no path of a file, nothing that a record happens to hold."""
    try:
        int("broken")
    except ValueError as error:
        scan_log(SCAN).error("It broke", exc_info=error)

    [exception] = sent().of_type(EXCEPTION)
    assert set(exception["properties"]) <= {"Component", "scanId", "logger_name"}
    assert "ValueError: invalid literal" in exception["exceptions"][0]["stack"]
    assert COMPLETE["QUALYS_ACCESS_TOKEN"] not in str(sent().sent)
