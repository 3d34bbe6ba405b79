"""The scanner's own log in the legacy profile: one whole document, or why there is none."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescan.container_group.legacy_log import (
    AtLimit,
    HeadMissing,
    NoDocument,
    NotOneDocument,
    OneDocument,
    Unfinished,
    read_legacy_log,
    without_document,
)
from tests.unit.reports import ANYTHING

DOCUMENT = {"vulnerabilities": [{"qid": 1, "title": "a } in { a text"}], "status": "SUCCESS"}
TEXT = json.dumps(DOCUMENT)
CONSOLE = st.text(st.characters(exclude_characters="{}[],"), max_size=40)
OBJECTS = st.dictionaries(st.text(max_size=6), ANYTHING, max_size=4)
INDENTS = st.sampled_from([None, 0, 2])


def write(document: Any, indent: int | None = None) -> str:
    return json.dumps(document, indent=indent)


@given(CONSOLE, OBJECTS, INDENTS, CONSOLE)
def test_an_object_among_lines_of_text_is_the_document(
    before: str, document: dict[str, Any], indent: int | None, after: str
) -> None:
    """ACI mixes both streams; however it is printed, it comes out as it is."""
    text = write(document, indent)

    found = read_legacy_log(f"{before}\n{text}\n{after}")

    assert isinstance(found, OneDocument)
    assert found.content.decode() == text


@given(st.data(), OBJECTS, INDENTS, CONSOLE)
def test_no_document_whose_head_is_cut_is_taken_for_one(
    data: st.DataObject, document: dict[str, Any], indent: int | None, after: str
) -> None:
    """Wherever ACI cut it: what is left may begin with a whole object of its own."""
    text = write({"first": {}, **document, "last": {"clean": []}}, indent)
    cut = data.draw(st.integers(1, len(text) - 1))

    found = read_legacy_log(f"{text[cut:]}\n{after}")

    assert isinstance(found, HeadMissing | NotOneDocument | Unfinished)


def test_no_cut_of_a_document_with_braces_in_its_texts_is_taken_for_one() -> None:
    """Every place, those inside of texts included."""
    text = write(
        {"a": ['{"b": 1}', "{", ":1}", {"vulnerabilities": []}], "c": "{}", "d": {"e": {}}}
    )

    assert isinstance(read_legacy_log(text), OneDocument)
    for cut in range(1, len(text)):
        assert not isinstance(read_legacy_log(text[cut:]), OneDocument), text[cut:]
        assert not isinstance(read_legacy_log(text[:cut]), OneDocument), text[:cut]


@pytest.mark.parametrize(
    "log",
    [
        f"{TEXT}\n{TEXT}",
        f"{TEXT}{TEXT}",
        f"[{TEXT}]",
        f"[{TEXT}, {TEXT}]",
        "{'single': 'quotes'}",
        f"INFO  {{context}}\n{TEXT}",
        '{"a":' * 900 + "{}" + "}" * 900 + "{}",
        '{"a":' * 2000 + "1" + "}" * 2000,
    ],
)
def test_what_is_not_one_object_alone_is_no_document(log: str) -> None:
    """Which of two would be the report, nobody can tell."""
    assert isinstance(read_legacy_log(log), NotOneDocument)


def test_a_second_document_spoils_the_first_even_where_only_a_part_of_it_is_there() -> None:
    """A log that lost its head may end with a whole document, and one that grows begin with it."""
    assert isinstance(read_legacy_log('"qid": 1}\n' + TEXT), HeadMissing)
    assert isinstance(read_legacy_log(TEXT + '\n{"vulnerabilities": [{'), Unfinished)


def test_an_object_that_is_still_open_is_unfinished() -> None:
    """The rest may come with a later look."""
    assert isinstance(read_legacy_log(TEXT[:-1]), Unfinished)
    assert isinstance(read_legacy_log(TEXT.partition(":")[0]), Unfinished)


@pytest.mark.parametrize("log", ["", "INFO  OS detected: Debian 12\n", "ERROR: no login\n"])
def test_text_alone_holds_no_document(log: str) -> None:
    """And is not mistaken for a cut one."""
    assert isinstance(read_legacy_log(log), NoDocument)


def test_a_log_that_reached_acis_limit_has_lost_its_head_however_well_its_end_reads() -> None:
    """A whole first document may be what is gone."""
    lines = "INFO\n" * 1000
    many_bytes = "INFO  " + "x" * 16_000 + "\n"

    assert isinstance(read_legacy_log(lines + TEXT), AtLimit)
    assert isinstance(read_legacy_log(many_bytes + TEXT), AtLimit)
    assert isinstance(read_legacy_log("é" * 8_000 + TEXT), AtLimit)
    assert isinstance(read_legacy_log(lines[: 900 * 5] + TEXT), OneDocument)


@given(st.text() | st.text(alphabet='{}[]",:\\ \n1a', max_size=60))
def test_every_text_is_read(log: str) -> None:
    """Total: nothing raises, and what is found is an object."""
    found = read_legacy_log(log)

    if isinstance(found, OneDocument):
        assert isinstance(json.loads(found.content), dict)
    without_document(log)


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (f"one\n{TEXT}\ntwo\n", "one\ntwo\n"),
        (f"one\nsaid: {TEXT}{TEXT}, it\ntwo", "one\ntwo"),
        (f"one\n{TEXT[:-5]}", "one\n"),
        (f"{TEXT[5:]}\ntwo", ""),
        ("one\n" * 2000, "one\n" * 2000),
        ("one", "one"),
        ("", ""),
    ],
)
def test_a_person_is_shown_what_stands_around_the_document_and_nothing_of_it(
    log: str, words: str
) -> None:
    """The scanner's document is not redacted line by line: none of it is kept as last words."""
    assert without_document(log) == words
