"""The log is read in terminals and by line, and what it tells comes from strangers."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imagescan.records.telling import tell_change
from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Source
from imagescan.scan.status import Status
from imagescan.telemetry import LOGGER, printable, scan_log

HOSTILE = "bad\x1b[31m\x9b2J\x7f\r\nERROR forged\u202e\u2066\u2028\ud800:1"


class Lines(logging.Handler):
    """Formats as any handler does."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(self.format(record))


def lines_of(work: Callable[[], None]) -> list[str]:
    """What the app's logger tells while `work` runs, as handlers write it."""
    lines, level = Lines(), LOGGER.level
    LOGGER.addHandler(lines)
    LOGGER.setLevel(logging.INFO)
    try:
        work()
    finally:
        LOGGER.removeHandler(lines)
        LOGGER.setLevel(level)
    return lines.told


def ended(status: Status, reason: Reason | None) -> tuple[ScanRecord, ScanRecord]:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    queued = ScanRecord("s1", HOSTILE, Source("request"), now)
    return queued, ScanRecord("s1", HOSTILE, Source("request"), now, status=status, reason=reason)


@given(st.text())
@example(HOSTILE)
def test_no_line_holds_what_only_acts(text: str) -> None:
    """Whatever is told, there is one line, it can be written, and what can be seen is as it was."""
    [line] = lines_of(lambda: scan_log().info("%s is %d", text, 1))

    assert line.isprintable()
    assert line.encode().decode() == line
    assert line == f"{printable(text)} is 1"


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"])))
def test_what_can_be_seen_is_told_as_it_is(text: str) -> None:
    """Names in any language."""
    assert printable(text) == text


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status.FAILED, Reason(ReasonCode.IMAGE_UNAVAILABLE, HOSTILE)),
        (Status.CANCELLED, None),
    ],
)
def test_the_end_of_a_scan_is_told_in_what_can_be_seen(
    status: Status, reason: Reason | None
) -> None:
    """The exception that a failure is told as, too."""
    [line] = lines_of(lambda: tell_change(*ended(status, reason)))

    assert "bad\\x1b[31m\\x9b2J\\x7f\\r\\nERROR forged\\u202e\\u2066\\u2028\\ud800:1" in line
    assert line.replace("\n", "").isprintable()
    assert not any(one.startswith("ERROR") for one in line.splitlines())
