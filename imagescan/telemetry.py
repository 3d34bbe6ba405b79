"""The app's log: every line of a scan carries its id and Component=QScannerACI."""

import logging

COMPONENT = "QScannerACI"
LOGGER = logging.getLogger("imagescan")


def scan_log(scan_id: str | None = None) -> logging.LoggerAdapter[logging.Logger]:
    """A logger whose records have `Component` and, for a scan, `scanId`."""
    extra = {"Component": COMPONENT} | ({"scanId": scan_id} if scan_id else {})
    return logging.LoggerAdapter(LOGGER, extra)
