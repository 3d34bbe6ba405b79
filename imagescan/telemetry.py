"""The app's log: every line of a scan carries its id and Component=QScannerACI.

Both reach Application Insights as customDimensions (imagescan.adapters.application_insights), by
which queries and alert rules find them: what is in infrastructure/queries looks for these names.
"""

import logging
from enum import StrEnum

COMPONENT = "QScannerACI"
LOGGER = logging.getLogger("imagescan")


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
