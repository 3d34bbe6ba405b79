"""Lists: what they are asked for, page by page, and in which form they are told."""

import csv
import io
import json
from typing import Any

import pytest

from tests.cli.app_stand_in import Answer, AppStandIn
from tests.cli.bodies import (
    IMAGE,
    OTHER_ID,
    SCAN_ID,
    completed,
    coverage,
    finding,
    running,
    scan,
)
from tests.cli.conftest import Run

FINDINGS = f"/scans/{SCAN_ID}/findings"
NEVER = running(
    image="docker.io/library/redis:7",
    isScanned=False,
    lastCompleted=None,
    reason={"code": "never_scanned", "message": "Nobody asked.", "remedy": "Scan it."},
)


def page(number: int, cursor: str | None) -> Answer:
    return Answer(200, {"scans": [scan()] * number, "cursor": cursor})


def test_scans_are_listed_until_there_are_as_many_as_were_asked_for(
    app: AppStandIn, imagescan: Run
) -> None:
    """A page may be short, or even empty, with more behind it."""
    app.answers("GET", "/scans", page(2, "a"), page(0, "b"), page(1, "c"))

    told = imagescan("list", "--status", "failed", "-g", "rg", "--image", "nginx", "--limit", "3")

    assert told.code == 0
    assert told.out.count(SCAN_ID) == 3
    assert "--cursor c" in told.err
    where = {"status": "failed", "resourceGroup": "rg", "image": "nginx"}
    assert [one.query for one in app.asked] == [
        {**where, "limit": "3"},
        {**where, "limit": "1", "cursor": "a"},
        {**where, "limit": "1", "cursor": "b"},
    ]


