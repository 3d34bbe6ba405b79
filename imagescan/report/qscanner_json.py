"""qscanner's JSON report, in both spellings that are known.

Released versions (read by qualys-packer): top-level Vulnerabilities[]. 5.3 development builds (read
by cnapp-demo): VulnerabilityReport beside Inventory. Field names differ in case and form.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from imagescan.errors import ReportError
from imagescan.report.findings import Finding, FindingType
from imagescan.report.reading import cves, number, objects, pick, severity, text, title


def read_qscanner_json(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Every finding; raises `ReportError` where there is nothing to find them in."""
    report = pick(document, "VulnerabilityReport")
    source = report if isinstance(report, Mapping) else document
    vulnerabilities = pick(source, "Vulnerabilities", "details")
    if not isinstance(vulnerabilities, list):
        raise ReportError("The JSON report has no list of vulnerabilities.")
    for place, item in enumerate(vulnerabilities):
        if not isinstance(item, Mapping):
            raise ReportError(f"Vulnerabilities[{place}] of the JSON report is no object.")
        yield from _vulnerability(item)
    inventory = pick(document, "Inventory")
    yield from _misconfigurations(inventory)
    yield from read_secrets(inventory)


def _vulnerability(item: Mapping[str, Any]) -> Iterator[Finding]:
    software = list(objects(pick(item, "Software", "Softwares", "vulnerableSoftware")))
    for package in software or [item]:
        yield Finding(
            title=title(pick(item, "Title")) or "vulnerability",
            severity=severity(pick(item, "Severity", "customerSeverity")) or 1,
            qid=number(pick(item, "Qid")),
            cves=cves(pick(item, "Cves", "cve-ids", "cveIds")),
            package=text(pick(package, "name", "packageName")),
            installed_version=text(pick(package, "installedVersion", "version")),
            fixed_version=text(pick(package, "fixedVersion", "fixVersion")),
            path=text(pick(package, "packagePath", "path")),
            layer=text(pick(package, "layerSHA")),
        )


def _misconfigurations(inventory: object) -> Iterator[Finding]:
    for item in objects(pick(inventory, "Misconfigurations")):
        yield Finding(
            title=title(pick(item, "Title", "CheckID")) or "misconfiguration",
            severity=level(pick(item, "Severity")),
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
                severity=level(pick(item, "Severity")),
                type=FindingType.SECRET,
                path=target,
                line=number(pick(item, "StartLine")),
            )


_WORDS = {"critical": 5, "high": 4, "medium": 3, "low": 2, "info": 1}


def level(value: object) -> int:
    """A severity as a number or as a word; 1 for what is neither."""
    return severity(value) or _WORDS.get(str(value).lower(), 1)
