"""What the log says when the record of a scan changes."""

from imagescan.errors import ScanFailed
from imagescan.scan.record import PENDING, ScanRecord
from imagescan.scan.status import Status
from imagescan.telemetry import Signal, scan_log

FAILURES = (Status.FAILED, Status.TIMED_OUT)


def tell_change(before: ScanRecord, after: ScanRecord) -> None:
    """Log the end of a scan, once: a failure as one exception with its reason.

    Called by whoever made the change, after it was stored; a group that could not be removed is
    told by itself.
    """
    if after.status.is_terminal and not before.status.is_terminal:
        _tell_end(after)
    if after.cleanup == PENDING != before.cleanup:
        log = scan_log(after.scan_id, Signal.CLEANUP_PENDING)
        log.error("%s is not confirmed gone", after.container_group)


def _tell_end(record: ScanRecord) -> None:
    image = record.image or "an unreadable resource"
    if record.status in FAILURES and record.reason is not None:
        failure = ScanFailed(f"{record.reason.code.value}: {record.reason.message}")
        log = scan_log(record.scan_id, Signal.SCAN_FAILED)
        log.error("Scan of %s failed: %s", image, failure, exc_info=failure)
        return
    log = scan_log(record.scan_id, Signal.SCAN_ENDED)
    verdict = f", {record.verdict.value}" if record.verdict else ""
    log.info("Scan of %s ended: %s%s", image, record.status.value, verdict)
