"""`<hash>-ScanResult.json`: what was looked at and how that went, with the keys of the Azure
DevOps task's types.ts. No vulnerabilities are in it; secrets are, values and all.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from local.qscanner_stand_in.behaviour import Behaviour
from local.qscanner_stand_in.findings import SEVERITIES, Finding

VERSION = "4.8.0-stand-in"
USUAL_OS, USUAL_PACKAGES = "Debian GNU/Linux 12 (bookworm)", 12
# What the scanner gives away: whoever searches the app's records must not find it.
PLANTED_SECRET = "AKIAPLANTEDSECRET0001"  # noqa: S105  # invented, to be searched for
_WORDS = {severity: word.upper() for word, severity in SEVERITIES.items()}


def inventory(
    image: str, scan_types: Sequence[str], told: Behaviour, found: Sequence[Finding]
) -> dict[str, Any]:
    """The whole file; "SecretResults" is there only where secrets were looked for."""
    outcomes = told.get("scansPerformed") or {}
    result = {
        "SchemaVersion": "1.0",
        "QScannerVersion": VERSION,
        "ScansPerformed": [_performed(kind, outcomes.get(kind, "SUCCESS")) for kind in scan_types],
        "Metadata": {"TargetMetadata": {"ImageMetadata": {"RepoTags": [image]}}},
        "OSResults": _os_results(told.get("os", USUAL_OS), told.get("packages", USUAL_PACKAGES)),
        "SCAResults": [],
    }
    if "secret" in scan_types:
        result["SecretResults"] = _secrets([one for one in found if one.type == "secret"])
    return result


def _performed(kind: str, outcome: str) -> Mapping[str, Any]:
    performed = {"ScanType": kind, "ScanDuration": "412.730582ms", "Status": outcome}
    if outcome == "PARTIAL":
        performed |= {"Status": "SUCCESS", "PartialScanInfo": "some layers could not be read"}
    return performed


def _os_results(name: str | None, packages: int) -> list[dict[str, Any]]:
    if name is None and not packages:
        return []
    listed = [
        {"Name": f"package-{number}", "Version": "1.0", "Release": "1", "Arch": "amd64",
         "SrcName": f"package-{number}", "SrcVersion": "1.0"}
        for number in range(packages)
    ]  # fmt: skip
    return [{"Target": name or "", "Packages": listed}]


def _secrets(found: Sequence[Finding]) -> list[dict[str, Any]]:
    return [
        {
            "Target": one.path or "app/config",
            "Secrets": [
                {
                    "RuleID": str(one.qid),
                    "Category": "secret",
                    "Severity": _WORDS[one.severity],
                    "Title": one.title,
                    "StartLine": 1,
                    "EndLine": 1,
                    "Match": PLANTED_SECRET,
                }
            ],
        }
        for one in found
    ]
