"""Claiming an image, so that it is scanned once at a time, and giving the claim up."""

from datetime import datetime
from typing import Any

import azure.durable_functions as df

from imagescan.bootstrap import App, app
from imagescan.records.images import Posture
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import NOT_SHARED, ReasonCode
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import ScanRequest
from imagescan.scan.status import Status

bp = df.Blueprint()


@bp.activity_trigger(input_name="step")
def acquire_claim(step: dict) -> dict:
    """See `acquire`."""
    return acquire(app(), ScanRequest.from_dict(step["request"]), step["holder"])


@bp.activity_trigger(input_name="step")
def release_claim(step: dict) -> dict:
    """Give up the claim if the scan still holds it."""
    app().claims.release(step["claim_key"], step["scan_id"])
    return {}


def acquire(app: App, request: ScanRequest, waited_for: str | None) -> dict[str, Any]:
    """Claim the image, or take the result of the scan that was waited for, or a fresh one.

    Returns {isHeld, holder, outcome}: `outcome` is there when this scan need not run, or was
    cancelled before it did. `force` passes over a fresh result, never over a scan that is running.
    """
    now = app.clock.now()
    app.scans.open(ScanRecord(request.scan_id, request.image, request.source, now))
    record = app.scans.change(request.scan_id, lambda known: known.moved_to(Status.QUEUED, now))
    outcome = _without_scanning(app, request, record, waited_for)
    if outcome:
        # It may have been acquired by a run of this step whose result was lost.
        app.claims.release(request.claim_key, request.scan_id)
        return {"isHeld": False, "holder": None, "outcome": outcome.to_dict()}
    holder = app.claims.acquire(request.claim_key, request.scan_id, now)
    if holder == request.scan_id:
        app.claims.note_reference(request.image, request.scan_id)
    return {"isHeld": holder == request.scan_id, "holder": holder, "outcome": None}


def _without_scanning(
    app: App, request: ScanRequest, record: ScanRecord, waited_for: str | None
) -> Outcome | None:
    if record.status.is_terminal:  # somebody gave the scan up, and nothing waits for it any more
        return Outcome.failed(ReasonCode.HOST_LOST, "Its record had been ended already.")
    if record.cancel_requested or app.rescans.is_cancelled(request.source.rescan_id):
        return Outcome.failed(ReasonCode.CANCELLED)
    return _result_of(app, waited_for) or _fresh(app, request)


def _result_of(app: App, waited_for: str | None) -> Outcome | None:
    """The end of the scan that was waited for, where it says something about the image."""
    ended = app.scans.get(waited_for) if waited_for else None
    if ended is None or not ended.status.is_terminal or ended.status is Status.SKIPPED:
        return None
    if ended.reason is not None and ended.reason.code in NOT_SHARED:
        return None
    return Outcome(
        Status.SKIPPED,
        verdict=ended.verdict,
        reason=ended.reason,
        counts=ended.counts,
        joined_scan_id=ended.scan_id,
        joined_status=ended.status,
    )


def _fresh(app: App, request: ScanRequest) -> Outcome | None:
    """A completed scan of the same digest (else reference) that is young enough."""
    posture = app.images.of_digest(request.digest) if request.digest else None
    posture = posture or app.images.latest(request.image)
    if posture is None or posture.digest != request.digest:
        return None
    return posture.taken() if _is_fresh(app, request, posture) else None


def _is_fresh(app: App, request: ScanRequest, posture: Posture) -> bool:
    """`force` passes over all but what has finished since it was asked for."""
    if request.fresh_since:
        return posture.finished_at >= datetime.fromisoformat(request.fresh_since)
    cache_hours = app.settings.scan_cache_hours
    return not request.force and posture.is_fresh(app.clock.now(), cache_hours)
