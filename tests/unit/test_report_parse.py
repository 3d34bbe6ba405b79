"""Reading the scanner's vulnerability reports."""

import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescan.errors import ReportError
from imagescan.report.findings import Counts, Finding, FindingType
from imagescan.report.inventory import parse_inventory
from imagescan.report.parse import Report, parse_report
from tests.unit.reports import ANYTHING, encode, fixture, sarif

LAYER = "sha256:" + "1" * 64
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


def test_a_sarif_report_gives_a_finding_per_package_with_all_its_fields() -> None:
    """Vulnerabilities, a secret, malware and a failed control; what is told twice is there once."""
    report = parse_report(fixture("report.sarif.json"))
    jar = "app/lib/log4j-core-2.14.1.jar"
    log4shell = {"title": LOG4SHELL.title, "severity": 5, "qid": 376157, "cves": LOG4SHELL.cves,
                 "installed_version": "2.14.1", "fixed_version": "2.15.0", "path": jar,
                 "layer": LAYER}  # fmt: skip

    assert set(report.findings) == {
        Finding(package="log4j-core", **log4shell),  # type: ignore[arg-type]
        Finding(package="log4j-api", **log4shell),  # type: ignore[arg-type]
        Finding("Debian security update for openssl", 4, qid=6000123,
                cves=("CVE-2024-4741", "CVE-2024-5535"), package="openssl",
                installed_version="3.0.11-1", fixed_version="3.0.14-1"),
        Finding("A finding without a rule", 3, cves=("CVE-2023-0001",), package="zlib1g",
                installed_version="1.2.13", fixed_version="1.2.14"),
        Finding("Generic API key", 5, FindingType.SECRET, path="app/.env", line=3),
        Finding("Create a user for the container", 2, FindingType.COMPLIANCE),
        Finding("EICAR test file", 5, FindingType.MALWARE, path="tmp/eicar.com"),
    }  # fmt: skip
    assert report.counts == Counts(critical=4, high=1, medium=1, low=1)
    assert report.counts.to_dict()["total"] == 7


def test_the_json_report_of_released_versions_is_read() -> None:
    """Top-level Vulnerabilities, as qualys-packer reads it."""
    assert parse_report(fixture("report-released.json")).findings == (
        LOG4SHELL,
        Finding("Debian security update for openssl", 4, qid=6000123, package="openssl",
                installed_version="3.0.11-1"),
    )  # fmt: skip


def test_the_json_report_of_development_builds_is_read() -> None:
    """VulnerabilityReport beside Inventory, numbers as texts, other names, other case."""
    by_type = {
        one.type: one for one in parse_report(fixture("report-development-build.json")).findings
    }

    assert by_type[FindingType.VULNERABILITY].finding_id != LOG4SHELL.finding_id  # it has a path
    assert by_type[FindingType.VULNERABILITY].path == "app/lib/log4j-core-2.14.1.jar"
    assert by_type[FindingType.VULNERABILITY].fixed_version == "2.15.0"
    assert by_type[FindingType.COMPLIANCE] == Finding(
        "Image user should not be root", 4, FindingType.COMPLIANCE, path="Dockerfile", line=1
    )
    assert by_type[FindingType.SECRET] == Finding(
        "Generic API key", 5, FindingType.SECRET, path="app/.env", line=3
    )


