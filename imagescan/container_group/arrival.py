"""What has arrived of a scan's documents in the log that carries them: whole, not yet, or never."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from imagescan.container_group.body import COURIER, SCANNER
from imagescan.container_group.frames import Sealed, TooLarge, read_courier_log
from imagescan.container_group.legacy_log import (
    AtLimit,
    HeadMissing,
    NoDocument,
    NotOneDocument,
    OneDocument,
    Unfinished,
    read_legacy_log,
)
from imagescan.report.documents import INVENTORY, LEGACY, REPORT
from imagescan.scan.profile import Profile
from imagescan.scan.reasons import Reason, ReasonCode

# A file is proven whole only if it was looked at after the scanner's last write, and a log may grow
# until then; ACI tells the end to the second.
SETTLED_AFTER_END = timedelta(seconds=2)


@dataclass(frozen=True)
class Arrived:
    """The documents by name, as the scanner wrote them: they may hold secrets."""

    documents: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True)
class NotYet:
    """Nothing to judge so far; a later look may show more."""

    missing: str


@dataclass(frozen=True)
class Never:
    """Looking again would show the same."""

    reason: Reason


Arrival = Arrived | NotYet | Never


def carrier(profile: Profile) -> str:
    """The container in whose log the documents come."""
    return SCANNER if profile is Profile.LEGACY else COURIER


def read_arrival(
    profile: Profile, log: str, finished_at: datetime, now: datetime, *, is_last: bool
) -> Arrival:
    """Read the carrier's log; `finished_at` is the scanner's end. The last look settles it."""
    settled_at = finished_at + SETTLED_AFTER_END
    if profile is Profile.LEGACY:
        return _from_scanner(log, is_settled=now > settled_at, is_last=is_last)
    return _from_courier(log, settled_at, is_last=is_last)


def _from_courier(log: str, sealed_after: datetime, *, is_last: bool) -> Arrival:
    """The report once it is sealed; the inventory is waited for as long, but need not come."""
    courier = read_courier_log(log)
    report = courier.document(REPORT, sealed_after)
    inventory = courier.document(INVENTORY, sealed_after)
    if isinstance(report, TooLarge):
        return Never(Reason(ReasonCode.REPORT_TRUNCATED))
    if not isinstance(report, Sealed):
        why = courier.problem or f"The report is {type(report).__name__.lower()}"
        return NotYet(f"{why[:300]}.")
    if isinstance(inventory, Sealed):
        return Arrived({REPORT: report.content, INVENTORY: inventory.content})
    if isinstance(inventory, TooLarge) or is_last:
        return Arrived({REPORT: report.content})
    return NotYet("The inventory is not sealed yet.")


def _from_scanner(log: str, *, is_settled: bool, is_last: bool) -> Arrival:
    """The document once the log cannot grow any more."""
    match read_legacy_log(log):
        case AtLimit():
            return _truncated("The scanner's log is as long as ACI keeps it, or longer.")
        case HeadMissing() if is_last:
            return _truncated("The document's beginning is missing.")
        case Unfinished() if is_last:
            return _truncated("The document is not finished.")
        case NotOneDocument() if is_last:
            message = "The log does not hold one JSON object, alone and well-formed."
            return Never(Reason(ReasonCode.REPORT_UNREADABLE, message))
        case OneDocument(content) if is_settled or is_last:
            return Arrived({LEGACY: content})
        case NoDocument():
            return NotYet("The scanner's log holds no JSON object.")
        case _:
            return NotYet("The scanner's log may still grow.")


def _truncated(message: str) -> Never:
    return Never(Reason(ReasonCode.REPORT_TRUNCATED, message))
