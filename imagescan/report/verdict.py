"""Whether a scan completed, and what it says: the invariant "never falsely clean" in one place."""

from collections.abc import Sequence
from dataclasses import dataclass

from imagescan.report.findings import Counts
from imagescan.report.inventory import Inventory
from imagescan.report.parse import Report
from imagescan.scan.exit_codes import SCANNED, Scanned, read_exit_code
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.status import Verdict


@dataclass(frozen=True)
class Completed:
    """The scan is whole."""

    verdict: Verdict
    counts: Counts


@dataclass(frozen=True)
class Incomplete:
    """The scan says nothing about the image."""

    reason_code: ReasonCode
    message: str


def judge(
    exit_code: int, report: Report, inventory: Inventory | None, requested_scan_types: Sequence[str]
) -> Completed | Incomplete:
    """Judge a report that arrived whole and parsed.

    Completed needs an exit code of 0, 42 or 43 and no requested type told as failed or partial.
    Clean needs proof on top: an inventory that says SUCCESS for every requested type and that
    recognised an operating system or a package.
    """
    if exit_code not in SCANNED:
        meaning = read_exit_code(exit_code)
        assert not isinstance(meaning, Scanned)
        return Incomplete(meaning.reason.code, meaning.reason.message)
    if inventory is not None:
        problems = [inventory.problem(kind) for kind in requested_scan_types]
        if any(problems):
            return Incomplete(ReasonCode.SCAN_INCOMPLETE, " ".join(filter(None, problems))[:500])
    if report.counts.total:
        return Completed(Verdict.VULNERABLE, report.counts)
    missing = _missing_proof(inventory, requested_scan_types)
    if missing:
        return Incomplete(ReasonCode.SCAN_INCOMPLETE, missing)
    return Completed(Verdict.CLEAN, report.counts)


def _missing_proof(inventory: Inventory | None, requested: Sequence[str]) -> str | None:
    if inventory is None:
        return "Nothing was found, and no inventory proves that anything was looked at."
    unproven = [kind for kind in requested if not inventory.is_proven(kind)]
    if unproven:
        return f"The inventory does not say that it scanned for {', '.join(unproven)}."
    if not inventory.recognised_anything:
        return "Neither an operating system nor a package was recognised in the image."
    return None
