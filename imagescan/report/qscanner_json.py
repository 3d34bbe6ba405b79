"""qscanner's JSON report, in both spellings that are known.

Released versions (read by qualys-packer): top-level Vulnerabilities[]. 5.3 development builds (read
by cnapp-demo): VulnerabilityReport beside Inventory. Field names differ in case and form.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from imagescan.errors import ReportError
from imagescan.report.findings import Finding, FindingType
from imagescan.report.packages import for_each_package
from imagescan.report.reading import (
    cves,
    is_list,
    number,
    objects,
    pick,
    qid,
    severity,
    text,
    title,
)


def read_qscanner_json(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Every finding; raises `ReportError` where there is nothing to find them in."""
    report = pick(document, "VulnerabilityReport")
    source = report if isinstance(report, Mapping) else document
    vulnerabilities = pick(source, "Vulnerabilities", "details")
    if not is_list(vulnerabilities):
        raise ReportError("The JSON report has no list of vulnerabilities.")
    for place, item in enumerate(vulnerabilities):
        if not isinstance(item, Mapping):
            raise ReportError(f"Vulnerabilities[{place}] of the JSON report is no object.")
        yield from _vulnerability(item)
    inventory = pick(document, "Inventory")
    yield from _misconfigurations(inventory)
    yield from read_secrets(inventory)


def _vulnerability(item: Mapping[str, Any]) -> Iterator[Finding]:
    """One item (a QID) stands for one finding per package that it concerns."""
    finding = Finding(
        title=title(pick(item, "Title")) or "vulnerability",
        severity=severity(pick(item, "Severity"), pick(item, "customerSeverity")) or 1,
        qid=qid(pick(item, "Qid")),
        cves=cves(pick(item, "Cves", "cve-ids", "cveIds")),
    )
    yield from for_each_package(finding, item)


def _misconfigurations(inventory: object) -> Iterator[Finding]:
    for item in objects(pick(inventory, "Misconfigurations")):
        yield Finding(
            title=title(pick(item, "Title", "CheckID")) or "misconfiguration",
            severity=severity(pick(item, "Severity")) or 1,
            type=FindingType.COMPLIANCE,
            path=text(pick(item, "FilePath")),
            line=number(pick(item, "StartLine")),
        )


def read_secrets(inventory: object) -> Iterator[Finding]:
    """Found secrets by place and kind; `Match` holds the value and is never read."""
    for result in objects(pick(inventory, "SecretResults")):
        target = text(pick(result, "Target"))
        for item in objects(pick(result, "Secrets", "Details")):
            yield Finding(
                title=title(pick(item, "Title", "Category", "RuleID")) or "secret",
                severity=severity(pick(item, "Severity")) or 1,
                type=FindingType.SECRET,
                path=target,
                line=number(pick(item, "StartLine")),
            )
