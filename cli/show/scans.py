"""Scans and their findings, as tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cli.gate import read_counts
from cli.show.cells import (
    NAMED,
    below,
    cell,
    found,
    found_in_short,
    minute,
    named,
    sheet,
    table,
    usd,
    why,
)

Scan = Mapping[str, Any]


def one_scan(scan: Scan) -> RenderableType:
    """All that a person asks of a scan; lines that would be empty are left out."""
    rows = [
        ("scan", cell(scan["scanId"])),
        ("image", cell(scan["image"])),
        ("digest", cell(scan.get("digest"))),
        ("unresolved", cell(scan.get("unresolved"))),
        ("status", _status(scan)),
        ("verdict", cell(scan.get("verdict"))),
        ("found", found(scan.get("counts"))),
        ("reason", why(scan.get("reason"))),
        ("seconds", cell(scan.get("durationSeconds"))),
        ("cost", usd(scan.get("costUsd"))),
        ("cleanup", cell(scan.get("cleanup"))),
    ]
    told = sheet([(name, value) for name, value in rows if value.plain != "-"])
    return Group(told, *_log(scan.get("logTail") or []))


def _status(scan: Scan) -> Text:
    status = cell(scan["status"])
    if scan.get("joinedScanId"):
        status.append_text(cell(f": {scan.get('joinedStatus')} by scan {scan['joinedScanId']}"))
    if scan.get("cancelRequested") and not scan.get("finishedAt"):
        status.append(", to be cancelled")
    return status


def _log(lines: Sequence[str]) -> list[Table]:
    if not lines:
        return []
    made = table("the scanner's last lines")
    for line in lines:
        made.add_row(cell(line))
    return [made]


def list_of_scans(scans: Sequence[Scan]) -> Table:
    """Two lines per scan, which fit 80 columns."""
    made = table(NAMED, "status\ncreated (UTC)", "found")
    for scan in scans:
        joined = f": {scan.get('joinedStatus')}" if scan["status"] == "skipped" else ""
        made.add_row(
            named(scan["image"], scan["scanId"]),
            below(cell(f"{scan['status']}{joined}"), minute(scan.get("createdAt"))),
            found_in_short(scan.get("counts")),
        )
    return made


def list_of_findings(
    scan: Scan, findings: Sequence[Mapping[str, Any]], where: Mapping[str, str | None]
) -> Group:
    """A line per finding; where only some were asked for, of how many they are."""
    made = table("severity", "id", "package", "fixed", "title")
    for one in findings:
        made.add_row(
            _kind(one),
            cell(", ".join(one["cves"]) or one["qid"]),
            below(cell(one["package"] or one["path"]), cell(one["installedVersion"])),
            cell(one["fixedVersion"]),
            cell(one["title"]),
        )
    number = cell(_number(scan, len(findings), where))
    return Group(sheet([("image", cell(scan["image"])), ("findings", number)]), made)


def _number(scan: Scan, listed: int, where: Mapping[str, str | None]) -> str:
    filters = " ".join(f"--{name} {value}" for name, value in where.items() if value)
    if not filters:
        return str(listed)
    return f"{listed} with {filters}, of {(read_counts(scan['counts']) or {}).get('total', '?')}"


def _kind(finding: Mapping[str, Any]) -> Text:
    """Its severity and, where it is no vulnerability, its type."""
    severity = cell(finding["severity"])
    is_usual = finding["type"] == "vulnerability"
    return severity if is_usual else below(severity, cell(finding["type"]))
