"""The stand-in's command line takes what qscanner takes and refuses what it refuses."""

from pathlib import Path

import pytest

from local.qscanner_stand_in.arguments import parse
from tests.emulator.stand_in import run, scan

USUAL = ["image", "nginx:1.27", "--pod", "US1", "--output-dir", "/out"]


def test_the_command_line_of_a_scan_is_taken() -> None:
    options = parse([
        "image", "docker.io/library/nginx:1.27", "--pod", "US1", "--mode", "get-report",
        "--scan-types", "pkg,secret", "--format", "json", "--report-format", "sarif,json,table",
        "--output-dir", "/qscanner-output", "--scan-timeout", "600s",
        "--max-network-retries", "20", "--network-retry-wait-min", "15s",
        "--network-retry-wait-max", "30s",
    ])  # fmt: skip
    assert (options.target, options.scan_types) == (
        "docker.io/library/nginx:1.27",
        ("pkg", "secret"),
    )
    assert (options.scan_timeout, options.output_dir) == (600.0, "/qscanner-output")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--pod", "US1", "-o", "/out", "image", "nginx:1.27"],
        ["--pod", "US1", "image", "-o", "/out", "nginx:1.27"],
        ["image", "--pod", "US1", "nginx:1.27", "-o", "/out"],
        ["image", "nginx:1.27", "--skip-verify-tls", "--pod=US1", "-o", "/out"],
        ["image", "nginx:1.27", "--skip-verify-tls=true", "--pod", "https://gw.example", "-o", "/"],
    ],
)
def test_flags_stand_before_or_after_the_command(arguments: list[str]) -> None:
    assert parse(arguments).target == "nginx:1.27"


def test_a_report_is_asked_for_unless_another_mode_is() -> None:
    assert parse(USUAL).mode == "get-report"


@pytest.mark.parametrize(
    "arguments",
    [
        [*USUAL, "--image", "nginx"],
        [*USUAL, "--tag", "a=b"],
        [*USUAL, "--output-format", "json"],
        [*USUAL, "--made-up"],
        [*USUAL, "--scan-typ", "pkg"],
        [*USUAL, "--scan-types", "pkg,everything"],
        [*USUAL, "--format", "sarif"],
        [*USUAL, "--report-format", "html"],
        [*USUAL, "--mode", "fast"],
        [*USUAL, "--scan-timeout", "600"],
        [*USUAL, "--pod", "US9"],
        [*USUAL, "another-target"],
        ["image", "nginx:1.27", "--output-dir", "/out"],
        ["image", "--pod", "US1", "--output-dir", "/out"],
        ["--pod", "US1", "nginx:1.27", "--output-dir", "/out"],
        ["repo", "/src", "--pod", "US1", "--output-dir", "/out"],
        [],
    ],
)
def test_a_wrong_command_line_ends_with_2_and_a_message(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().out.startswith("ERROR: invalid parameter: ")


def test_a_wrong_command_line_ends_the_program_with_2(tmp_path: Path) -> None:
    ended = run(tmp_path, *USUAL, "--image", "nginx")
    assert (ended.exit_code, ended.names()) == (2, [])


@pytest.mark.parametrize("token", [None, "", "short", "with spaces in it and more"])
def test_no_scan_without_a_well_formed_token(tmp_path: Path, token: str | None) -> None:
    ended = scan(tmp_path, token=token)
    assert (ended.exit_code, ended.names()) == (1, [])
    assert "failed to authenticate" in ended.console


@pytest.mark.parametrize(("text", "seconds"), [("300s", 300), ("1h30m", 5400), ("250ms", 0.25)])
def test_durations_are_gos(text: str, seconds: float) -> None:
    assert parse([*USUAL, "--scan-timeout", text]).scan_timeout == seconds