@pytest.mark.parametrize(
    ("document", "where"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"not json", "no JSON"),
        (b'{"runs": [', "no JSON"),
        (b"[" * 200_000, "no JSON"),
        (b'{"a":' * 200_000, "no JSON"),
        (b'{"runs": [{"results": [' + b"9" * 5000 + b"]}]}", "no JSON"),
        (b"[]", "no JSON object"),
        (b"null", "no JSON object"),
        (b'"text"', "no JSON object"),
        (b"{}", "no list of vulnerabilities"),
        (b'{"runs": []}', "no runs"),
        (b'{"runs": {}}', "no runs"),
        (b'{"runs": null}', "no list of vulnerabilities"),
        (b'{"runs": [{}]}', "runs[0]"),
        (b'{"runs": [null]}', "runs[0]"),
        (b'{"runs": [{"results": null}]}', "runs[0]"),
        (b'{"runs": [{"results": []}, {"results": {}}]}', "runs[1]"),
        (b'{"runs": [{"results": [5]}]}', "runs[0].results[0]"),
        (b'{"Vulnerabilities": null}', "no list of vulnerabilities"),
        (b'{"Vulnerabilities": {}}', "no list of vulnerabilities"),
        (b'{"Vulnerabilities": [{}, []]}', "Vulnerabilities[1]"),
        (b'{"VulnerabilityReport": {}}', "no list of vulnerabilities"),
        (b'{"Inventory": {"SecretResults": []}}', "no list of vulnerabilities"),
    ],
)
def test_what_holds_no_place_for_results_is_an_error_and_not_zero_findings(
    document: bytes, where: str
) -> None:
    """A truncated or foreign document must not look clean; the error says where it is wrong."""
    with pytest.raises(ReportError) as error:
        parse_report(document)

    assert where in str(error.value)


@pytest.mark.parametrize(
    "document",
    [
        b'{"runs": [{"results": []}]}',
        b'{"Vulnerabilities": []}',
        b'\xef\xbb\xbf{"Vulnerabilities": []}',
        b'{"vulnerabilityReport": {"vulnerabilities": []}}',
    ],
)
def test_an_empty_list_of_results_is_a_report_without_findings(document: bytes) -> None:
    """Whether that is clean is for the verdict."""
    assert parse_report(document) == Report(())


@pytest.mark.parametrize(
    ("result", "rule", "severity"),
    [
        ({"properties": {"severity": 2}, "level": "error"}, {"properties": {"severity": 4}}, 2),
        ({"properties": {"severity": "3"}, "level": "error"}, {}, 3),
        ({"properties": {"Severity": "HIGH"}}, {}, 4),
        ({"level": "error"}, {"properties": {"severity": 4, "customerSeverity": 1}}, 4),
        ({"level": "error"}, {"properties": {"customerSeverity": 4}}, 4),
        ({"properties": {"severity": 9}, "level": "error"}, {"properties": {"severity": 3}}, 3),
        ({"properties": {"severity": True}, "level": "warning"}, {}, 3),
        ({"level": "error"}, {}, 5),
        ({"level": "warning"}, {}, 3),
        ({"level": "note"}, {}, 2),
        ({"level": "none"}, {}, 1),
        ({}, {"defaultConfiguration": {"level": "error"}}, 5),
        ({}, {}, 1),
    ],
)
def test_severity_falls_back_from_result_to_rule_to_level(
    result: dict[str, Any], rule: dict[str, Any], severity: int
) -> None:
    """The order that all of Qualys' integrations share."""
    finding = only(sarif({"ruleId": "r", **result}, rules=[{"id": "r", **rule}]))

    assert finding.severity == severity


@pytest.mark.parametrize(
    ("result", "qid"),
    [
        ({"ruleId": "CVE-2021-1", "properties": {"QID": 7}}, 7),
        ({"ruleId": "5", "properties": {"qid": "7"}}, 7),
        ({"ruleId": "376157"}, 376157),
        ({"ruleId": "QID-376157"}, 376157),
        ({"ruleId": "qid-376157"}, 376157),
        ({"ruleId": "CVE-2021-44228"}, None),
        ({"ruleId": "5", "properties": {"QID": -7}}, 5),
        ({"properties": {"QID": 10**30}}, None),
        ({"properties": {"QID": "9" * 4000}}, None),
        ({}, None),
    ],
)
def test_the_qid_comes_from_the_properties_before_the_rule(
    result: dict[str, Any], qid: int | None
) -> None:
    """The form of ruleId is not settled."""
    assert only(sarif(result)).qid == qid


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        ({"ruleId": "s"}, FindingType.SECRET),
        ({"ruleIndex": 0}, FindingType.SECRET),
        ({"ruleId": "unknown", "properties": {"type": "malware"}}, FindingType.MALWARE),
        ({"ruleId": "secret"}, FindingType.SECRET),
        ({"ruleId": "i"}, FindingType.COMPLIANCE),
        ({"ruleId": "v"}, FindingType.VULNERABILITY),
    ],
)
def test_the_rules_name_tells_the_type(result: dict[str, Any], kind: FindingType) -> None:
    """A rule may be named by id or by index."""
    rules = [{"id": "s", "name": "SECRET"}, {"id": "i", "name": "IaCMisconfiguration"},
             {"id": "v", "name": "CVE-2021-44228"}]  # fmt: skip

    assert only(sarif(result, rules=rules)).type is kind


