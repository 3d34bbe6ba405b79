"""The legacy profile's document: what it finds, and what it proves."""

from typing import Any

import pytest
from hypothesis import given

from imagescan.errors import ReportError
from imagescan.report.documents import LEGACY, read_documents
from imagescan.report.findings import FindingType
from imagescan.report.legacy import parse_legacy
from imagescan.report.verdict import Completed, Incomplete, judge
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.status import Verdict
from tests.unit.reports import ANYTHING, encode

PROOF: dict[str, Any] = {
    "ScansPerformed": [{"ScanType": "pkg", "Status": "SUCCESS"}],
    "OSResults": [{"Target": "debian 12", "Packages": [{"Name": "bash", "Version": "5"}]}],
}
FINDING = {"qid": 376157, "severity": "CRITICAL", "title": "Log4Shell"}


def judged(document: dict[str, Any], exit_code: int = 0) -> Completed | Incomplete:
    evidence = read_documents({LEGACY: encode(document)})
    return judge(exit_code, evidence.report, evidence.inventory, evidence.scan_types)


@pytest.mark.parametrize(
    "document",
    [
        {"vulnerabilities": [FINDING]},
        {"results": {"vulnerabilities": [FINDING]}},
        {"Results": {"Vulnerabilities": [FINDING]}, "compliance": None},
    ],
)
def test_vulnerabilities_are_read_where_the_predecessor_read_them(document: dict[str, Any]) -> None:
    """At the top, or in the results."""
    [found] = parse_legacy(encode(document)).report.findings

    assert (found.qid, found.severity, found.title) == (376157, 5, "Log4Shell")


@pytest.mark.parametrize(
    "item",
    [
        {"qid": 7, "cve": "CVE-2021-1", "package": {"name": "bash", "version": "5"}, "fix": "6"},
        {"id": "7", "cveId": "CVE-2021-1", "packageName": "bash", "packageVersion": "5",
         "fixedVersion": "6"},
        {"qid": 7, "cves": ["cve-2021-1"], "package": {"name": "bash"}, "packageVersion": "5",
         "fixedVersion": "6"},
    ],
)  # fmt: skip
def test_every_spelling_of_the_predecessor_is_read(item: dict[str, Any]) -> None:
    """It took two of nearly every field."""
    [found] = parse_legacy(encode({"vulnerabilities": [item]})).report.findings

    assert (found.qid, found.cves, found.package) == (7, ("CVE-2021-1",), "bash")
    assert (found.installed_version, found.fixed_version) == ("5", "6")


@pytest.mark.parametrize(
    ("told", "level"), [("CRITICAL", 5), (4, 4), ("3", 3), ("odd", 3), (None, 3)]
)
def test_a_severity_that_is_unknown_is_medium(told: object, level: int) -> None:
    """As the predecessor had it."""
    [found] = parse_legacy(encode({"vulnerabilities": [{"severity": told}]})).report.findings

    assert found.severity == level


def test_checks_that_did_not_pass_are_findings() -> None:
    """One that says nothing of how it went is not taken as passed."""
    checks = [
        {"id": "1", "status": "PASS"},
        {"id": "2", "title": "No root user", "status": "FAIL", "severity": "high"},
        {"checkId": "3"},
    ]

    found = parse_legacy(encode({"vulnerabilities": [], "compliance": checks})).report.findings

    assert [(one.type, one.title) for one in found] == [
        (FindingType.COMPLIANCE, "No root user"),
        (FindingType.COMPLIANCE, "3"),
    ]


