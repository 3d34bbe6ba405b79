"""The steps of a scan in the legacy profile, on fakes."""

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest

from activities import claims, container_groups, results
from imagescan.bootstrap import App
from imagescan.container_group.body import SCANNER
from imagescan.scan.profile import Profile
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.request import Attempt, ScanRequest, Source
from tests.fakes.app import Fakes, fake_app
from tests.unit.environment import LOGIN, settings

IMAGE = "docker.io/library/nginx:1.27"
ATTEMPT = Attempt("s1", IMAGE, 1, "qscanner-nginx-1", Profile.LEGACY)
FINDINGS = {"vulnerabilities": [{"qid": 1, "severity": 5, "title": "Log4Shell"}]}
CLEAN = {
    "vulnerabilities": [],
    "ScansPerformed": [{"ScanType": "pkg", "Status": "SUCCESS"}],
    "OSResults": [{"Target": "debian 12"}],
}


def ended(log: str, exit_code: int = 0) -> tuple[App, Fakes, dict[str, Any]]:
    """A legacy scan whose scanner has ended five seconds ago and printed this."""
    app, fakes = fake_app()
    app = replace(app, settings=settings(**LOGIN))
    assert app.policy.profile is Profile.LEGACY
    request = ScanRequest("s1", IMAGE, Source("request"), app.policy)
    claims.acquire(app, request, None)
    app.ledger.intend(ATTEMPT, app.clock.now())
    container_groups.create(app, ATTEMPT)
    fakes.groups.end(ATTEMPT.group, SCANNER, exit_code, fakes.clock.now())
    fakes.groups.logs[ATTEMPT.group, SCANNER] = log
    end = {"exitCode": exit_code, "finishedAt": fakes.clock.now().isoformat()}
    fakes.clock.pass_seconds(5)
    return app, fakes, end


@pytest.mark.parametrize(("document", "verdict"), [(FINDINGS, "vulnerable"), (CLEAN, "clean")])
def test_a_scan_is_judged_by_the_one_document_in_the_scanners_own_log(
    document: Any, verdict: str
) -> None:
    """Lines of the console may stand around it; findings and redacted document are kept."""
    app, fakes, end = ended(f"INFO  pulled\n{json.dumps(document)}\nINFO  done\n")

    answer = results.collect(app, ATTEMPT, end, is_last=False)
    stopped = results.store(app, ATTEMPT)

    assert answer["outcome"]["status"] == "completed"
    assert answer["outcome"]["verdict"] == verdict
    assert stopped is None
    assert len(app.findings.page("s1", {}, None, 10)) == len(document["vulnerabilities"])
    [blob] = fakes.blobs.content.values()
    assert json.loads(gzip.decompress(blob)) == {"legacy": document}


@pytest.mark.parametrize(
    ("log", "code"),
    [
        (json.dumps(CLEAN)[40:], ReasonCode.REPORT_TRUNCATED),
        (json.dumps(CLEAN)[:-3], ReasonCode.REPORT_TRUNCATED),
        ("x" * 16_384 + json.dumps(CLEAN), ReasonCode.REPORT_TRUNCATED),
        (json.dumps(CLEAN) * 2, ReasonCode.REPORT_UNREADABLE),
        (json.dumps({"status": "SUCCESS"}), ReasonCode.REPORT_UNREADABLE),
        (json.dumps({"vulnerabilities": []}), ReasonCode.SCAN_INCOMPLETE),
    ],
)
def test_what_is_cut_doubled_or_without_proof_is_not_completed(log: str, code: ReasonCode) -> None:
    """Each has its reason, and nothing is stored."""
    app, fakes, end = ended(log)

    answer = results.collect(app, ATTEMPT, end, is_last=True)

    assert answer["outcome"]["status"] == "failed"
    assert answer["outcome"]["verdict"] is None
    assert answer["outcome"]["reason"]["code"] == code
    assert fakes.blobs.content == {}


def test_a_log_that_may_still_grow_is_looked_at_again() -> None:
    """A second document, or the rest of the first, may come within two seconds of the end."""
    app, fakes, end = ended(json.dumps(FINDINGS))
    fakes.clock.pass_seconds(-4)

    early = results.collect(app, ATTEMPT, end, is_last=False)
    fakes.clock.pass_seconds(4)
    settled = results.collect(app, ATTEMPT, end, is_last=False)

    assert early["outcome"] is None
    assert settled["outcome"]["verdict"] == "vulnerable"


@pytest.mark.parametrize("log", ["", "INFO  pulled\n", json.dumps(FINDINGS)[:-3]])
def test_nothing_whole_is_waited_for(log: str) -> None:
    """ACI may bring the log late."""
    app, _, end = ended(log)

    assert results.collect(app, ATTEMPT, end, is_last=False)["outcome"] is None


def test_user_name_and_password_are_taken_out_of_what_is_kept() -> None:
    """The scanner may repeat them in its document."""
    said = f"signed in as {LOGIN['QUALYS_USERNAME']} with {LOGIN['QUALYS_PASSWORD']}"
    document = {"vulnerabilities": [{"qid": 1, "title": said}]}
    app, fakes, end = ended(json.dumps(document))

    results.collect(app, ATTEMPT, end, is_last=False)
    results.store(app, ATTEMPT)

    [blob] = fakes.blobs.content.values()
    kept = gzip.decompress(blob).decode() + json.dumps(app.findings.page("s1", {}, None, 10))
    assert LOGIN["QUALYS_USERNAME"] not in kept
    assert LOGIN["QUALYS_PASSWORD"] not in kept


def test_the_last_words_hold_nothing_of_the_document() -> None:
    """A record shows what the scanner said, not what it found."""
    app, _, _ = ended(f"INFO  pulled\n{json.dumps(FINDINGS)}{json.dumps(FINDINGS)}\nERROR: odd\n")

    results.keep_log_tail(app, ATTEMPT)

    record = app.scans.get("s1")
    assert record is not None
    assert record.to_wire()["logTail"] == ["INFO  pulled", "ERROR: odd"]
