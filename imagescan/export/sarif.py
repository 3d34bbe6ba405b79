"""Findings as SARIF 2.1.0 (OASIS), which code-scanning dashboards read."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from imagescan.report.findings import Severity
from imagescan.scan.record import ScanRecord, iso

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning"}
# Dashboards sort by a number: the middle of the range that GitHub has for each word. No CVSS score.
_NUMBERS = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}


def to_sarif(scan: ScanRecord, findings: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A log with one run: a rule for each QID, a result for each finding.

    Only for scans that completed, by themselves or by the scan that they joined: a log without
    results says that nothing was found.
    """
    rules: list[dict[str, Any]] = []
    numbers: dict[str, int] = {}
    results = []
    for finding in findings:
        rule_id = _rule_id(finding)
        if rule_id not in numbers:
            numbers[rule_id] = len(rules)
            rules.append(_rule(finding))
        results.append(_result(scan.image, finding, numbers[rule_id]))
    run = {
        "tool": {"driver": {"name": "imagescan", "rules": rules}},
        "automationDetails": {"id": f"{scan.image}/{scan.scan_id}"},
        "invocations": [_invocation(scan)],
        "results": results,
        "properties": {"image": scan.image, "digest": scan.digest, "scanId": scan.scan_id},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _invocation(scan: ScanRecord) -> dict[str, Any]:
    times = {"startTimeUtc": iso(scan.started_at), "endTimeUtc": iso(scan.finished_at)}
    return {"executionSuccessful": True, **{name: time for name, time in times.items() if time}}


def _rule_id(finding: Mapping[str, Any]) -> str:
    if finding["qid"] is not None:
        return f"QID-{finding['qid']}"
    told = hashlib.sha256(f"{finding['type']} {finding['title']}".encode()).hexdigest()[:12]
    return f"{finding['type']}-{told}"


def _rule(finding: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": _rule_id(finding),
        "shortDescription": {"text": finding["title"] or _rule_id(finding)},
        "properties": {
            "security-severity": _NUMBERS[Severity(finding["severity"])],
            "tags": ["security", finding["type"]],
        },
    }


def _result(image: str, finding: Mapping[str, Any], rule_index: int) -> dict[str, Any]:
    names = ("package", "installedVersion", "fixedVersion", "cves", "severity", "type", "layer")
    return {
        "ruleId": _rule_id(finding),
        "ruleIndex": rule_index,
        "level": _LEVELS.get(Severity(finding["severity"]), "note"),
        "message": {"text": _message(finding)},
        "locations": [_location(image, finding)],
        "properties": {name: finding[name] for name in names if finding[name] is not None},
    }


def _message(finding: Mapping[str, Any]) -> str:
    package, version = finding["package"], finding["installedVersion"]
    fixed = f", fixed in {finding['fixedVersion']}" if finding["fixedVersion"] else ""
    where = f" ({package} {version or ''}".rstrip() + f"{fixed})" if package else ""
    return f"{finding['title'] or _rule_id(finding)}{where}"


def _location(image: str, finding: Mapping[str, Any]) -> dict[str, Any]:
    """A file of the image where one is told, else the image itself: dashboards want an artifact."""
    place = (finding["path"] or "").lstrip("/") or image
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(place, errors="replace")}}
    if isinstance(finding["line"], int) and finding["line"] > 0:
        physical["region"] = {"startLine": finding["line"]}
    return {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": image}]}
