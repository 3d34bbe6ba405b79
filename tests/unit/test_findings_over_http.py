"""Which findings the API shows: those of completed scans, and nobody else's."""

import json
from collections.abc import Iterator

import azure.functions as func
import pytest

from imagescan import bootstrap
from imagescan.report.findings import Finding
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Source
from imagescan.scan.status import Status, Verdict
from tests.fakes.app import fake_app
from triggers import http_findings

ONE, TWO = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
FOUND = Finding("Log4Shell", 5, qid=376157, package="log4j-core")
COMPLETED = Outcome(Status.COMPLETED, Verdict.VULNERABLE, counts={"total": 1})
FAILED = Outcome.failed(ReasonCode.INTERNAL)


@pytest.fixture
def app() -> Iterator[bootstrap.App]:
    app, _ = fake_app()
    bootstrap.use(app)
    yield app
    bootstrap.use(None)


def shown(app: bootstrap.App, scan_id: str, outcome: Outcome) -> list[str]:
    """The titles that are shown of a scan that ended so."""
    app.scans.open(ScanRecord(scan_id, "a.io/b:1", Source("request"), app.clock.now()))
    app.scans.change(scan_id, lambda one: one.ended_with(outcome, app.clock.now()))
    request = func.HttpRequest(
        "GET", "http://localhost/api/scans/x", route_params={"scanId": scan_id}, body=b""
    )
    answer = http_findings.get_findings.build().get_user_function()(request)
    return [finding["title"] for finding in json.loads(answer.get_body())["findings"]]


@pytest.mark.parametrize(("outcome", "titles"), [(COMPLETED, ["Log4Shell"]), (FAILED, [])])
def test_findings_that_were_stored_show_only_once_their_scan_has_completed(
    app: bootstrap.App, outcome: Outcome, titles: list[str]
) -> None:
    """A scan that failed after it had stored some shows none of them."""
    app.findings.store(ONE, [FOUND])

    assert shown(app, ONE, outcome) == titles


@pytest.mark.parametrize(
    ("status", "titles"), [(Status.COMPLETED, ["Log4Shell"]), (Status.FAILED, [])]
)
def test_who_joined_a_scan_shows_its_findings_only_if_it_completed(
    app: bootstrap.App, status: Status, titles: list[str]
) -> None:
    app.findings.store(ONE, [FOUND])
    joined = Outcome(Status.SKIPPED, joined_scan_id=ONE, joined_status=status)

    assert shown(app, TWO, joined) == titles
