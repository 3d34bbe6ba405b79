"""`<hash>-Report.json`, with the keys that qualys-packer's patch-report.sh reads.

It has no place for findings other than vulnerabilities.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from local.qscanner_stand_in.findings import Finding


def report_json(found: Sequence[Finding]) -> dict[str, Any]:
    """The whole report."""
    vulnerabilities = [one for one in found if one.type == "vulnerability"]
    grouped = groupby(vulnerabilities, key=lambda one: (one.qid, one.severity, one.title, one.cves))
    return {"Vulnerabilities": [_vulnerability(list(same)) for _, same in grouped]}


def _vulnerability(same: list[Finding]) -> dict[str, Any]:
    one = same[0]
    return {
        "Qid": one.qid,
        "Severity": one.severity,
        "Title": one.title,
        "Cves": [{"Id": cve} for cve in one.cves],
        "Software": [
            {
                "Name": each.package,
                "InstalledVersion": each.installed_version,
                "FixVersion": each.fixed_version,
                "PackagePath": each.path,
            }
            for each in same
        ],
    }
