"""What runs and whether it was scanned: what the HTTP API tells of an image that is in use."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from imagescan.inventory.running import ImageInUse
from imagescan.records.images import Posture
from imagescan.scan.reasons import Explanation
from imagescan.scan.record import ScanRecord, iso

MOST_RESOURCES = 100


class NotYet(StrEnum):
    """Why an image is unscanned where no scan of it has failed; else it is that scan's reason."""

    NEVER_SCANNED = "never_scanned"
    SCAN_UNDER_WAY = "scan_under_way"


NOT_YET = {
    NotYet.NEVER_SCANNED: Explanation(
        "No scan of this image was ever asked for.",
        "Rescan the resource group, or scan the image.",
    ),
    NotYet.SCAN_UNDER_WAY: Explanation(
        "Its first scan is under way.",
        "Wait for its end.",
    ),
}


@dataclass(frozen=True)
class Coverage:
    """An image that runs, its last completed scan, and its last scan however that stands."""

    in_use: ImageInUse
    completed: Posture | None
    last: ScanRecord | None

    def to_wire(self) -> dict[str, Any]:
        """As the HTTP API shows it (camelCase, ISO-8601 UTC)."""
        resources = [str(resource) for resource in self.in_use.resources]
        return {
            "image": self.in_use.image.name,
            "isScanned": self.completed is not None,
            "lastCompleted": posture_to_wire(self.completed),
            "lastScan": _last_to_wire(self.last),
            "reason": self._why_unscanned(),
            "runsIn": resources[:MOST_RESOURCES],
            "runsInTotal": len(resources),
        }

    def _why_unscanned(self) -> dict[str, str] | None:
        problem = self.in_use.image.problem
        if problem:
            return problem.to_wire()
        if self.completed:
            return None
        if self.last and self.last.reason:
            return self.last.reason.to_wire()
        is_under_way = self.last and not self.last.status.is_terminal
        code = NotYet.SCAN_UNDER_WAY if is_under_way else NotYet.NEVER_SCANNED
        told = NOT_YET[code]
        return {"code": code.value, "message": told.sentence, "remedy": told.remedy}


def posture_to_wire(posture: Posture | None) -> dict[str, Any] | None:
    """A completed scan in short."""
    if posture is None:
        return None
    return {
        "scanId": posture.scan_id,
        "verdict": posture.verdict.value,
        "counts": dict(posture.counts),
        "finishedAt": iso(posture.finished_at),
    }


def _last_to_wire(record: ScanRecord | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        "scanId": record.scan_id,
        "status": record.status.value,
        "createdAt": iso(record.created_at),
    }
