"""Documents and logs that were tampered with: judged or refused, and clean only with their proof.

From the courier's log to stored findings, through the steps that a scan really takes.
"""

import copy
import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from imagescan.errors import ReportError
from imagescan.report.documents import LEGACY, keep, read_documents, read_kept
from tests.fuzz.collecting import Collecting
from tests.fuzz.large import framed
from tests.unit.reports import ANYTHING, fixture

CLEAN_REPORT = {
    "version": "2.1.0",
    "runs": [{"tool": {"driver": {"name": "QScanner", "rules": []}}, "results": []}],
}
INVENTORY = {
    "SchemaVersion": 2,
    "ScansPerformed": [
        {"ScanType": "pkg", "Status": "SUCCESS", "PartialScanInfo": None},
        {"ScanType": "secret", "Status": "SUCCESS"},
    ],
    "OSResults": [{"Target": "debian 12", "Packages": [{"Name": "bash", "Version": "5"}]}],
    "SCAResults": [],
    "SecretResults": [],
}
LEGACY_DOCUMENT = {"vulnerabilities": [], "compliance": [], **INVENTORY}
REPORTS = [
    CLEAN_REPORT,
    *(
        json.loads(fixture(name))
        for name in ("report.sarif.json", "report-released.json", "report-development-build.json")
    ),
]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a document, as its holder and the key in it."""
    found: list[tuple[Any, Any]] = []
    inner = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for key, member in inner:
        found.append((value, key))
        if isinstance(member, dict | list):
            found += places(member)
    return found


@st.composite
def tampered(draw: st.DrawFn, documents: list[Any]) -> Any:
    """A document of which a few places were replaced, dropped, doubled or renamed."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(0, 6))):
        known = places(document)
        if not known:
            break
        holder, key = known[draw(st.integers(0, len(known) - 1))]
        match draw(st.sampled_from(["replace", "drop", "double", "rename"])):
            case "replace":
                holder[key] = draw(ANYTHING)
            case "drop":
                del holder[key]
            case "double" if isinstance(holder, list):
                holder.append(holder[key])
            case _ if isinstance(holder, dict):
                holder[key.swapcase()] = holder.pop(key)
    return document


def told(data: Any, name: str) -> Any:
    """A field in whatever case it is written."""
    return next((value for key, value in data.items() if key.lower() == name.lower()), None)


def proves_itself(inventory: Any) -> bool:
    """Invariant 1 in other words: both scan types are told, and something was recognised."""
    performed = told(inventory, "ScansPerformed")
    assert isinstance(performed, list)
    types = {str(told(one, "ScanType")).lower() for one in performed}
    recognised = [
        one
        for results in (told(inventory, "OSResults"), told(inventory, "SCAResults"))
        for one in (results if isinstance(results, list) else [])
    ]
    return bool(types & {"pkg", "os"}) and "secret" in types and bool(recognised)


@given(tampered(REPORTS), tampered([INVENTORY]), st.sampled_from([0, 42, 43]))
def test_tampered_documents_are_judged_and_clean_only_with_their_proof(
    report: Any, inventory: Any, exit_code: int
) -> None:
    """Whatever was done to them, the steps end with an outcome."""
    scan = Collecting.begin()
    documents = {"report": report, "inventory": inventory}
    log = "".join(
        framed(name, json.dumps(document).encode(), scan.sealed_at)
        for name, document in documents.items()
    )

    outcome = scan.collect(log, exit_code=exit_code)["outcome"]

    if outcome["status"] == "completed":
        scan.store()
        assert len(scan.findings.keys) == outcome["counts"]["total"]
    else:
        assert outcome["reason"]["code"] in {"scan_incomplete", "report_unreadable"}
    if outcome["verdict"] == "clean":
        assert proves_itself(inventory)
        assert scan.findings.keys == set()


SEALED_AT = Collecting.begin().sealed_at


def frame(name: str, document: Any, size_bytes: int = 0) -> list[str]:
    """Its lines; blanks make the document as long as asked, so that sizes alone tell nothing."""
    content = json.dumps(document).encode()
    return framed(name, content.ljust(size_bytes), SEALED_AT).splitlines()


