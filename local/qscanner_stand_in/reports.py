"""The files of a scan, in the shapes that readers of the real ones expect."""

from collections.abc import Mapping
from typing import Any

VERSION = "4.8.0-stand-in"
RULE_NAMES = {"secret": "Secret", "compliance": "Compliance", "malware": "Malware"}
SARIF_LEVELS = {5: "error", 4: "error", 3: "warning", 2: "note", 1: "none"}
# What a careless scanner would give away; whoever reads the app's records must not find it.
PLANTED_SECRET = "AKIAPLANTEDSECRET0001"  # noqa: S105  # invented, to be searched for
Findings = list[dict[str, Any]]


def sarif(findings: Findings) -> dict[str, Any]:
    """`<hash>-Report.sarif.json`: a rule per QID, a result per finding."""
    rules = {str(finding["qid"]): _rule(finding) for finding in findings}
    driver = {"name": "QScanner", "version": VERSION, "rules": list(rules.values())}
    run = {"tool": {"driver": driver}, "results": [_result(finding) for finding in findings]}
    return {"version": "2.1.0", "runs": [run]}


def _rule(finding: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(finding["qid"]),
        "name": RULE_NAMES.get(finding["type"], "Vulnerability"),
        "shortDescription": {"text": finding["title"]},
        "defaultConfiguration": {"level": SARIF_LEVELS[finding["severity"]]},
        "properties": {"severity": finding["severity"], "cve-ids": finding["cves"], "qds": "50"},
    }


def _result(finding: Mapping[str, Any]) -> dict[str, Any]:
    is_secret = finding["type"] == "secret"
    place = {"artifactLocation": {"uri": finding.get("path") or "layer"}}
    if is_secret:
        place |= {"region": {"startLine": 1, "snippet": {"text": PLANTED_SECRET}}}
    software = {
        "name": finding["package"],
        "installedVersion": finding["installedVersion"],
        "fixedVersion": finding["fixedVersion"],
        "layerSHA": finding.get("layer") or "sha256:" + "0" * 64,
    }
    properties = {"QID": finding["qid"], "severity": finding["severity"]}
    return {
        "ruleId": str(finding["qid"]),
        "level": SARIF_LEVELS[finding["severity"]],
        "message": {"text": f"Found {PLANTED_SECRET}" if is_secret else finding["title"]},
        "locations": [{"physicalLocation": place}] if finding.get("path") or is_secret else [],
        "properties": properties | ({} if is_secret else {"vulnerableSoftware": [software]}),
    }


def report_json(findings: Findings) -> dict[str, Any]:
    """`<hash>-Report.json`."""
    return {
        "Vulnerabilities": [
            {
                "Qid": finding["qid"],
                "Severity": finding["severity"],
                "Title": finding["title"],
                "Cves": [{"Id": cve} for cve in finding["cves"]],
                "Software": [
                    {
                        "Name": finding["package"],
                        "InstalledVersion": finding["installedVersion"],
                        "FixVersion": finding["fixedVersion"],
                    }
                ],
            }
            for finding in findings
        ]
    }


def inventory(findings: Findings, scan_types: list[str], told: Mapping[str, Any]) -> dict[str, Any]:
    """`<hash>-ScanResult.json`: what was looked at, and how that went."""
    outcomes = told.get("scansPerformed") or {}
    os_name = told.get("os", "Debian GNU/Linux 12")
    packages = [
        {"Name": f"package-{n}", "Version": "1.0", "Arch": "amd64"}
        for n in range(told.get("packages", 12))
    ]
    secrets = [
        {"RuleID": str(one["qid"]), "Category": "secret", "Severity": "CRITICAL",
         "Title": one["title"], "StartLine": 1, "EndLine": 1, "Match": PLANTED_SECRET}
        for one in findings if one["type"] == "secret"
    ]  # fmt: skip
    return {
        "SchemaVersion": "1.0",
        "QScannerVersion": VERSION,
        "ScansPerformed": [_performed(kind, outcomes.get(kind, "SUCCESS")) for kind in scan_types],
        "Metadata": {"TargetMetadata": {"ImageMetadata": {"RepoTags": []}}},
        "OSResults": [{"Target": os_name, "Packages": packages}] if os_name or packages else [],
        "SCAResults": [],
        "SecretResults": [{"Target": "app", "Secrets": secrets}] if secrets else [],
    }


def _performed(kind: str, outcome: str) -> dict[str, Any]:
    performed: dict[str, Any] = {"ScanType": kind, "ScanDuration": "1s", "Status": outcome}
    if outcome == "PARTIAL":
        performed |= {"Status": "SUCCESS", "PartialScanInfo": "some layers could not be read"}
    return performed
