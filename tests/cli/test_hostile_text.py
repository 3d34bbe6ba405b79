"""Image names and messages come from strangers: they steer neither terminals nor build logs."""

import json
import string
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cli.plain_text import plain, plain_lines
from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.status import Status
from tests.cli.app_stand_in import Answer, AppStandIn
from tests.cli.bodies import NOW, SCAN_ID, completed, coverage, finding, running, scan
from tests.cli.conftest import Run

EVIL = (
    "\x1b]0;owned\x07[bold]x[/bold] [/] :skull: \u202egnp\u2028##vso[task.complete]"
    "\r\n::error::\ud800" + 60 * "::error::"
)


@given(st.text(st.characters(exclude_categories=())))
def test_no_text_steers_a_terminal_or_a_build(text: str) -> None:
    """Nor breaks a line, or cannot be written."""
    told = plain(text)

    assert not [one for one in told if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert "##[" not in told
    assert "##vso[" not in told.lower()
    told.encode()


@given(st.text(st.sampled_from(string.ascii_letters + string.digits + "[]:;<>@#/\\ äß漢🐳")))
@example("#[x] ## #vso[")
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assume("##[" not in text)

    assert plain(text) == text


def test_a_document_keeps_its_lines_on_a_terminal() -> None:
    assert plain_lines("a,b\r\n\x1b[2J,\t1\n") == "a,b\n\\x1b[2J,\t1\n"


COMMANDS = [("status", SCAN_ID), ("list",), ("findings", SCAN_ID), ("coverage",)]


@pytest.mark.parametrize("words", COMMANDS)
def test_what_strangers_wrote_is_shown_and_not_obeyed(
    app: AppStandIn, imagescan: Run, words: tuple[str, ...]
) -> None:
    """Markup of the library that draws the tables stands there as it was written."""
    reason = Reason(ReasonCode.INTERNAL, EVIL)
    failed = scan(Status.FAILED, image=EVIL, reason=reason, log_tail=(EVIL[:300],), finished_at=NOW)
    app.answers("GET", f"/scans/{SCAN_ID}", Answer(200, failed))
    app.answers("GET", "/scans", Answer(200, {"scans": [failed], "cursor": None}))
    problem = {"code": "x", "message": EVIL, "remedy": EVIL}
    image = running(image=EVIL, isScanned=False, lastCompleted=None, reason=problem)
    app.answers("GET", "/coverage", Answer(200, coverage(image, unlisted=[problem])))
    if words[0] == "findings":
        app.answers("GET", f"/scans/{SCAN_ID}", Answer(200, completed(high=1) | {"image": EVIL}))
        found = {
            "scanId": SCAN_ID,
            "isWhole": True,
            "findings": [finding(title=EVIL, package=EVIL)],
            "cursor": None,
        }
        app.answers("GET", f"/scans/{SCAN_ID}/findings", Answer(200, found))

    told = imagescan(*words)

    assert told.code == 0
    for text in ("[bold]x[/bold]", ":skull:", r"\x1b]0;owned\x07"):
        assert text in told.out
    for line in told.out.splitlines():
        assert line.isprintable()
        assert line[0] in "┌│├└"  # GitHub runs what follows :: at the beginning of a line
    assert "##vso[" not in told.out


def test_json_tells_the_very_text_and_steers_no_terminal_either(
    app: AppStandIn, imagescan: Run
) -> None:
    body = scan(Status.FAILED, image=EVIL)
    app.answers("GET", f"/scans/{SCAN_ID}", Answer(200, body))

    told = imagescan("status", SCAN_ID, "--json")

    assert json.loads(told.out) == body
    assert told.out.replace("\n", "").isprintable()
