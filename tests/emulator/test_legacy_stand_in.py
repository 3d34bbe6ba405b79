"""The stand-in takes the predecessor's arguments too, and prints one document."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.qscanner_stand_in.behaviour import FILE_VARIABLE, normal_name, write
from local.qscanner_stand_in.legacy import is_legacy, parse_legacy, scan_legacy
from tests.emulator.bodies import container, group
from tests.emulator.servers import RunningEmulator
from tests.emulator.stand_in import run

IMAGE = "docker.io/library/nginx:1.27"
USUAL = ["--image", IMAGE, "--output-format", "json", "--tag", f"image={IMAGE}"]
LOGIN = {"QUALYS_USERNAME": "somebody", "QUALYS_PASSWORD": "planted-legacy-password"}
Scan = Callable[..., tuple[int, str, str]]


@pytest.fixture
def scan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Scan:
    """Scans an image of which so much was told: exit code, standard output, standard error."""

    def scanned(login: dict[str, str] = LOGIN, **told: Any) -> tuple[int, str, str]:
        file = tmp_path / "told.json"
        write(file, {normal_name(IMAGE): {"seconds": 0} | told})
        environment = {FILE_VARIABLE: str(file), **login}
        code = scan_legacy(parse_legacy(USUAL), environment, lambda _: None)
        return code, *capsys.readouterr()

    return scanned


def test_one_document_is_all_that_stands_on_standard_output(scan: Scan) -> None:
    code, out, err = scan(findings=2)
    document = json.loads(out)
    assert (code, err, out.count("\n")) == (0, "", 1)
    assert document["image"] == IMAGE
    assert document["tags"] == {"image": IMAGE}


def test_the_document_itself_says_that_it_is_a_stand_ins(scan: Scan) -> None:
    """Nothing else may stand beside it on standard output."""
    assert json.loads(scan()[1])["scanner"].startswith("STAND-IN: this is not qscanner")


def test_findings_stand_where_the_predecessor_read_them(scan: Scan) -> None:
    """qualys-aci at 333313a, _parse_vulnerabilities and _parse_compliance."""
    rule = {"type": "compliance", "qid": 7, "title": "No root user", "severity": "high"}
    bug = {
        "qid": 42, "title": "A title", "severity": 5, "cves": ["CVE-2020-1"],
        "package": "left-pad", "installedVersion": "1.0", "fixedVersion": "1.1",
    }  # fmt: skip
    document = json.loads(scan(findings=[bug, rule])[1])
    assert document["vulnerabilities"] == [{
        "qid": 42, "cve": "CVE-2020-1", "severity": 5, "title": "A title",
        "package": {"name": "left-pad", "version": "1.0"}, "fixedVersion": "1.1",
    }]  # fmt: skip
    assert document["compliance"] == [
        {"id": "7", "title": "No root user", "status": "FAIL", "severity": 4}
    ]


def test_nothing_is_told_of_how_the_scan_went_unless_it_is_asked_for(scan: Scan) -> None:
    """No real document is known that does."""
    assert "ScansPerformed" not in json.loads(scan(findings=0)[1])
    document = json.loads(scan(findings=0, proof=True, os="Alpine", packages=3)[1])
    assert [one["Status"] for one in document["ScansPerformed"]] == ["SUCCESS"]
    assert [(one["Target"], len(one["Packages"])) for one in document["OSResults"]] == [
        ("Alpine", 3)
    ]


@pytest.mark.parametrize(
    ("told", "at_least"), [({"findings": 120}, 16_384), ({"reportPaddingBytes": 40_000}, 50_000)]
)
def test_a_document_grows_with_what_is_found_or_as_told(
    scan: Scan, told: dict[str, int], at_least: int
) -> None:
    assert len(scan(**told)[1]) > at_least


def test_a_document_can_be_cut_or_written_in_lines(scan: Scan) -> None:
    assert len(scan(findings=9, reportBytes=100)[1]) == 101
    assert scan(findings=200, indent=1)[1].count("\n") > 1000


@pytest.mark.parametrize(
    ("exit_code", "has_document"), [(0, True), (1, True), (42, True), (6, False), (40, False)]
)
def test_a_scan_ends_as_told_and_leaves_what_that_ending_leaves(
    scan: Scan, exit_code: int, has_document: bool
) -> None:
    code, out, err = scan(exitCode=exit_code, findings=1)
    assert (code, bool(out)) == (exit_code, has_document)
    assert err.startswith("ERROR: ") == (exit_code not in (0, 42))


def test_there_may_be_no_document_at_all(scan: Scan) -> None:
    assert scan(noReport=True) == (0, "", "")


@pytest.mark.parametrize("missing", LOGIN)
def test_no_scan_without_username_and_password(scan: Scan, missing: str) -> None:
    code, out, err = scan({**LOGIN, missing: ""})
    assert (code, out) == (1, "")
    assert "failed to authenticate" in err


def test_a_scan_takes_as_long_as_told(tmp_path: Path) -> None:
    write(tmp_path / "told.json", {normal_name(IMAGE): {"seconds": 7}})
    waits: list[float] = []
    environment = {FILE_VARIABLE: str(tmp_path / "told.json"), **LOGIN}
    assert scan_legacy(parse_legacy(USUAL), environment, waits.append) == 0
    assert waits == [7]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--image", IMAGE],
        ["--output-format", "json"],
        ["--image", IMAGE, "--output-format", "xml"],
        [*USUAL, "--tag", "novalue"],
        [*USUAL, "--tag", "=value"],
        [*USUAL, "--pod", "US1"],
        [*USUAL, "image"],
    ],
)
def test_a_wrong_command_line_ends_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_legacy(arguments)
    assert ended.value.code == 2


def test_a_tags_value_may_hold_anything() -> None:
    assert parse_legacy([*USUAL, "--tag", "a=b=c d"]).tags == {"image": IMAGE, "a": "b=c d"}


@pytest.mark.parametrize("flag", ["--image", "--image=a", "--tag", "--output-format=json"])
def test_a_command_line_is_the_predecessors_by_its_first_word(flag: str) -> None:
    assert is_legacy([flag, "image"])


@pytest.mark.parametrize(
    "arguments", [[], ["image", "nginx", "--image", "x"], ["--pod", "US1", "image", "--image"]]
)
def test_any_other_command_line_is_qscanners(arguments: list[str]) -> None:
    assert not is_legacy(arguments)


def test_a_scanner_out_of_memory_is_killed_and_says_nothing(tmp_path: Path) -> None:
    ended = run(tmp_path, *USUAL, told={IMAGE: {"seconds": 0, "oom": True}}, variables=LOGIN)
    assert (ended.exit_code, ended.console) == (-9, "")


def test_of_a_large_document_the_stopped_containers_log_keeps_the_end(
    running: RunningEmulator,
) -> None:
    """16 KB: the predecessor stored what is left of it as no vulnerabilities."""
    running.control("images", {IMAGE: {"findings": 200, "seconds": 0}})
    login = [{"name": name, "secureValue": value} for name, value in LOGIN.items()]
    command = ["/opt/qualys/qscanner", *USUAL]
    scanner = container(
        "qscanner", "qualys/qscanner:latest", command=command, environmentVariables=login
    )
    running.put("one", group(scanner))
    assert running.wait_until_ended("one", "qscanner") == 0
    log = running.log("one", "qscanner")
    assert (len(log), log[-2:]) == (16 * 1024, "}\n")
    with pytest.raises(ValueError, match=r"Extra data|Expecting"):
        json.loads(log)
