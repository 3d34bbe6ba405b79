"""The findings of a scan: one row each, the most severe first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from imagescan.ports import Row, Table, Value
from imagescan.report.findings import Finding

# The work of one question: a page ends after this many findings, whether or not it is full.
EXAMINED_PER_PAGE = 1000
ROWS_AT_ONCE = 1_000  # a row takes three times the memory of its finding


class StoredFindings:
    """Findings by scan; keys follow from the finding, so storing twice stores once."""

    def __init__(self, table: Table) -> None:
        """Keep findings in this table."""
        self._table = table

    def store(self, scan_id: str, findings: Sequence[Finding]) -> None:
        """Write all findings of a scan; may be repeated."""
        for start in range(0, len(findings), ROWS_AT_ONCE):
            some = findings[start : start + ROWS_AT_ONCE]
            self._table.put_many(scan_id, [(_key(finding), _values(finding)) for finding in some])

    def page(
        self, scan_id: str, where: Mapping[str, str], after: str | None, limit: int
    ) -> list[tuple[str, dict[str, Any]]]:
        """At most `limit` findings as (cursor, wire form), the most severe first.

        `where` takes severity, type and package, which must be equal.
        """
        rows = self._table.query(scan_id, where=where, after=after, limit=limit)
        return [(row.key, _wire(row)) for row in rows]

    def search(
        self, scan_id: str, where: Mapping[str, str], cve: str | None, after: str | None, limit: int
    ) -> tuple[list[dict[str, Any]], str | None]:
        """As `page`, of one CVE where one is given, and the cursor of what follows.

        A page may be short, or even empty, with more to follow; the cursor is None at the end.
        """
        found: list[dict[str, Any]] = []
        most = limit if cve is None else EXAMINED_PER_PAGE
        page = self.page(scan_id, where, after, most)
        for key, finding in page:
            if cve is None or cve.upper() in map(str.upper, finding["cves"]):
                found.append(finding)
            if len(found) == limit:
                return found, key
        return found, page[-1][0] if len(page) == most else None

    def every(
        self, scan_id: str, where: Mapping[str, str], cve: str | None
    ) -> Iterator[dict[str, Any]]:
        """All of them, the most severe first; a scan's report is bounded, and so are they."""
        after: str | None = None
        is_last = False
        while not is_last:
            found, after = self.search(scan_id, where, cve, after, EXAMINED_PER_PAGE)
            yield from found
            is_last = after is None


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
