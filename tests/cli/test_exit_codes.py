"""A pipeline may rely on the exit codes: what was not scanned whole never ends with 0."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from cli.exit_codes import MEANINGS, ExitCode
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.status import Status
from tests.cli.app_stand_in import Answer, AppStandIn, error
from tests.cli.bodies import (
    IMAGE,
    SCAN_ID,
    completed,
    counts,
    joined,
    scan,
    without_result,
)
from tests.cli.conftest import Run

GATED = [
    ("nothing found", completed(), "low", 0),
    ("less than the gate is for", completed(high=3, info=1), "critical", 0),
    ("only information, which no gate is for", completed(info=9), "low", 0),
    ("exactly what the gate is for", completed(high=1), "high", 1),
    ("worse than the gate is for", completed(critical=1), "low", 1),
    ("a fresh result that is clean", joined(Status.COMPLETED), "high", 0),
    ("a fresh result that is not", joined(Status.COMPLETED, critical=2), "high", 1),
    ("failed", without_result(ReasonCode.REGISTRY_DENIED), "critical", 3),
    ("timed out", without_result(ReasonCode.TIMED_OUT, Status.TIMED_OUT), "critical", 3),
    ("cancelled", without_result(ReasonCode.CANCELLED, Status.CANCELLED), "critical", 3),
    ("as another scan that failed", joined(Status.FAILED), "critical", 3),
    ("as another scan that was cancelled", joined(Status.CANCELLED), "critical", 3),
    ("completed without counts", scan(Status.COMPLETED), "critical", 3),
    ("counts without a verdict", scan(Status.COMPLETED, counts=counts()), "critical", 3),
    ("an end of which nothing is known", scan(Status.SCANNING), "critical", 3),
]


@pytest.mark.parametrize(("what", "body", "gate", "code"), GATED, ids=[one[0] for one in GATED])
def test_a_gate_ends_with_0_only_for_an_image_that_was_scanned_whole(
    app: AppStandIn, imagescan: Run, what: str, body: dict[str, Any], gate: str, code: int
) -> None:
    """By `scan` and, later, by `status`; the scan is told as JSON in every case."""
    app.answers("POST", "/scans", Answer(202, {**scan(), "joined": False}))
    app.answers("GET", f"/scans/{SCAN_ID}", Answer(200, body))

    begun = imagescan("scan", IMAGE, "--fail-on", gate, "--json")
    later = imagescan("status", SCAN_ID, "--fail-on", gate, "--json")

    assert (begun.code, later.code) == (code, code), what
    assert json.loads(begun.out) == json.loads(later.out) == body
    assert later.err


@pytest.mark.parametrize("body", [one[1] for one in GATED if one[3] == 3])
def test_who_waits_for_a_scan_that_has_no_result_is_told_so_without_a_gate_too(
    app: AppStandIn, imagescan: Run, body: dict[str, Any]
) -> None:
    app.answers("GET", f"/scans/{SCAN_ID}", Answer(200, body))

    assert imagescan("status", SCAN_ID, "--watch").code == 3
    assert imagescan("status", SCAN_ID).code == 0  # it was only asked how it stands


REFUSED = [
    (error(404, "scan_not_found"), 6),
    (Answer(401, ""), 5),
    (Answer(404, "<h1>404 Web Site not found</h1>"), 4),
    (Answer(500, ""), 4),
    (Answer(200, "<h1>Your Functions app is up and running</h1>"), 4),
    (Answer(200, "[" * 100_000), 4),
    (Answer(200, "{}"), 4),
    (Answer(302, "", {"Location": "/elsewhere"}), 4),
]


@pytest.mark.parametrize(("answer", "code"), REFUSED)
def test_what_the_app_refuses_and_what_is_no_app_end_differently(
    app: AppStandIn, imagescan: Run, answer: Answer, code: int
) -> None:
    """Scripts get it as JSON, a person as a sentence."""
    app.answers("GET", f"/scans/{SCAN_ID}", answer)
    app.answers("GET", f"/rescans/{SCAN_ID}", error(404, "rescan_not_found"))

    told = imagescan("status", SCAN_ID, "--fail-on", "high", "--json")

    assert told.code == code
    assert set(json.loads(told.out)["error"]) == {"code", "message", "details"}
    assert told.err.startswith("imagescan: ")


def test_a_request_that_the_app_calls_wrong_ends_as_a_wrong_command_line_does(
    app: AppStandIn, imagescan: Run
) -> None:
    app.answers("POST", "/scans", error(400, "invalid_image"))

    assert imagescan("scan", "UPPER case").code == 2
    assert imagescan("scan").code == 2
    assert imagescan("status", "../health").code == 2
    assert imagescan("scan", IMAGE, "--fail-on", "info").code == 2
    assert imagescan("findings", SCAN_ID, "--format", "csv", "--json").code == 2


@pytest.mark.parametrize("words", [("status", "x"), ("scan",), ("list", "--limit", "0"), ("x",)])
def test_a_wrong_command_line_is_told_to_scripts_too(imagescan: Run, words: tuple[str]) -> None:
    told = imagescan(*words, "--json")

    assert told.code == 2
    assert json.loads(told.out)["error"]["code"] == "usage"
    assert told.err.startswith("Usage: imagescan")


def test_an_app_that_does_not_listen_cannot_be_reached(
    imagescan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setenv("IMAGESCAN_URL", f"http://127.0.0.1:{bound.getsockname()[1]}")
        monkeypatch.setenv("IMAGESCAN_KEY", "k")
        told = imagescan("list")

    assert (told.code, told.out) == (4, "")
    assert "Nothing answers" in told.err


def test_findings_of_a_scan_that_is_not_whole_are_never_told_as_none(
    app: AppStandIn, imagescan: Run
) -> None:
    """The app's list of them is empty, and would look clean."""
    app.answers("GET", f"/scans/{SCAN_ID}", Answer(200, joined(Status.FAILED)))
    none = Answer(200, {"scanId": SCAN_ID, "isWhole": False, "findings": [], "cursor": None})
    refused = error(409, "scan_not_completed")

    for form, answer in {"table": none, "json": none, "csv": refused, "sarif": refused}.items():
        app.answers("GET", f"/scans/{SCAN_ID}/findings", answer)
        told = imagescan("findings", SCAN_ID, "--format", form)
        assert (told.code, told.out) == (3, "")


def test_a_bug_of_the_command_is_not_taken_for_a_gate(
    app: AppStandIn, imagescan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python ends with 1 after an exception that nobody caught."""
    app.answers("GET", f"/scans/{SCAN_ID}", Answer(200, completed()))
    monkeypatch.setattr("rich.console.Console.print", None)

    assert imagescan("status", SCAN_ID, "--fail-on", "high").code == 70


def test_every_exit_code_is_told_by_help(imagescan: Run) -> None:
    told = imagescan("--help")

    assert told.code == 0
    for code, meaning in MEANINGS.items():
        assert f"{code.value:>3}  {meaning}" in told.out


@pytest.mark.parametrize("code", MEANINGS)
def test_every_exit_code_stands_in_the_readme(code: ExitCode) -> None:
    """With the same words as in --help."""
    readme = (Path(__file__).parents[2] / "README.md").read_text()

    assert f"| `{code.value}` | {MEANINGS[code]} |" in readme
