"""The findings of a scan: one row each, the most severe first."""

from collections.abc import Mapping, Sequence
from typing import Any

from imagescan.ports import Row, Table, Value
from imagescan.report.findings import Finding


class StoredFindings:
    """Findings by scan; keys follow from the finding, so storing twice stores once."""

    def __init__(self, table: Table) -> None:
        """Keep findings in this table."""
        self._table = table

    def store(self, scan_id: str, findings: Sequence[Finding]) -> None:
        """Write all findings of a scan; may be repeated."""
        self._table.put_many(scan_id, [(_key(finding), _values(finding)) for finding in findings])

    def page(
        self, scan_id: str, where: Mapping[str, str], after: str | None, limit: int
    ) -> list[tuple[str, dict[str, Any]]]:
        """At most `limit` findings as (cursor, wire form), the most severe first.

        `where` takes severity, type and package, which must be equal.
        """
        rows = self._table.query(scan_id, where=where, after=after, limit=limit)
        return [(row.key, _wire(row)) for row in rows]


def _key(finding: Finding) -> str:
    return f"{5 - finding.severity}-{finding.finding_id}"


def _values(finding: Finding) -> dict[str, Value]:
    columns: dict[str, Value | None] = {
        "qid": finding.qid,
        "title": finding.title,
        "severityLevel": finding.severity,
        "severity": finding.severity_word.value,
        "type": finding.type.value,
        "cves": " ".join(finding.cves),
        "package": finding.package,
        "installedVersion": finding.installed_version,
        "fixedVersion": finding.fixed_version,
        "path": finding.path,
        "line": finding.line,
        "layer": finding.layer,
    }
    return {name: value for name, value in columns.items() if value is not None}


def _wire(row: Row) -> dict[str, Any]:
    values = row.values
    names = ("qid", "title", "severity", "severityLevel", "type", "package", "installedVersion")
    found: dict[str, Any] = {name: values.get(name) for name in names}
    rest = {name: values.get(name) for name in ("fixedVersion", "path", "line", "layer")}
    return {**found, "cves": str(values.get("cves", "")).split(), **rest}
