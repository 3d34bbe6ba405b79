"""The table that is printed on the console when `table` is asked for. Its layout is not public."""

from collections.abc import Iterator, Sequence

from local.qscanner_stand_in.findings import Finding

COLUMNS = ("QID", "SEVERITY", "CVE", "PACKAGE", "INSTALLED", "FIXED")


def table(found: Sequence[Finding]) -> Iterator[str]:
    """Its lines."""
    rows = [COLUMNS, *(_row(one) for one in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    for row in rows:
        yield " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    yield f"Total: {len(found)}"


def _row(one: Finding) -> tuple[str, ...]:
    cells = (str(one.qid), str(one.severity), ",".join(one.cves))
    return *cells, one.package or "", one.installed_version or "", one.fixed_version or ""