def test_a_found_secrets_value_is_in_no_field_of_its_finding() -> None:
    """Neither from the report nor from the inventory."""
    inventory = parse_inventory(fixture("scan-result.json"))
    for name in ("report.sarif.json", "report-development-build.json"):
        report = parse_report(fixture(name))
        assert "FOUNDSECRET" not in repr((report, inventory.secrets))


def test_secrets_of_the_inventory_are_added_where_the_report_tells_of_none() -> None:
    """And not told twice where it does."""
    inventory = parse_inventory(fixture("scan-result.json"))
    without, with_secret = (
        parse_report(fixture("report-released.json")),
        parse_report(fixture("report.sarif.json")),
    )

    assert without.with_secrets_of(inventory).counts.total == without.counts.total + 1
    assert with_secret.with_secrets_of(inventory) == with_secret
    assert without.with_secrets_of(None) == without


@given(ANYTHING)
def test_any_json_is_a_report_or_a_report_error(value: Any) -> None:
    """Wrong types in any place, absurd numbers, lone surrogates."""
    for document in (encode(value), encode({"runs": [{"results": [value], "tool": value}]}),
                     encode({"Vulnerabilities": [value], "Inventory": value})):  # fmt: skip
        try:
            report = parse_report(document)
        except ReportError:
            continue
        assert all(1 <= finding.severity <= 5 for finding in report.findings)
        assert len({finding.finding_id for finding in report.findings}) == report.counts.total


@given(st.dictionaries(st.sampled_from(
    ["ruleId", "level", "message", "locations", "properties", "ruleIndex", "kind"]), ANYTHING),
    ANYTHING)  # fmt: skip
def test_a_sarif_result_of_any_shape_is_a_finding_unless_it_says_that_all_is_well(
    result: dict[str, Any], rule: Any
) -> None:
    """None is lost for being odd."""
    findings = parse_report(sarif(result, rules=[rule])).findings
    kind = str(result.get("kind")).lower()

    assert bool(findings) is (kind not in {"pass", "notapplicable"})


@given(st.binary())
def test_any_bytes_are_a_report_or_a_report_error(document: bytes) -> None:
    try:
        parse_report(document)
    except ReportError:
        pass


@given(st.integers(0, len(fixture("report.sarif.json")) - 2))
def test_a_report_that_was_cut_is_an_error(length: int) -> None:
    """At whatever byte."""
    with pytest.raises(ReportError):
        parse_report(fixture("report.sarif.json")[:length])


def test_a_large_report_takes_a_small_multiple_of_its_size() -> None:
    """Findings and rules are held, and no more: tests/fuzz measures 50 MB as a whole."""
    package = {"name": "p", "installedVersion": "1", "fixedVersion": "2", "layerSHA": LAYER}
    results = [
        {"ruleId": str(number), "message": {"text": "m" * 100}, "properties":
         {"QID": number, "vulnerableSoftware": [{**package, "name": f"p{number}"}]}}
        for number in range(4_000)
    ]  # fmt: skip
    rules = [{"id": str(number), "shortDescription": {"text": "t"}} for number in range(4_000)]
    document = sarif(*results, rules=rules)
    del results, rules

    tracemalloc.start()
    report = parse_report(document)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert report.counts.total == 4_000
    assert peak_bytes < 4 * len(document)
