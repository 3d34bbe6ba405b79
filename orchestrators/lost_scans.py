"""Scans whose orchestration was ended from outside: whoever called it writes down their end."""

from imagescan import function_names as names
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from orchestrators.context import PERSISTENT, Context, Steps, step

LOST = Outcome.failed(ReasonCode.HOST_LOST, "Its orchestration was ended from outside.")


def record_lost(context: Context, scan_id: str) -> Steps:
    """Record that the scan is lost, unless its record has ended; returns that outcome as a dict."""
    outcome = LOST.to_dict()
    ended = {"scan_id": scan_id, "outcome": outcome}
    yield step(context, names.RECORD_OUTCOME, ended, PERSISTENT)
    return outcome
