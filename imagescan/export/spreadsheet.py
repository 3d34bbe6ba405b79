"""Findings as comma-separated values (RFC 4180), which people open in spreadsheets."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

COLUMNS = (
    "severity", "type", "qid", "title", "cves", "package", "installedVersion", "fixedVersion",
    "path", "line", "layer",
)  # fmt: skip
# OWASP, CSV injection: a cell that begins so is run as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def to_csv(findings: Iterable[Mapping[str, Any]]) -> str:
    """A header and a line for each finding; CVEs have spaces between.

    Texts come from images that anybody may have made: one that a spreadsheet would take for a
    formula gets an apostrophe before it.
    """
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(COLUMNS)
    lines.writerows([_cell(finding[column]) for column in COLUMNS] for finding in findings)
    return text.getvalue()


def _cell(value: Any) -> str:
    text = " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    text = text.replace("\x00", "")
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
