"""Whether a step of a scan may still act."""

from datetime import datetime

from imagescan.records.claims import Claims
from imagescan.records.scans import Scans
from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.request import Attempt


def why_stopped(claims: Claims, scans: Scans, attempt: Attempt, now: datetime) -> Reason | None:
    """None while the attempt may go on, and then its claim is renewed; else why it may not.

    It may not when another scan holds the claim or a later attempt has begun, when somebody asked
    to cancel, and when its record was ended by somebody else.
    """
    if not claims.renew(attempt.claim_key, attempt.scan_id, attempt.number, now):
        return Reason(ReasonCode.HOST_LOST, "Another scan of the image took over.")
    record = scans.get(attempt.scan_id)
    if record is not None and record.status.is_terminal:
        return Reason(ReasonCode.HOST_LOST, "Its record had been ended already.")
    if record is not None and record.cancel_requested:
        return Reason(ReasonCode.CANCELLED)
    return None
