"""Reading the courier's log: a document is whole, verified and final, or it is none."""

import base64
import gzip
import hashlib
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescan.container_group.frames import (
    LARGEST_DOCUMENT_BYTES,
    Broken,
    Document,
    Missing,
    Sealed,
    TooLarge,
    Unsealed,
    read_courier_log,
)

END_OF_SCAN = 1_700_000_000
SEALED_AFTER = datetime.fromtimestamp(END_OF_SCAN, UTC)
PARTIAL, FINAL, INVENTORY = b'{"runs": [', b'{"runs": [1, 2, 3]}' * 40, b'{"ScansPerformed": []}'


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def frame(name: str, content: bytes, *, claims: bytes | None = None, width: int = 76) -> list[str]:
    """A frame of `content` that may claim to be a frame of something else."""
    claimed = content if claims is None else claims
    told = f"{name} {len(claimed)} {sha256(claimed)}"
    text = base64.b64encode(gzip.compress(content, mtime=0)).decode()
    body = [text[start : start + width] for start in range(0, len(text), width)]
    return [f"BEGIN {told}", *body, f"END {told}"]


def seal(name: str, content: bytes, seconds_after_end: int) -> str:
    return f"SEAL {name} {sha256(content)} {END_OF_SCAN + seconds_after_end}"


def log(*lines: str | list[str]) -> str:
    each = [[line] if isinstance(line, str) else line for line in lines]
    return "".join(f"{line}\n" for part in each for line in part)


def report_in(text: str) -> Document:
    return read_courier_log(text).document("report", SEALED_AFTER)


# A report that was caught half written before the scanner's end, and whole after it.
WHOLE = log(
    "COURIER 1",
    frame("report", PARTIAL),
    seal("report", PARTIAL, -9),
    seal("report", PARTIAL, -4),
    frame("report", FINAL),
    seal("report", FINAL, -1),
    frame("inventory", INVENTORY),
    seal("inventory", INVENTORY, 3),
    seal("report", FINAL, 4),
)


def test_a_whole_frame_with_a_seal_after_the_end_is_the_document() -> None:
    """Each name has its own."""
    read = read_courier_log(WHOLE)

    assert read.document("report", SEALED_AFTER) == Sealed(FINAL)
    assert read.document("inventory", SEALED_AFTER) == Sealed(INVENTORY)
    assert read.document("other", SEALED_AFTER) == Missing()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Missing()),
        ("COURIER 1\n", Missing()),
        (log(seal("report", FINAL, 9)), Missing()),
        (log(frame("report", FINAL)), Unsealed()),
        (log(frame("report", FINAL), seal("report", FINAL, 0)), Unsealed()),
        (log(frame("report", FINAL), seal("report", PARTIAL, 9)), Unsealed()),
        (log(frame("report", FINAL), seal("inventory", FINAL, 9)), Unsealed()),
        (log(seal("report", FINAL, 9), frame("report", FINAL)), Unsealed()),
        (log("TOO_LARGE report 3000001"), TooLarge()),
        (log(frame("report", FINAL), seal("report", FINAL, 9), "TOO_LARGE report 9"), TooLarge()),
        (
            log("TOO_LARGE report 9", frame("report", FINAL), seal("report", FINAL, 9)),
            Sealed(FINAL),
        ),
        (log(frame("report", b""), seal("report", b"", 1)), Sealed(b"")),
    ],
)
def test_a_document_needs_a_later_seal_of_its_own_name_and_hash(
    text: str, expected: Document
) -> None:
    """What is missing is told as what it is."""
    assert report_in(text) == expected


def test_a_file_that_changed_after_its_seal_is_not_final() -> None:
    """A later seal of another hash means that a newer frame was lost."""
    text = log(frame("report", FINAL), seal("report", FINAL, 5), seal("report", PARTIAL, 9))

    assert report_in(text) == Unsealed()


def test_a_file_that_changed_back_needs_a_new_seal() -> None:
    """A seal from before a frame says nothing about what came after it."""
    text = log(
        frame("report", FINAL),
        seal("report", FINAL, 5),
        frame("report", PARTIAL),
        frame("report", FINAL),
    )

    assert report_in(text) == Unsealed()


@pytest.mark.parametrize(
    "broken",
    [
        frame("report", PARTIAL, claims=FINAL),
        frame("report", FINAL + b"!", claims=FINAL),
        frame("report", FINAL.replace(b"1", b"7"), claims=FINAL),
        [*frame("report", FINAL)[:-1], f"END report {len(FINAL)} {sha256(PARTIAL)}"],
        frame("report", FINAL)[:-1],
        frame("report", FINAL)[1:],
        [*frame("report", FINAL)[:-2], *frame("report", FINAL)[-1:]],
        [
            *frame("report", FINAL)[:2],
            "INFO  a line of something else",
            *frame("report", FINAL)[2:],
        ],
        [*frame("report", FINAL)[:-1], frame("inventory", FINAL)[-1]],
        [*frame("report", FINAL)[:-1], frame("report", PARTIAL)[-1]],
        [*frame("report", FINAL)[:2], *frame("inventory", INVENTORY), *frame("report", FINAL)[2:]],
        [frame("report", FINAL)[0], "not base64!", frame("report", FINAL)[-1]],
        [frame("report", FINAL)[0], "bm90IGd6aXA=", frame("report", FINAL)[-1]],
        [frame("report", FINAL)[0], frame("report", FINAL)[-1]],
    ],
)
def test_a_frame_that_is_not_what_it_says_is_broken_and_hides_the_one_before(
    broken: list[str],
) -> None:
    """Only the last frame counts, and a broken one is not passed over."""
    text = log(frame("report", PARTIAL), seal("report", PARTIAL, 9), broken)

    assert report_in(text + log(seal("report", FINAL, 9))) == Broken()
    assert not isinstance(report_in(text), Sealed)