BAD_REPORT = {"runs": [{"results": [{"ruleId": "376157", "level": "error"}]}]}
SIZE = 500
CLEAN, SEEN = frame("report", CLEAN_REPORT, SIZE), frame("inventory", INVENTORY)
VULNERABLE = frame("report", BAD_REPORT, SIZE)
LINES = [*CLEAN, *SEEN, *VULNERABLE, f"TOO_LARGE report {SIZE}", "COURIER 1", ""]
LOGS = [
    [*CLEAN, *SEEN],
    [*CLEAN, *SEEN, *CLEAN],
    [*VULNERABLE, *SEEN, *CLEAN],
    [*CLEAN, *SEEN, *VULNERABLE],
]


def edits(lines: list[str]) -> Iterator[list[str]]:
    """Each line dropped, and replaced or preceded by each of the others."""
    for place in range(len(lines)):
        before, after = lines[:place], lines[place + 1 :]
        yield [*before, *after]
        for line in LINES:
            yield [*before, line, *after]
            yield [*before, line, lines[place], *after]


def hold_to_what_is_clean(lines: list[str]) -> None:
    """Collect a log; a clean one ends with a clean report's frame, untouched, and then its seal."""
    scan = Collecting.begin()

    outcome = scan.collect("\n".join(lines))["outcome"]

    if outcome is None or outcome["verdict"] != "clean":
        return
    [kept] = scan.blobs.content.values()
    assert json.loads(gzip.decompress(kept)) == {"report": CLEAN_REPORT, "inventory": INVENTORY}
    told = [line for line in lines if re.match("(BEGIN|END|TOO_LARGE|SEAL) report ", line)]
    frames = [line for line in told if not line.startswith("SEAL")]
    assert frames[-2:] == [CLEAN[0], CLEAN[-2]]
    assert told[-1] == CLEAN[-1]


def test_a_log_with_one_line_wrong_is_clean_only_if_a_clean_report_came_last_and_whole() -> None:
    """Every line, in every way."""
    for log in LOGS:
        for lines in edits(log):
            hold_to_what_is_clean(lines)


@given(st.lists(st.sampled_from(LINES) | st.text(max_size=80), max_size=8), st.data())
def test_a_log_with_many_lines_wrong_is_clean_only_if_a_clean_report_came_last_and_whole(
    foreign: list[str], data: st.DataObject
) -> None:
    """Lines of other places, and what is no line of the format at all."""
    lines = list(data.draw(st.sampled_from(LOGS)))
    for line in foreign:
        place = data.draw(st.integers(0, len(lines)))
        lines[place : place + data.draw(st.integers(0, 2))] = [line]

    hold_to_what_is_clean(lines)


@given(st.data())
def test_a_byte_that_was_changed_within_a_frame_is_noticed(data: st.DataObject) -> None:
    """The report is not sealed then, or it is the one that was sent."""
    log = bytearray("\n".join([*CLEAN, *SEEN]).encode())
    place = data.draw(st.integers(0, len(log) - 1))
    log[place] = data.draw(st.integers(0, 255))
    scan = Collecting.begin()

    outcome = scan.collect(log.decode(errors="replace"))["outcome"]

    if outcome is not None and outcome["status"] == "completed":
        [kept] = scan.blobs.content.values()
        assert json.loads(gzip.decompress(kept)) == {"report": CLEAN_REPORT, "inventory": INVENTORY}


@given(tampered([LEGACY_DOCUMENT]), st.text(min_size=8, max_size=12))
def test_what_is_kept_of_a_tampered_document_says_the_same(document: Any, secret: str) -> None:
    """Also in the legacy profile, and whatever the app's own secrets are."""
    documents = {LEGACY: json.dumps(document).encode()}
    try:
        evidence = read_documents(documents)
    except ReportError:
        return
    if secret in json.dumps(document):
        return

    assert read_kept(keep(documents, [secret])) == evidence
