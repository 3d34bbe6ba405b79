"""What the app tells of scans, made by the app's own code."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from imagescan.deployment import Scope
from imagescan.estimate import Usual
from imagescan.rescan import Progress, Rescan, RescanItem, RescanStatus
from imagescan.rescan_reply import rescan_reply, with_plan
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Source
from imagescan.scan.status import Status, Verdict

SCAN_ID = "3f2a7c1e-8f5d-4a53-9f0e-0d6a3c1b2a10"
RESCAN_ID = "5c0d6c0e-2b7e-4c70-8a63-1f2f6f0a9d33"
OTHER_ID = "9b1d4f60-51c2-4f7e-8a44-6f5f3a7e9c21"
IMAGE = "registry.example.com/team/app:1.0"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SEVERITIES = ("critical", "high", "medium", "low", "info")


def counts(**found: int) -> dict[str, int]:
    return {name: found.get(name, 0) for name in SEVERITIES} | {"total": sum(found.values())}


def scan(status: Status = Status.ACCEPTED, *, image: str = IMAGE, **changed: Any) -> dict[str, Any]:
    record = ScanRecord(SCAN_ID, image, Source("request"), NOW, status)
    return replace(record, **changed).to_wire()


def completed(**found: int) -> dict[str, Any]:
    """A scan that is whole and found so many."""
    verdict = Verdict.VULNERABLE if found else Verdict.CLEAN
    return scan(Status.COMPLETED, counts=counts(**found), verdict=verdict, finished_at=NOW)


def joined(status: Status, **found: int) -> dict[str, Any]:
    """A scan that took the end of another one."""
    is_whole = status is Status.COMPLETED
    return scan(
        Status.SKIPPED,
        joined_scan_id=OTHER_ID,
        joined_status=status,
        counts=counts(**found) if is_whole else None,
        verdict=(Verdict.VULNERABLE if found else Verdict.CLEAN) if is_whole else None,
        finished_at=NOW,
    )


def without_result(code: ReasonCode, status: Status = Status.FAILED) -> dict[str, Any]:
    return scan(status, reason=Reason(code, "It did not work."), finished_at=NOW)


def finding(**changed: Any) -> dict[str, Any]:
    return {
        "qid": 376157,
        "title": "A vulnerability",
        "severity": "high",
        "severityLevel": 4,
        "type": "vulnerability",
        "package": "openssl",
        "installedVersion": "3.0.1",
        "cves": ["CVE-2024-1234"],
        "fixedVersion": "3.0.2",
        "path": None,
        "line": None,
        "layer": None,
    } | changed


def item(outcome: Outcome | None, number: int = 0, image: str = IMAGE) -> RescanItem:
    """One image of a rescan; under way where it has no outcome yet."""
    seconds = None if outcome is None else 90.0
    resource = f"/subscriptions/s/resourceGroups/rg/app-{number}"
    return RescanItem(f"k{number}", image, resource, OTHER_ID, outcome, seconds)


def rescan(
    status: RescanStatus, *items: RescanItem, dry_run: bool = False, problem: str | None = None
) -> dict[str, Any]:
    """As the app tells it, with two lanes."""
    finished = NOW if status.is_terminal else None
    scopes = (Scope("00000000-1111-2222-3333-444444444444", "rg"),)
    record = Rescan(
        RESCAN_ID, scopes, False, dry_run, NOW, status, problem=problem, finished_at=finished
    )
    body = rescan_reply(record, Progress(items), 2, NOW)
    return with_plan(body, Progress(items), Usual.assumed(60), 2, 0.00003) if dry_run else body


def outcome(status: Status, **found: int) -> Outcome:
    """The end of a scan that is whole; SKIPPED means as a fresh one."""
    verdict = Verdict.VULNERABLE if found else Verdict.CLEAN
    as_other = Status.COMPLETED if status is Status.SKIPPED else None
    return Outcome(status, verdict, counts=counts(**found), joined_status=as_other)


def running(**changed: Any) -> dict[str, Any]:
    """An image that runs, and was scanned."""
    last = {
        "scanId": SCAN_ID,
        "verdict": "vulnerable",
        "counts": counts(high=2),
        "finishedAt": "2026-01-01T00:00:00Z",
    }
    return {
        "image": IMAGE,
        "isScanned": True,
        "lastCompleted": last,
        "lastScan": None,
        "reason": None,
        "runsIn": ["/subscriptions/s/resourceGroups/rg/app"],
        "runsInTotal": 3,
    } | changed


def coverage(
    *images: dict[str, Any], unlisted: Sequence[dict[str, str]] = (), cursor: str | None = None
) -> dict[str, Any]:
    return {
        "total": len(images),
        "unlisted": list(unlisted),
        "images": list(images),
        "cursor": cursor,
    }