def test_a_gzip_stream_with_something_behind_it_is_broken() -> None:
    """Two streams in one frame: which of them was hashed is not ours to guess."""
    told = f"report {len(FINAL)} {sha256(FINAL)}"
    body = base64.b64encode(gzip.compress(FINAL) + gzip.compress(b"more")).decode()
    text = log(f"BEGIN {told}", body, f"END {told}", seal("report", FINAL, 9))

    assert report_in(text) == Broken()


def test_lines_may_end_as_on_windows_and_garbage_may_stand_between_frames() -> None:
    """Logs are joined and passed on by services that we do not know."""
    noisy = WHOLE.replace("SEAL", "\x00\ud800 noise\nSEAL").replace("\n", "\r\n")

    assert report_in(noisy) == Sealed(FINAL)


def test_a_log_cut_at_its_head_still_gives_what_is_whole_in_it() -> None:
    """ACI keeps the end of a log."""
    cut = WHOLE[WHOLE.index(f"BEGIN report {len(FINAL)}") - 20 :]

    assert report_in(cut) == Sealed(FINAL)


def test_a_frame_that_was_cut_by_the_next_one_does_not_hide_it() -> None:
    """The courier was started again in the middle of a frame."""
    text = log(frame("report", FINAL)[:2], frame("report", FINAL), seal("report", FINAL, 9))

    assert report_in(text) == Sealed(FINAL)


@pytest.mark.parametrize("name", ["REPORT", "report2", "../report", "report inventory", "$(id)"])
def test_a_frame_of_an_unknown_name_is_nothing(name: str) -> None:
    """The names are a closed set."""
    text = log(frame(name, FINAL), seal(name, FINAL, 9))

    assert read_courier_log(text).frames == {}
    assert report_in(text) == Missing()


def test_a_frame_that_unpacks_to_more_than_it_says_costs_no_memory() -> None:
    """100 MB of zeros in 100 KB, said to be ten bytes."""
    text = log(frame("report", bytes(100_000_000), claims=bytes(10)), seal("report", bytes(10), 9))

    tracemalloc.start()
    found = report_in(text)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found == Broken()
    assert peak_bytes < 5_000_000


def test_a_frame_that_says_to_be_larger_than_the_bound_is_not_unpacked() -> None:
    """The bound is on what it unpacks to."""
    told = f"report {LARGEST_DOCUMENT_BYTES + 1} {sha256(b'')}"
    text = log(f"BEGIN {told}", "AAAA", f"END {told}", seal("report", b"", 9))

    assert report_in(text) == TooLarge()


def test_what_kept_the_courier_from_working_is_told() -> None:
    """A person has to know that the image of the courier is the wrong one."""
    assert read_courier_log("COURIER-ERROR missing applet gzip\n").problem == "missing applet gzip"
    assert read_courier_log(WHOLE).problem is None


@given(st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)))
def test_no_part_of_a_log_gives_another_document(start: int, end: int) -> None:
    """Cut wherever it may be: the final report or none, the half written one never."""
    read = read_courier_log(WHOLE[start:end])

    assert_nothing_wrong(read.document("report", SEALED_AFTER), FINAL)
    assert_nothing_wrong(read.document("inventory", SEALED_AFTER), INVENTORY)


@given(
    st.integers(0, len(WHOLE) - 1),
    st.integers(0, 3),
    st.text("SEALBGINDTO_R reportinvy0129afz=\n\r\x00", max_size=4) | st.text(max_size=3),
)
def test_no_single_change_of_a_log_gives_another_document(at: int, removed: int, put: str) -> None:
    """A few characters replaced, removed or inserted."""
    read = read_courier_log(WHOLE[:at] + put + WHOLE[at + removed :])

    assert_nothing_wrong(read.document("report", SEALED_AFTER), FINAL)
    assert_nothing_wrong(read.document("inventory", SEALED_AFTER), INVENTORY)


def one_line_changed() -> Iterator[str]:
    lines = WHOLE.splitlines(keepends=True)
    for place, line in enumerate(lines):
        yield "".join(lines[:place] + lines[place + 1 :])
        yield "".join([*lines[:place], line, *lines[place:]])
        yield "".join([*lines[:place], *lines[place + 1 : place + 2], line, *lines[place + 2 :]])


def test_no_line_lost_doubled_or_moved_gives_another_document() -> None:
    """Every line of the log, each in turn."""
    for text in one_line_changed():
        assert_nothing_wrong(report_in(text), FINAL)


PIECES = st.lists(
    st.sampled_from(WHOLE.splitlines(keepends=True)) | st.text(max_size=20), max_size=40
).map("".join)


@given(PIECES | st.text())
def test_any_text_is_read_without_an_error_and_gives_only_content_of_its_hash(text: str) -> None:
    """Whatever the order of the lines."""
    read = read_courier_log(text)

    for name in ("report", "inventory"):
        found = read.document(name, SEALED_AFTER)
        if isinstance(found, Sealed):
            assert found.content in (PARTIAL, FINAL, INVENTORY)
            assert f"SEAL {name} {sha256(found.content)}" in text


def assert_nothing_wrong(found: Document, right: bytes) -> None:
    assert not isinstance(found, Sealed) or found.content == right