def test_found_secrets_are_findings_without_their_value() -> None:
    """Where the document holds them as qscanner's inventory does."""
    secret = {"Title": "AWS key", "Severity": "HIGH", "StartLine": 3, "Match": "AKIA-PLANTED"}
    results = [{"Target": "/root/.aws", "Secrets": [secret]}]

    [found] = parse_legacy(
        encode({"vulnerabilities": [], "SecretResults": results})
    ).report.findings

    assert (found.type, found.path, found.line) == (FindingType.SECRET, "/root/.aws", 3)
    assert "AKIA-PLANTED" not in repr(found)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"status": "PARSE_ERROR", "raw_output": "..."},
        {"vulnerabilities": None},
        {"vulnerabilities": {}},
        {"vulnerabilities": ["CVE-2021-1"]},
        {"results": []},
        PROOF,
    ],
)
def test_a_document_without_a_list_of_vulnerabilities_is_an_error(document: dict[str, Any]) -> None:
    """The predecessor stored each of these as completed with none."""
    with pytest.raises(ReportError):
        parse_legacy(encode(document))


def test_an_empty_list_alone_is_not_clean() -> None:
    """It is what a scanner prints that looked at nothing."""
    judgement = judged({"vulnerabilities": [], "status": "SUCCESS", "scanId": "1"})

    assert isinstance(judgement, Incomplete)
    assert judgement.reason_code is ReasonCode.SCAN_INCOMPLETE


def test_an_empty_list_with_its_proof_is_clean() -> None:
    """The document says what was scanned, and that something was recognised."""
    judgement = judged({"vulnerabilities": [], **PROOF})

    assert isinstance(judgement, Completed)
    assert judgement.verdict is Verdict.CLEAN


@pytest.mark.parametrize(
    "told",
    [
        {"status": "FAILED"},
        {"status": "partial"},
        {"status": 0},
        {"error": "no login"},
        {"errors": [{}]},
        {"ScansPerformed": [{"ScanType": "pkg", "Status": "FAILED"}]},
        {"ScansPerformed": [*PROOF["ScansPerformed"], {"ScanType": "secret", "Status": "FAILED"}]},
        {"ScansPerformed": [{"ScanType": "pkg", "Status": "SUCCESS", "PartialScanInfo": "x"}]},
    ],
)
@pytest.mark.parametrize("findings", [[], [FINDING]])
def test_a_document_that_tells_of_failure_is_incomplete_whatever_it_holds(
    told: dict[str, Any], findings: list[Any]
) -> None:
    """Also of a scan type that nobody asked for."""
    judgement = judged({"vulnerabilities": findings, **PROOF, **told})

    assert isinstance(judgement, Incomplete)
    assert judgement.reason_code is ReasonCode.SCAN_INCOMPLETE


@pytest.mark.parametrize(
    "without",
    [
        {"ScansPerformed": None},
        {"ScansPerformed": [{"ScanType": "secret", "Status": "SUCCESS"}]},
        {"OSResults": []},
        {"OSResults": [{"Packages": []}]},
    ],
)
def test_half_a_proof_is_none(without: dict[str, Any]) -> None:
    """Both are needed: that packages were looked for, and that something was there to look at."""
    assert isinstance(judged({"vulnerabilities": [], **PROOF, **without}), Incomplete)


def test_findings_need_no_proof() -> None:
    """An image that has some is vulnerable, however little else is told."""
    judgement = judged({"vulnerabilities": [FINDING]})

    assert isinstance(judgement, Completed)
    assert (judgement.verdict, judgement.counts.critical) == (Verdict.VULNERABLE, 1)


def test_exit_code_1_is_a_failure_here_too() -> None:
    """The predecessor took it for success; it is qscanner's general error."""
    assert isinstance(judged({"vulnerabilities": [FINDING]}, exit_code=1), Incomplete)


@given(ANYTHING)
def test_every_json_is_read_or_refused(document: Any) -> None:
    """Total: `ReportError` and nothing else, and never clean without proof."""
    try:
        evidence = read_documents({LEGACY: encode(document)})
    except ReportError:
        return
    judgement = judge(0, evidence.report, evidence.inventory, evidence.scan_types)
    if isinstance(judgement, Completed) and judgement.verdict is Verdict.CLEAN:
        assert evidence.inventory is not None
        assert evidence.inventory.is_proven("pkg")
        assert evidence.inventory.recognised_anything
