"""The app's log: every line of a scan carries its id and Component=QScannerACI.

Both reach Application Insights as customDimensions (imagescan.adapters.application_insights), by
which queries and alert rules find them: what is in infrastructure/queries looks for these names.
Images, resources and messages come from strangers: no line holds a character that only acts.
"""

import logging
from enum import StrEnum

COMPONENT = "QScannerACI"
LOGGER = logging.getLogger("imagescan")


def printable(text: str) -> str:
    """The text, what is not seen in it escaped as Python writes it (`\\x1b`, `\\n`, `\\u202e`).

    Control characters, line ends, overrides of direction, halves of surrogates: they would drive a
    terminal, forge lines, or keep a line from being written.
    """
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


def _neutralise(record: logging.LogRecord) -> bool:
    """For whatever handles the record later: what is told, and an exception's own words."""
    if isinstance(record.args, tuple):
        record.args = tuple(map(_shown, record.args))
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        error.args = tuple(map(_shown, error.args))
    return True


def _shown(value: object) -> object:
    return value if isinstance(value, int | float) else printable(str(value))


LOGGER.addFilter(_neutralise)


class Signal(StrEnum):
    """What an alert rule or a chart waits for, in customDimensions.Signal."""

    SCAN_ENDED = "scan_ended"
    SCAN_FAILED = "scan_failed"
    CLEANUP_PENDING = "cleanup_pending"
    REAPER_LOOKED = "reaper_looked"
    ORCHESTRATIONS_PENDING = "orchestrations_pending"
    ACCESS_TOKEN_EXPIRES = "access_token_expires"  # noqa: S105  # no token


def scan_log(
    scan_id: str | None = None, signal: Signal | None = None
) -> logging.LoggerAdapter[logging.Logger]:
    """A logger whose records have `Component` and, where given, `scanId` and `Signal`."""
    extra = {"Component": COMPONENT}
    if scan_id:
        extra["scanId"] = scan_id
    if signal:
        extra["Signal"] = signal.value
    return logging.LoggerAdapter(LOGGER, extra)
