"""How the stand-in's scans end, and which files each ending leaves."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from local.azure_emulator.leftovers import kill_session
from local.qscanner_stand_in.arguments import parse
from local.qscanner_stand_in.behaviour import FILE_VARIABLE, normal_name, read, write
from local.qscanner_stand_in.scan import scan as scan_now
from tests.emulator.servers import ROOT, eventually
from tests.emulator.stand_in import IMAGE, TOKEN, scan

ALL = ["Report.json", "Report.sarif.json", "ScanResult.json"]


@pytest.mark.parametrize(
    ("exit_code", "names"),
    [
        (0, ALL), (42, ALL), (43, ALL), (1, ALL), (15, ALL), (11, ALL), (71, ALL),
        (17, ["ScanResult.json"]), (33, ["ScanResult.json"]), (40, ["ScanResult.json"]),
        (41, ["ScanResult.json"]), (6, []), (2, []), (30, []),
    ],
)  # fmt: skip
def test_a_scan_ends_as_told_and_leaves_what_that_ending_leaves(
    tmp_path: Path, exit_code: int, names: list[str]
) -> None:
    ended = scan(tmp_path, told={"exitCode": exit_code, "findings": 1})
    assert (ended.exit_code, ended.names()) == (exit_code, names)
    assert ("ERROR: " in ended.console) == (exit_code not in (0, 42, 43))


def test_a_scanner_out_of_memory_is_killed_and_leaves_nothing(tmp_path: Path) -> None:
    ended = scan(tmp_path, told={"oom": True})
    assert (ended.exit_code, ended.names()) == (-9, [])


def test_a_report_or_the_inventory_can_be_missing(tmp_path: Path) -> None:
    assert scan(tmp_path, told={"noReport": True}).names() == ["ScanResult.json"]
    (tmp_path / "other").mkdir()
    assert scan(tmp_path / "other", told={"noInventory": True}).names() == ALL[:2]


def test_a_report_may_still_be_written_when_the_scanner_has_ended(tmp_path: Path) -> None:
    ended = scan(tmp_path, told={"reportSecondsAfterExit": 3600})
    try:
        seen: set[str] = set()
        for _ in range(2):
            seen.add(eventually(lambda: _another_than(seen, ended.folder)))
    finally:
        kill_session(ended.session, None)
    assert ended.exit_code == 0
    for text in seen:
        with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
            json.loads(text)


def _another_than(seen: set[str], folder: Path) -> str | None:
    texts = [file.read_text() for file in folder.glob("*.sarif.json")]
    return next((text for text in texts if text not in seen), None)


def test_a_report_that_is_written_slowly_is_whole_in_the_end(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "local.qscanner_stand_in.slow_writer",
        str(tmp_path / "file"),
        "1",
    ]
    subprocess.run(command, input="the text", text=True, check=True, cwd=ROOT, timeout=60)
    assert (tmp_path / "file").read_text() == "the text"


@pytest.mark.parametrize(("timeout", "waited", "code"), [("300s", 7, 0), ("5s", 5, 1)])
def test_a_scan_takes_as_long_as_told_but_not_longer_than_its_time(
    tmp_path: Path, timeout: str, waited: float, code: int
) -> None:
    file = tmp_path / "told.json"
    write(file, {normal_name(IMAGE): {"seconds": 7}})
    out = str(tmp_path)
    options = parse(["image", IMAGE, "--pod", "US1", "-o", out, "--scan-timeout", timeout])
    environment = {FILE_VARIABLE: str(file), "QUALYS_ACCESS_TOKEN": TOKEN}
    waits: list[float] = []
    assert scan_now(options, environment, waits.append) == code
    assert waits == [waited]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("docker.io/library/nginx:1.27", "nginx:1.27"),
        ("index.docker.io/nginx:1.27", "nginx:1.27"),
        ("nginx", "nginx:latest"),
        ("docker.io/acme/app:1", "acme/app:1"),
        ("localhost:5000/app", "localhost:5000/app:latest"),
        ("nginx:1.27@sha256:" + "0" * 64, "nginx:1.27"),
        ("nginx@sha256:" + "0" * 64, "docker.io/library/nginx@sha256:" + "0" * 64),
    ],
)
def test_an_image_is_known_in_any_spelling(tmp_path: Path, asked: str, told: str) -> None:
    write(tmp_path / "told.json", {normal_name(told): {"findings": 5}})
    assert read({FILE_VARIABLE: str(tmp_path / "told.json")}, asked) == {"findings": 5}


def test_different_images_are_not_mistaken_for_each_other(tmp_path: Path) -> None:
    write(tmp_path / "told.json", {normal_name("nginx:1.27"): {"findings": 5}})
    for image in ("nginx:1.28", "acme/nginx:1.27", "ghcr.io/nginx:1.27", "nginx"):
        assert read({FILE_VARIABLE: str(tmp_path / "told.json")}, image) == {}


def test_an_image_of_which_nothing_is_told_always_has_the_same_findings(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    assert scan(tmp_path / "a").pairs() == scan(tmp_path / "b").pairs()
