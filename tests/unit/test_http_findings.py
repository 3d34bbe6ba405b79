"""Findings over HTTP: filters, pages, and documents that never make a failed scan look clean."""

import csv
import io
import json
from typing import Any

import azure.functions as func
import pytest

from activities import results
from imagescan.bootstrap import App
from imagescan.records.findings import EXAMINED_PER_PAGE
from imagescan.report.findings import Finding, FindingType
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Source
from imagescan.scan.status import Status, Verdict
from tests.fakes.app import fake_app
from tests.unit.asking import serving
from triggers.http_findings import get_findings

SCAN, OTHER = (f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2))
COUNTS = {"critical": 0, "high": 0, "medium": 0, "low": 0, "info": 0, "total": 0}
FOUND = (
    Finding("A", 5, qid=1, cves=("CVE-2024-0001", "CVE-2024-0002"), package="openssl"),
    Finding("B", 4, qid=2, cves=("CVE-2024-0002",), package="zlib"),
    Finding("C", 4, FindingType.SECRET, path="/root/.npmrc"),
)


def scanned(outcome: Outcome | None = None, found: tuple[Finding, ...] = FOUND) -> App:
    """A scan with findings, ended."""
    app, _ = fake_app()
    app.scans.open(ScanRecord(SCAN, "a.io/a:1", Source("request"), app.clock.now()))
    app.findings.store(SCAN, found)
    completed = Outcome(Status.COMPLETED, Verdict.VULNERABLE, counts=COUNTS)
    results.record(app, SCAN, outcome or completed)
    return app


def join(app: App, status: Status) -> None:
    """Another scan takes the result of one that has ended so."""
    app.scans.open(ScanRecord(OTHER, "a.io/b:1", Source("request"), app.clock.now()))
    joined = Outcome(
        Status.SKIPPED, Verdict.VULNERABLE, counts=COUNTS,
        joined_scan_id=SCAN, joined_status=status,
    )  # fmt: skip
    results.record(app, OTHER, joined)


def ask(app: App, scan_id: str = SCAN, **params: Any) -> func.HttpResponse:
    query = {name: str(value) for name, value in params.items() if value is not None}
    request = func.HttpRequest(
        "GET", "http://host/api/x", params=query, route_params={"scanId": scan_id}, body=b""
    )
    with serving(app):
        reply: func.HttpResponse = get_findings._function.get_user_function()(request)
    return reply


def titles(app: App, scan_id: str = SCAN, **params: Any) -> list[str]:
    """Of all pages."""
    found, cursor, is_last = [], None, False
    while not is_last:
        body = json.loads(ask(app, scan_id, cursor=cursor, **params).get_body())
        found += [one["title"] for one in body["findings"]]
        cursor, is_last = body["cursor"], body["cursor"] is None
    return found


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, ["A", "B", "C"]),
        ({"severity": "high"}, ["B", "C"]),
        ({"type": "secret"}, ["C"]),
        ({"package": "zlib"}, ["B"]),
        ({"cve": "cve-2024-0002"}, ["A", "B"]),
        ({"cve": "CVE-2024-0002", "severity": "critical"}, ["A"]),
        ({"cve": "CVE-2024-000"}, None),
        ({"severity": "grave"}, None),
        ({"format": "xml"}, None),
    ],
)
@pytest.mark.parametrize("limit", [1, 100])
def test_findings_are_filtered_and_paged(
    params: dict[str, str], expected: list[str] | None, limit: int
) -> None:
    """A filter that cannot be is refused."""
    app = scanned()

    if expected is None:
        assert ask(app, **params).status_code == 400
    else:
        assert sorted(titles(app, limit=limit, **params)) == expected


def test_one_question_looks_at_so_many_findings_and_the_next_one_goes_on() -> None:
    """A page may be empty with more to follow."""
    many = tuple(Finding("x", 5, qid=number) for number in range(EXAMINED_PER_PAGE))
    app = scanned(found=(*many, Finding("last", 1, qid=0, cves=("CVE-2024-0001",))))

    first = json.loads(ask(app, cve="CVE-2024-0001").get_body())

    assert (first["findings"], first["cursor"] is None) == ([], False)
    assert titles(app, cve="CVE-2024-0001") == ["last"]


def test_a_table_holds_every_finding_of_the_filter() -> None:
    """As a file to be saved, whatever a page's limit is."""
    reply = ask(scanned(), format="csv", severity="high", limit=1)

    lines = list(csv.DictReader(io.StringIO(reply.get_body().decode())))
    assert sorted(line["title"] for line in lines) == ["B", "C"]
    assert reply.mimetype == "text/csv"
    assert f'filename="{SCAN}.csv"' in reply.headers["Content-Disposition"]


def test_sarif_holds_every_finding() -> None:
    """Of the scan that this one joined, where it joined one."""
    app = scanned()
    join(app, Status.COMPLETED)

    reply = ask(app, OTHER, format="sarif")

    [run] = json.loads(reply.get_body())["runs"]
    assert len(run["results"]) == 3
    assert run["properties"]["image"] == "a.io/b:1"
    assert reply.mimetype == "application/sarif+json"


def test_a_scan_that_failed_after_it_had_stored_findings_shows_none_of_them() -> None:
    """Half a scan would look like all of it."""
    app = scanned(Outcome.failed(ReasonCode.INTERNAL))

    assert titles(app) == []
    assert json.loads(ask(app).get_body())["isWhole"] is False


def test_an_image_in_which_nothing_was_found_is_told_from_one_that_was_not_scanned_whole() -> None:
    """Both have no findings."""
    page = json.loads(ask(scanned(found=())).get_body())

    assert (page["isWhole"], page["findings"]) == (True, [])


@pytest.mark.parametrize(
    ("status", "expected"), [(Status.COMPLETED, ["A", "B", "C"]), (Status.FAILED, [])]
)
def test_who_joined_a_scan_shows_its_findings_only_if_it_completed(
    status: Status, expected: list[str]
) -> None:
    """Though it is skipped itself."""
    app = scanned()
    join(app, status)

    assert sorted(titles(app, OTHER)) == expected


@pytest.mark.parametrize("kind", ["csv", "sarif"])
def test_a_scan_that_did_not_complete_has_no_document(kind: str) -> None:
    """One without findings would look clean to whatever reads it."""
    app = scanned(Outcome.failed(ReasonCode.REPORT_MISSING), ())

    reply = ask(app, format=kind)

    assert reply.status_code == 409
    assert json.loads(reply.get_body())["error"]["code"] == "scan_not_completed"
    assert ask(app).status_code == 200
