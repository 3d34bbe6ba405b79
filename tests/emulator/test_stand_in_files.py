"""The stand-in's files have the shapes that programs reading qscanner's files expect."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.qscanner_stand_in.inventory import PLANTED_SECRET
from tests.emulator.stand_in import IMAGE, TOKEN, scan

SECRET = {"type": "secret", "title": "AWS access key", "severity": "critical", "path": "app/.env"}


def test_the_first_line_says_that_it_is_a_stand_in_and_the_real_ones_follow(
    tmp_path: Path,
) -> None:
    lines = scan(tmp_path, told={"os": "Alpine 3.20", "packages": 5}).console.splitlines()
    assert lines[0].startswith("STAND-IN")
    assert "INFO  OS detected: Alpine 3.20" in lines
    assert "INFO  OS package(s) detected: 5" in lines
    assert lines[6].startswith("INFO  Scan Result JSON created at ")


def test_files_are_named_by_what_was_asked_for(tmp_path: Path) -> None:
    assert scan(tmp_path).names() == ["Report.json", "Report.sarif.json", "ScanResult.json"]


@pytest.mark.parametrize(
    ("report_format", "names"),
    [
        ("table", ["ScanResult.json"]),
        ("json", ["Report.json", "ScanResult.json"]),
        ("sarif", ["Report.sarif.json", "ScanResult.json"]),
    ],
)
def test_only_the_reports_asked_for_are_written(
    tmp_path: Path, report_format: str, names: list[str]
) -> None:
    ended = scan(tmp_path, report_format=report_format)
    assert ended.names() == names
    assert ("Total: " in ended.console) == (report_format == "table")


@pytest.mark.parametrize("mode", ["inventory-only", "scan-only"])
def test_modes_without_a_report_write_none(tmp_path: Path, mode: str) -> None:
    assert scan(tmp_path, "--mode", mode).names() == ["ScanResult.json"]


@pytest.mark.parametrize("count", [0, 1, 32, 1000])
def test_a_number_of_findings_is_that_many_pairs_of_qid_and_package(
    tmp_path: Path, count: int
) -> None:
    pairs = scan(tmp_path, told={"findings": count}).pairs()
    assert (len(pairs), len(set(pairs))) == (count, count)


def test_counts_by_severity_are_found_as_told(tmp_path: Path) -> None:
    counts = {"critical": 2, "high": 1, "medium": 0, "low": 3, "info": 1}
    results = scan(tmp_path, told={"findings": counts}).sarif["results"]
    assert [one["properties"]["severity"] for one in results] == [5, 5, 4, 2, 2, 2, 1]
    assert {one["level"] for one in results[:3]} == {"error"}


def test_a_finding_comes_out_as_it_was_told(tmp_path: Path) -> None:
    told = {
        "qid": 42, "title": "A title", "severity": 3, "cves": ["CVE-2020-1", "CVE-2020-2"],
        "package": "left-pad", "installedVersion": "1.0", "fixedVersion": "1.1",
        "path": "usr/lib/left-pad", "layer": "sha256:ab",
    }  # fmt: skip
    run = scan(tmp_path, told={"findings": [told]}).sarif
    [rule], [result] = run["tool"]["driver"]["rules"], run["results"]
    assert (rule["id"], rule["name"], rule["shortDescription"]) == (
        "42", "Vulnerability", {"text": "A title"},
    )  # fmt: skip
    assert rule["properties"]["cve-ids"] == ["CVE-2020-1", "CVE-2020-2"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert (result["ruleId"], result["properties"]["QID"], place) == ("42", 42, "usr/lib/left-pad")
    assert result["properties"]["vulnerableSoftware"] == [
        {"name": "left-pad", "installedVersion": "1.0", "fixedVersion": "1.1",
         "layerSHA": "sha256:ab"}
    ]  # fmt: skip


def test_packages_of_one_qid_are_one_result(tmp_path: Path) -> None:
    same = {"qid": 42, "title": "A title", "severity": 4, "cves": ["CVE-2020-1"]}
    told = [same | {"package": name} for name in ("openssl", "libssl3")]
    ended = scan(tmp_path, told={"findings": told})
    assert len(ended.sarif["results"]) == 1
    assert ended.pairs() == [(42, "openssl"), (42, "libssl3")]
    [vulnerability] = ended.file("-Report.json")["Vulnerabilities"]
    assert [one["Name"] for one in vulnerability["Software"]] == ["openssl", "libssl3"]


def test_the_json_report_has_its_own_spelling(tmp_path: Path) -> None:
    report = scan(tmp_path, told={"findings": 1}).file("-Report.json")
    assert report == {"Vulnerabilities": [{
        "Qid": 376157, "Severity": 5, "Title": "Apache Log4j remote code execution (Log4Shell)",
        "Cves": [{"Id": "CVE-2021-44228"}],
        "Software": [{"Name": "log4j-core", "InstalledVersion": "2.14.1", "FixVersion": "2.15.0",
                      "PackagePath": None}],
    }]}  # fmt: skip


def test_a_secret_stands_in_the_inventory_with_its_value(tmp_path: Path) -> None:
    ended = scan(tmp_path, told={"findings": [SECRET]})
    [found] = ended.file("-ScanResult.json")["SecretResults"]
    assert (found["Target"], found["Secrets"][0]["Match"]) == ("app/.env", PLANTED_SECRET)
    assert found["Secrets"][0]["Severity"] == "CRITICAL"
    assert ended.sarif["tool"]["driver"]["rules"][0]["name"] == "Secret"
    assert "vulnerableSoftware" not in ended.sarif["results"][0]["properties"]


def test_two_like_secrets_in_one_file_are_two_findings(tmp_path: Path) -> None:
    told = [SECRET | {"qid": 7}, SECRET | {"qid": 7}]
    assert len(scan(tmp_path, told={"findings": told}).sarif["results"]) == 2


def test_secrets_are_not_found_where_nobody_looks_for_them(tmp_path: Path) -> None:
    ended = scan(tmp_path, "--scan-types", "pkg", told={"findings": [SECRET]})
    assert ended.sarif["results"] == []
    assert "SecretResults" not in ended.file("-ScanResult.json")


def test_the_inventory_tells_how_each_scan_type_went(tmp_path: Path) -> None:
    told = {"scansPerformed": {"pkg": "FAILED", "secret": "PARTIAL"}}
    performed = scan(tmp_path, told=told).file("-ScanResult.json")["ScansPerformed"]
    assert [(one["ScanType"], one["Status"]) for one in performed] == [
        ("pkg", "FAILED"), ("secret", "SUCCESS"),
    ]  # fmt: skip
    assert [bool(one.get("PartialScanInfo")) for one in performed] == [False, True]


@pytest.mark.parametrize(
    ("told", "results"),
    [({"os": None, "packages": 0}, []), ({"os": None, "packages": 2}, [("", 2)]),
     ({"os": "Alpine", "packages": 0}, [("Alpine", 0)])],
)  # fmt: skip
def test_the_inventory_shows_what_was_recognised(
    tmp_path: Path, told: dict[str, Any], results: list[tuple[str, int]]
) -> None:
    ended = scan(tmp_path, told=told)
    shown = ended.file("-ScanResult.json")["OSResults"]
    assert [(one["Target"], len(one["Packages"])) for one in shown] == results
    assert ("OS detected" in ended.console) == (told["os"] is not None)


def test_the_inventory_names_the_image(tmp_path: Path) -> None:
    metadata = scan(tmp_path).file("-ScanResult.json")["Metadata"]
    assert metadata["TargetMetadata"]["ImageMetadata"]["RepoTags"] == [IMAGE]


def test_a_report_can_be_cut_or_made_large(tmp_path: Path) -> None:
    ended = scan(tmp_path, told={"reportPaddingBytes": 100_000})
    assert len(json.dumps(ended.sarif)) > 130_000
    scan(tmp_path, told={"reportBytes": 100})
    [file] = ended.folder.glob("*.sarif.json")
    assert len(file.read_bytes()) == 100


def test_it_gives_away_what_it_is_told_to(tmp_path: Path) -> None:
    """What images and environments hold, for whoever tries that it is not kept."""
    told = {"console": ["one", "two"], "layerCommands": ["ENV A=b"], "tellsEnvironment": True}
    ended = scan(tmp_path, told=told)
    assert "\none\ntwo\n" in ended.console
    assert f"DEBUG QUALYS_ACCESS_TOKEN={TOKEN}\n" in ended.console
    [invocation] = ended.sarif["invocations"]
    assert invocation["environmentVariables"]["QUALYS_ACCESS_TOKEN"] == TOKEN
    assert [one["Command"] for one in ended.sarif["properties"]["layerInfo"]] == ["ENV A=b"]
