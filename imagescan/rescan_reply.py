"""What the HTTP API tells of a rescan (camelCase, ISO-8601 UTC; links are relative to the host)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from imagescan.estimate import Usual, estimate
from imagescan.rescan import Progress, Rescan
from imagescan.scan.record import iso

MOST_FAILURES, MOST_IMAGES = 100, 1000


def rescan_reply(rescan: Rescan, progress: Progress, lanes: int, now: datetime) -> dict[str, Any]:
    """The `rescan` of the API, without what only a dry run has."""
    left = None if rescan.status.is_terminal else progress.seconds_left(lanes)
    only = rescan.scopes[0] if len(rescan.scopes) == 1 else None
    return {
        "rescanId": rescan.rescan_id,
        "subscriptionId": only and only.subscription_id,
        "resourceGroup": only and only.resource_group,
        "force": rescan.force,
        "dryRun": rescan.dry_run,
        "status": rescan.status.value,
        "cancelRequested": rescan.cancel_requested,
        "problem": rescan.problem,
        "total": len(progress.items),
        "counts": progress.counts,
        "skippedAsFresh": progress.fresh,
        "found": progress.found,
        "hint": _hint(progress.fresh),
        "runningSeconds": progress.bill.running_seconds,
        "costUsd": progress.bill.cost_usd,
        "scansWithoutCost": progress.without_bill,
        "failures": [item.to_wire() for item in progress.failures[:MOST_FAILURES]],
        "estimate": None,
        "images": None,
        "eta": None if left is None else iso(now + timedelta(seconds=left)),
        "createdAt": iso(rescan.created_at),
        "finishedAt": iso(rescan.finished_at),
        "links": {"self": f"/api/rescans/{rescan.rescan_id}"},
    }


def with_plan(
    reply: Mapping[str, Any], progress: Progress, usual: Usual, slots: int, second_usd: float
) -> dict[str, Any]:
    """The reply of a dry run: the images that would be scanned, about how long and for how much."""
    to_scan = [item for item in progress.items if item.outcome is None]
    return {
        **reply,
        "images": [item.to_wire() for item in to_scan[:MOST_IMAGES]],
        "estimate": estimate(len(to_scan), usual, slots, second_usd),
    }


def _hint(fresh: int) -> str | None:
    if not fresh:
        return None
    return (
        f"{fresh} of the images had been scanned within SCAN_CACHE_HOURS and were not scanned "
        'again. Ask with "force": true to scan them all the same.'
    )