def test_a_list_is_readable_at_80_columns(
    app: AppStandIn, imagescan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two lines a scan: neither its state, nor its time, nor what it found is folded."""
    many = completed(critical=4, high=15, medium=31, low=120)
    app.answers("GET", "/scans", Answer(200, {"scans": [many, scan()], "cursor": None}))

    told = imagescan("list")
    wide = told.out.splitlines()
    monkeypatch.setenv("COLUMNS", "80")
    narrow = imagescan("list").out.splitlines()

    assert narrow == wide
    assert max(len(one) for one in narrow) <= 80
    assert len(narrow) == 5 + 2 * 2  # edges and the two lines of the head
    assert "4C 15H 31M 120L" in told.out
    assert "2026-01-01 00:00 " in told.out
    assert "C critical, H high" in told.err


def test_an_image_without_a_tag_is_told_to_mean_latest_where_none_is_listed(
    app: AppStandIn, imagescan: Run
) -> None:
    app.answers("GET", "/scans", page(0, None))

    bare, tagged = (imagescan("list", "--image", f"host:5000/a{tag}") for tag in ("", ":1"))

    assert "--image host:5000/a means host:5000/a:latest" in bare.err
    assert (tagged.code, tagged.err) == (0, "No such scan.\n")


def test_a_list_goes_on_where_its_cursor_says(app: AppStandIn, imagescan: Run) -> None:
    """And as JSON as the app tells it."""
    app.answers("GET", "/scans", page(1, None))

    told = imagescan("list", "--cursor", "c", "--json")

    assert json.loads(told.out) == {"scans": [scan()], "cursor": None}
    assert app.asked[0].query["cursor"] == "c"


def test_a_list_that_goes_round_in_circles_ends(app: AppStandIn, imagescan: Run) -> None:
    app.answers("GET", "/scans", page(0, "a"))

    assert imagescan("list").code == 4


def test_findings_are_told_from_all_pages(app: AppStandIn, imagescan: Run) -> None:
    """In a table, or as JSON by either option."""
    app.answers("GET", f"/scans/{SCAN_ID}", Answer(200, completed(high=2)))

    def told(*words: str) -> Any:
        first = {"scanId": SCAN_ID, "isWhole": True, "findings": [finding()], "cursor": "a"}
        last = {"scanId": SCAN_ID, "isWhole": True, "findings": [finding(cves=[])], "cursor": None}
        app.answers("GET", FINDINGS, Answer(200, first), Answer(200, last))
        return imagescan("findings", SCAN_ID, "--severity", "high", *words)

    table, one, other = told(), told("--json"), told("--format", "json")

    assert "CVE-2024-1234" in table.out
    assert "376157" in table.out  # Qualys' own id, where there is no CVE
    assert one.out == other.out
    assert json.loads(one.out)["findings"] == [finding(), finding(cves=[])]
    assert app.asked[1].query == {"severity": "high", "limit": "200"}


def test_findings_that_are_only_some_are_told_with_how_many_there_are(
    app: AppStandIn, imagescan: Run
) -> None:
    """Else an image with seven findings would look clean."""
    app.answers("GET", f"/scans/{SCAN_ID}", Answer(200, completed(high=7)))
    none = {"scanId": SCAN_ID, "isWhole": True, "findings": [], "cursor": None}
    app.answers("GET", FINDINGS, Answer(200, none))

    told = imagescan("findings", SCAN_ID, "--type", "malware", "--severity", "low")

    assert "0 with --type malware --severity low, of 7" in told.out


@pytest.mark.parametrize(
    ("form", "document"),
    [("sarif", '{"version": "2.1.0",\n"runs": []}'), ("csv", "a,b\r\n1,ü\r\n")],
)
def test_documents_are_passed_on_as_they_are(
    app: AppStandIn,
    imagescan: Run,
    form: str,
    document: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Other tools read them; also where CI wants colours in its logs."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    app.answers("GET", FINDINGS, Answer(200, document))

    told = imagescan("findings", SCAN_ID, "--format", form, "--cve", "CVE-2024-1")

    assert (told.code, told.out, told.err) == (0, document, "")
    assert app.asked[0].query == {"format": form, "cve": "CVE-2024-1"}
    assert list(csv.reader(io.StringIO(told.out)))


def test_coverage_tells_what_runs_and_why_it_was_never_scanned(
    app: AppStandIn, imagescan: Run
) -> None:
    app.answers("GET", "/coverage", Answer(200, coverage(running(), NEVER)))

    told, only = imagescan("coverage", "-g", "rg"), imagescan("coverage", "--unscanned", "--json")

    assert (told.code, only.code) == (0, 0)
    assert IMAGE in told.out
    assert "never_scanned: Nobody asked. Scan it." in told.out
    assert [one["image"] for one in json.loads(only.out)["images"]] == [NEVER["image"]]
    assert app.asked[0].query == {"resourceGroup": "rg", "limit": "200"}


REFUSED = {"code": "resource_unreadable", "message": "No jobs.", "remedy": "Let the app."}


@pytest.mark.parametrize(
    ("pages", "code"),
    [
        ([coverage(running())], 0),
        ([coverage()], 0),
        ([coverage(running(), NEVER)], 1),
        ([coverage(NEVER, cursor="a"), coverage(running())], 1),
        ([coverage(running(), unlisted=[REFUSED])], 3),
        ([coverage(running(), unlisted=[REFUSED], cursor="a"), coverage(running())], 3),
    ],
)
def test_a_gate_on_coverage_passes_only_where_all_that_runs_was_scanned(
    app: AppStandIn, imagescan: Run, pages: list[dict[str, Any]], code: int
) -> None:
    """What Azure did not list, for whichever page, is not known."""
    app.answers("GET", "/coverage", *(Answer(200, one) for one in pages))

    told = imagescan("coverage", "--fail-on-unscanned", "--unscanned")

    assert told.code == code
    assert "1 images" not in told.err


def test_a_scan_of_this_image_that_runs_already_is_told(app: AppStandIn, imagescan: Run) -> None:
    """And its id, to come back to it."""
    app.answers("POST", "/scans", Answer(202, {**scan(), "scanId": OTHER_ID, "joined": True}))

    told = imagescan("scan", IMAGE, "--force")

    assert told.code == 0
    assert f"running already: {OTHER_ID}" in told.err
    assert app.asked[0].body == {"image": IMAGE, "force": True}
