"""Findings in the formats of other tools: nothing is lost, nothing is run, nothing is invalid."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from imagescan.export.sarif import to_sarif
from imagescan.export.spreadsheet import COLUMNS, to_csv
from imagescan.report.findings import FindingType, Severity
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Source
from imagescan.scan.status import Status, Verdict

SCHEMA = json.loads((Path(__file__).parents[1] / "schemas/sarif-schema-2.1.0.json").read_text())
SARIF = jsonschema.Draft4Validator(SCHEMA)
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
IMAGE = "localhost:5000/team/app:1.0"
SCAN = ScanRecord(
    "00000000-0000-0000-0000-000000000001", IMAGE, Source("request"), MOMENT,
    Status.COMPLETED, verdict=Verdict.VULNERABLE, started_at=MOMENT, finished_at=MOMENT,
)  # fmt: skip

some_text = st.one_of(st.none(), st.text(max_size=40), st.sampled_from(["=1+1", "@scope/x", " -2"]))
findings = st.fixed_dictionaries(
    {
        "qid": st.one_of(st.none(), st.integers(0, 10**6)),
        "title": st.text(max_size=60),
        "severity": st.sampled_from([word.value for word in Severity]),
        "severityLevel": st.integers(1, 5),
        "type": st.sampled_from([kind.value for kind in FindingType]),
        "package": some_text,
        "installedVersion": some_text,
        "fixedVersion": some_text,
        "path": some_text,
        "line": st.one_of(st.none(), st.integers(-1, 10**6)),
        "layer": some_text,
        "cves": st.lists(st.from_regex(r"CVE-[0-9]{4}-[0-9]{4}", fullmatch=True), max_size=3),
    }
)


def finding(**changed: Any) -> dict[str, Any]:
    plain: dict[str, Any] = dict.fromkeys(
        ("qid", "package", "installedVersion", "fixedVersion", "path", "line", "layer")
    )
    known = {"title": "Bad", "severity": "high", "severityLevel": 4, "type": "vulnerability"}
    return plain | known | {"cves": []} | changed


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def run_of(*found: dict[str, Any]) -> Any:
    log = to_sarif(SCAN, found)
    SARIF.validate(log)
    return log["runs"][0]


@given(st.lists(findings, max_size=5))
def test_a_table_has_a_line_for_each_finding_and_no_cell_that_a_spreadsheet_would_run(
    found: list[dict[str, Any]],
) -> None:
    """Titles and paths come from images that anybody may have made."""
    header, *lines = rows(to_csv(found))

    assert header == list(COLUMNS)
    assert len(lines) == len(found)
    for line in lines:
        assert len(line) == len(COLUMNS)
        assert not any(cell.lstrip(" ").startswith(tuple("=+-@\t\r\n")) for cell in line)


def test_a_cell_holds_what_was_found() -> None:
    """CVEs with spaces between; a formula is text."""
    found = finding(
        qid=7, title='=HYPERLINK("x")', cves=["CVE-2024-1", "CVE-2024-2"], package="@angular/core"
    )

    [_, line] = rows(to_csv([found]))

    told = dict(zip(COLUMNS, line, strict=True))
    assert told["cves"] == "CVE-2024-1 CVE-2024-2"
    assert told["title"] == '\'=HYPERLINK("x")'
    assert told["package"] == "'@angular/core"
    assert (told["qid"], told["path"]) == ("7", "")


@given(st.lists(findings, max_size=5))
def test_any_findings_are_valid_sarif_with_a_result_each(found: list[dict[str, Any]]) -> None:
    """By the schema of OASIS; a result leads to its rule, and to a place inside the image."""
    run = run_of(*found)

    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert len(run["results"]) == len(found)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert not urlsplit(uri).scheme
        assert not urlsplit(uri).netloc


def test_a_result_says_how_severe_it_is_where_it_is_and_what_mends_it() -> None:
    """Two packages with one QID share a rule."""
    one = finding(qid=7, package="openssl", installedVersion="1.1", fixedVersion="1.2")
    other = finding(qid=7, severity="medium", package="ssl", path="/usr/lib/a b.so", line=3)

    run = run_of(one, other)

    first, second = run["results"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["QID-7"]
    assert (first["level"], second["level"]) == ("error", "warning")
    assert first["message"]["text"] == "Bad (openssl 1.1, fixed in 1.2)"
    place = second["locations"][0]["physicalLocation"]
    assert unquote(place["artifactLocation"]["uri"]) == "usr/lib/a b.so"
    assert place["region"] == {"startLine": 3}
    assert first["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": IMAGE}]


def test_a_log_of_nothing_found_says_that_the_scan_was_whole() -> None:
    """No results is a statement."""
    run = run_of()

    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is True
