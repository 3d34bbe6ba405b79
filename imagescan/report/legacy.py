"""The one document of the legacy profile.

Its shape is what this app's predecessor read (qualys-aci at 333313a): `vulnerabilities` and
`compliance` at the top or in `results`. No real document is known. What it may hold beyond that to
prove the scan is looked for in the words of qscanner's own inventory, the only ones published.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from imagescan.errors import ReportError
from imagescan.report.findings import Finding, FindingType, merge
from imagescan.report.inventory import Inventory, ScanPerformed, told_in
from imagescan.report.parse import Report
from imagescan.report.reading import (
    cves,
    is_list,
    objects,
    pick,
    qid,
    read_json,
    severity,
    text,
    title,
)

SCAN_TYPES = ("pkg",)
UNKNOWN_SEVERITY = 3  # medium, as the predecessor had it
_PASSED = frozenset({"pass", "passed", "notapplicable", "not_applicable"})
_SUCCESS = frozenset({"success", "succeeded", "completed", "complete", "finished", "ok"})


@dataclass(frozen=True)
class LegacyDocument:
    """What was found, and what the document tells of the scan itself."""

    report: Report
    inventory: Inventory

    @property
    def scan_types(self) -> tuple[str, ...]:
        """Those that have to be told as done: what was asked for, and whatever else is told."""
        told = (scan.scan_type for scan in self.inventory.scans)
        return tuple(dict.fromkeys([*SCAN_TYPES, *told]))


def parse_legacy(document: bytes) -> LegacyDocument:
    """Parse the document; raises `ReportError` and nothing else."""
    return legacy_of(read_json(document, "document"))


def legacy_of(data: Mapping[str, Any]) -> LegacyDocument:
    """See `parse_legacy`; `data` is the document's object as `read_json` gives it."""
    findings = [*_vulnerabilities(data), *_failed_checks(data)]
    inventory = told_in(data)
    if _tells_of_failure(data):
        failed = ScanPerformed(SCAN_TYPES[0], succeeded=False, partial=None)
        inventory = replace(inventory, scans=(*inventory.scans, failed))
    return LegacyDocument(Report(merge([*findings, *inventory.secrets])), inventory)


def _vulnerabilities(data: Mapping[str, Any]) -> Iterator[Finding]:
    listed = pick(data, "vulnerabilities")
    if listed is None:
        listed = pick(pick(data, "results"), "vulnerabilities")
    if not is_list(listed):
        raise ReportError("The document has no list of vulnerabilities.")
    for place, item in enumerate(listed):
        if not isinstance(item, Mapping):
            raise ReportError(f"vulnerabilities[{place}] of the document is no object.")
        yield _vulnerability(item)


def _vulnerability(item: Mapping[str, Any]) -> Finding:
    package = pick(item, "package")
    return Finding(
        title=title(pick(item, "title", "name")) or "vulnerability",
        severity=severity(pick(item, "severity")) or UNKNOWN_SEVERITY,
        qid=qid(pick(item, "qid", "id")),
        cves=cves(pick(item, "cve", "cveId", "cves")),
        package=text(pick(package, "name")) or text(pick(item, "packageName")) or text(package),
        installed_version=text(pick(package, "version")) or text(pick(item, "packageVersion")),
        fixed_version=text(pick(item, "fixedVersion", "fix")),
    )


def _failed_checks(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Every compliance check that is not told as passed."""
    listed = pick(data, "compliance") or pick(pick(data, "results"), "compliance")
    for check in objects(listed):
        if str(pick(check, "status")).lower() not in _PASSED:
            yield Finding(
                title=title(pick(check, "title", "name", "id", "checkId")) or "compliance check",
                severity=severity(pick(check, "severity")) or 1,
                type=FindingType.COMPLIANCE,
            )


def _tells_of_failure(data: Mapping[str, Any]) -> bool:
    """Whether it holds an error, or a status that is none of success."""
    status = pick(data, "status")
    is_error = bool(pick(data, "error") or pick(data, "errors"))
    return is_error or (status is not None and str(status).lower() not in _SUCCESS)
