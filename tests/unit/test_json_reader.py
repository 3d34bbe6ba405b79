"""Reading JSON piece by piece gives what json.loads gives, and no more at a time than it may."""

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescan.errors import ReportError
from imagescan.report.json_reader import (
    BLOCK_BYTES,
    MOST_ITEMS,
    MOST_VALUES,
    JsonReader,
    LongList,
    read_skeleton,
    write_json,
)
from tests.unit.reports import ANYTHING

LONG = frozenset({("long",), ("runs", "results"), ("a", "b", "c")})
NAMES = st.sampled_from(["long", "Long", "runs", "results", "a", "b", "c", "d"])
SHAPED = st.recursive(
    ANYTHING | st.text('é€𝄞\\"x', max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=25,
)
DOCUMENTS = st.dictionaries(NAMES, SHAPED, max_size=4)


def whole(value: Any) -> Any:
    """With every long list as a list."""
    if isinstance(value, dict):
        return {name: whole(member) for name, member in value.items()}
    return [whole(item) for item in value] if isinstance(value, list | LongList) else value


def same(one: Any, other: Any) -> bool:
    """Compared as JSON: NaN is like NaN."""
    return json.dumps(one) == json.dumps(other)


@given(DOCUMENTS, st.booleans(), st.sampled_from([None, 0, 3]))
def test_a_document_is_read_as_json_loads_reads_it(
    document: dict[str, Any], ascii_only: bool, indent: int | None
) -> None:
    """Whatever it holds, and however it is written."""
    text = json.dumps(document, ensure_ascii=ascii_only, indent=indent)
    content = text.encode(errors="replace")

    assert same(whole(read_skeleton(content, LONG)), json.loads(content))


@given(DOCUMENTS, st.integers(0, 200))
def test_it_does_not_matter_where_a_block_ends(document: dict[str, Any], before: int) -> None:
    """Within a text, a number, a character of several bytes, between two values."""
    text = json.dumps(document, ensure_ascii=False).encode(errors="replace")
    content = b" " * (BLOCK_BYTES - before) + text + b" " * BLOCK_BYTES

    assert same(whole(read_skeleton(content, LONG)), json.loads(content))


@given(st.lists(SHAPED, max_size=6), st.integers(0, 200))
def test_a_long_list_may_be_gone_through_as_often_as_one_likes(
    items: list[Any], before: int
) -> None:
    """It begins anew each time, wherever in the document it stands."""
    document = {"pad": "é" * ((BLOCK_BYTES - before) // 2), "LONG": items, "after": 1}
    content = json.dumps(document, ensure_ascii=False).encode(errors="replace")
    found = read_skeleton(content, LONG)["LONG"]

    assert isinstance(found, LongList)
    assert len(found) == len(items)
    for _ in range(2):
        assert same(list(found), json.loads(content)["LONG"])


@given(DOCUMENTS, st.data())
def test_a_cut_document_is_an_error(document: dict[str, Any], data: st.DataObject) -> None:
    """At whatever byte, within a long list too."""
    content = json.dumps(document, ensure_ascii=False).encode(errors="replace")
    cut = data.draw(st.integers(0, len(content) - 1))

    with pytest.raises(ReportError):
        read_skeleton(content[:cut], LONG)


@pytest.mark.parametrize(
    "content",
    [
        b"", b" ", b"{} {}", b"{}x", b"{}\xff", b'{"a" 1}', b'{"a":}', b'{"a":1,}', b"{1:2}",
        b'{"long":[1 2]}', b'{"long":[1,]}', b'{"long":[,1]}', b'{"long":[1', b'{"long":[]',
        b'{"long":[\xff]}', b'{"long":["\xc3"]}', b'{"runs":[{"results":[1]]}', b"[1,2",
        b'{"long":[' + b"9" * 5000 + b"]}", b'{"long":' + b"[" * 100_000,
        b'{"long":[' + b'{"a":' * 100_000, b"\xef\xbb\xbf\xef\xbb\xbf{}",
    ],
)  # fmt: skip
def test_what_is_no_json_is_an_error(content: bytes) -> None:
    """Nothing else is raised, and nothing is guessed."""
    with pytest.raises(ReportError):
        read_skeleton(content, LONG)


@given(st.binary() | st.text(alphabet='{}[]",:long123 \n').map(str.encode))
def test_any_bytes_are_json_or_an_error(content: bytes) -> None:
    """In agreement with json.loads, but for a byte order mark, which is passed over."""
    try:
        found = whole(read_skeleton(content, LONG))
    except ReportError:
        with pytest.raises((ValueError, RecursionError)):
            json.loads(content.decode("utf-8-sig"))
        return
    assert same(found, json.loads(content.decode("utf-8-sig")))


@given(DOCUMENTS)
def test_what_was_read_is_written_as_it_was(document: dict[str, Any]) -> None:
    """Piece by piece, long lists included."""
    read = read_skeleton(json.dumps(document).encode(), LONG)

    assert same(json.loads("".join(write_json(read))), document)


def test_changes_are_made_as_items_are_read() -> None:
    """One after the other, each time anew; the list itself stays as it is."""
    plain = read_skeleton(b'{"long":[1,2]}', LONG)["long"]
    changed = plain.changed(lambda item: item + 1).changed(lambda item: item * 10)

    assert list(changed) == [20, 30]
    assert "".join(write_json({"x": changed})) == '{"x":[20,30]}'
    assert list(plain) == [1, 2]


def test_a_value_after_a_large_one_is_read_in_small_steps_again() -> None:
    """What was read ahead for it is not counted against those that follow."""
    many = b"[" + b"0," * (MOST_VALUES // 2) + b"0]"
    content = b'{"long":[' + many + b"," + b'{"a":"' + b"x" * 300_000 + b'"},' + many + b"]}"

    assert [len(item) for item in read_skeleton(content, LONG)["long"]] == [
        MOST_VALUES // 2 + 1, 1, MOST_VALUES // 2 + 1,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b'{"long":[[' + b"{}," * (MOST_VALUES + 1) + b"{}]]}",
        b'{"d":[' + b"[]," * (MOST_VALUES + 1) + b"0]}",
        b'{"runs":[' + b'{"results":[]},' * MOST_VALUES + b"0]}",
    ],
    ids=["one item", "one value", "many small values"],
)
def test_what_would_not_fit_into_memory_is_refused(content: bytes) -> None:
    """A few megabytes of empty objects would take hundreds; peak is measured."""
    tracemalloc.start()
    with pytest.raises(ReportError):
        read_skeleton(content, LONG)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak_bytes < 130_000_000


def test_a_list_that_is_too_long_to_go_through_is_refused() -> None:
    """It would take a minute, and no scanner finds so much."""
    with pytest.raises(ReportError):
        read_skeleton(b'{"long":[' + b"0," * (MOST_ITEMS + 1) + b"0]}", LONG)


def test_a_reader_stands_at_a_byte_however_many_bytes_a_character_takes() -> None:
    """Lists are found again by it."""
    reader = JsonReader('  "é𝄞" [1]'.encode())

    assert reader.value() == "é𝄞"
    assert reader.peek() == "["
    assert reader.position() == len('  "é𝄞" '.encode())
