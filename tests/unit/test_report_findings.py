"""One finding: what is kept of it, and what makes it the same as another."""

from typing import Any

import pytest

from imagescan.report.findings import MOST_CVES, Finding, FindingType
from imagescan.report.parse import parse_report
from tests.unit.reports import encode, sarif

LOG4SHELL = Finding(
    title="Apache Log4j Remote Code Execution (Log4Shell)",
    severity=5,
    qid=376157,
    cves=("CVE-2021-44228",),
    package="log4j-core",
    installed_version="2.14.1",
    fixed_version="2.15.0",
)


def only(document: bytes) -> Finding:
    (finding,) = parse_report(document).findings
    return finding


def test_long_texts_are_cut_and_control_characters_blanked() -> None:
    """Titles at 1,024 characters, others at 512: a table's row has room for that."""
    finding = only(
        sarif({"message": {"text": "t\x00\ud800\n" + "t" * 9999},
               "properties": {"packageName": "p" * 9999, "cves": ["CVE-1"] * 3, "path": " "}})
    )  # fmt: skip

    assert len(finding.title) == 1024
    assert finding.title.isprintable()
    assert len(finding.package or "") == 512
    assert finding.path is None
    assert finding.cves == ("CVE-1",)


@pytest.mark.parametrize(
    ("changed", "is_the_same"),
    [
        ({"title": "other"}, True),
        ({"severity": 1}, True),
        ({"fixed_version": "9"}, True),
        ({"cves": ()}, True),
        ({"package": "other"}, False),
        ({"installed_version": "9"}, False),
        ({"path": "other"}, False),
        ({"line": 9}, False),
        ({"layer": "other"}, False),
        ({"qid": 9}, False),
        ({"qid": None}, False),
        ({"type": FindingType.MALWARE}, False),
    ],
)
def test_a_findings_id_stays_while_qualys_revises_what_it_says(
    changed: dict[str, Any], is_the_same: bool
) -> None:
    """What and where make a finding; severity, wording and fix may be corrected later."""
    values = {name: getattr(LOG4SHELL, name) for name in LOG4SHELL.__dataclass_fields__}
    other = Finding(**(values | changed))

    assert (other.finding_id == LOG4SHELL.finding_id) is is_the_same


def test_a_findings_id_is_the_same_in_every_version_of_this_program() -> None:
    """Rows written by an older version are found again."""
    assert LOG4SHELL.finding_id == "9cc6b2b1d6eb483f8f36458a"


def test_the_same_finding_told_twice_counts_once_at_its_highest() -> None:
    """With every CVE of both."""
    told = {"Qid": 5, "Severity": 2, "Cves": ["CVE-2"], "Software": [{"Name": "p"}]}
    fixed = {"Name": "p", "FixVersion": "9"}
    again = {"Qid": 5, "Severity": 4, "Cves": ["CVE-1"], "Software": [fixed]}
    finding = only(encode({"Vulnerabilities": [told, again]}))

    assert (finding.severity, finding.cves, finding.fixed_version) == (4, ("CVE-1", "CVE-2"), "9")


def test_a_secret_without_a_described_rule_is_not_titled_with_its_message() -> None:
    """The message of a secret holds the secret."""
    rule = {"id": "r", "name": "Secret"}
    finding = only(sarif({"ruleId": "r", "message": {"text": "s3cret"}}, rules=[rule]))

    assert finding.title == "r"


def test_a_finding_keeps_hundreds_of_cves_and_no_more() -> None:
    """A kernel update has that many; a table's row has its limit."""
    many = [f"CVE-2024-{number}" for number in range(MOST_CVES + 1)]
    finding = only(encode({"Vulnerabilities": [{"Qid": 1, "Cves": [*many, *many]}]}))

    assert len(finding.cves) == len(set(finding.cves)) == MOST_CVES
