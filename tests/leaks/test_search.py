"""A planted secret is found however it is packed, and where there is none, none is found."""

import base64
import gzip
import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.leaks.places import Place, files
from tests.leaks.search import Leak, search

SECRET = 'planted/7f3a+"k9-é-Zq\\end'
NOISE = hashlib.shake_256(b"any").digest(2000)
OTHER = "something else, as long as that"
Wrap = Callable[[bytes], bytes]


def text(wrap: Callable[[str], str], encoding: str = "utf-8") -> Wrap:
    """A wrapping of texts, for bytes that are one; others go through base64 first."""

    def wrapped(content: bytes) -> bytes:
        try:
            told = content.decode()
        except UnicodeDecodeError:
            told = base64.b64encode(content).decode()
        return wrap(told).encode(encoding)

    return wrapped


def in_lines(content: bytes) -> bytes:
    encoded = base64.b64encode(content)
    return b"\n".join(encoded[at : at + 20] for at in range(0, len(encoded), 20))


WRAPS: dict[str, Wrap] = {
    "as it is": lambda content: content,
    "within a text": lambda content: b'{"a": "before ' + content + b' after"}',
    "gzip": gzip.compress,
    "gzip behind something": lambda content: b"header\0" + gzip.compress(content) + b"trailer",
    "torn gzip": lambda content: gzip.compress(content + NOISE)[:-1000],
    "base64": base64.b64encode,
    "base64 without padding": lambda content: base64.b64encode(content).rstrip(b"="),
    "base64 for addresses": base64.urlsafe_b64encode,
    "base64 in lines": in_lines,
    "base64 in lines of a JSON text": lambda content: text(json.dumps)(in_lines(content)),
    "base64 behind a word": lambda content: b"word" + base64.b64encode(content),
    "inside of base64, 0": base64.b64encode,
    "inside of base64, 1": lambda content: base64.b64encode(b"1" + content + b"after"),
    "inside of base64, 2": lambda content: base64.b64encode(b"12" + content + b"after it"),
    "in an address": text(lambda told: quote(told, safe="")),
    "in a form": text(quote_plus),
    "in JSON": text(json.dumps),
    "in JSON in JSON": text(lambda told: json.dumps(json.dumps({"a": told}))),
    "in JSON with its own letters": text(lambda told: json.dumps(told, ensure_ascii=False)),
    "in UTF-16": text(str, "utf-16-le"),
    "in UTF-16 of the other order": text(str, "utf-16-be"),
}  # fmt: skip


def found(content: bytes) -> bool:
    return bool(search([Place("here", content)], {"it": SECRET}))


@pytest.mark.parametrize("name", WRAPS)
def test_a_secret_is_found_in_each_of_its_forms(name: str) -> None:
    """And what is packed alike without it is not mistaken for it."""
    assert found(WRAPS[name](SECRET.encode()))
    assert not found(WRAPS[name](OTHER.encode()))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_secret_in_utf_16_is_found_also_in_base64(encoding: str) -> None:
    """As PowerShell takes its commands."""
    assert found(b"x" + base64.b64encode(f"before {SECRET} after".encode(encoding)))


@given(st.lists(st.sampled_from(sorted(WRAPS.keys() - {"torn gzip"})), max_size=4))
def test_a_secret_is_found_in_any_form_within_any_other(names: list[str]) -> None:
    """base64 in gzip in base64, and so on; what is torn twice may be lost."""
    content = SECRET.encode()
    for name in names:
        content = WRAPS[name](content)

    assert found(content)


@given(st.binary(max_size=40), st.binary(max_size=40), st.booleans())
def test_a_secret_is_found_whatever_stands_around_it(
    before: bytes, after: bytes, is_in_base64: bool
) -> None:
    """At every alignment."""
    content = before + SECRET.encode() + after

    assert found(base64.b64encode(content) if is_in_base64 else content)


@pytest.mark.parametrize("part", [SECRET[:16], SECRET[-16:], f"{SECRET[:17]}[redacted]"])
def test_half_a_secret_is_found(part: str) -> None:
    """Where something was cut, or redacted too late."""
    assert found(f"before {part} after".encode())


@given(st.binary(max_size=2000) | st.text(max_size=500).map(str.encode))
def test_nothing_is_found_where_nothing_is(content: bytes) -> None:
    """Whatever the bytes are, there is no error either."""
    assert not found(content)
    assert not found(gzip.compress(base64.b64encode(content)))


def test_a_leak_names_the_secret_and_its_place() -> None:
    """Each of them, and only where it is."""
    places = [Place("log", b"a first b"), Place("blob", gzip.compress(b"second, first")),
              Place("reply", b"neither")]  # fmt: skip

    leaks = search(places, {"one": "first", "two": "second"})

    assert leaks == {Leak("one", "log"), Leak("one", "blob"), Leak("two", "blob")}


def test_rows_of_a_database_are_found_before_they_are_in_its_file_and_after_they_are_gone(
    tmp_path: Path,
) -> None:
    """In the WAL; across pages; and in pages that were freed."""
    database = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA secure_delete = OFF")  # as SQLite is built by default
    database.execute("CREATE TABLE t (a, b)")
    database.execute("INSERT INTO t VALUES (?, ?)", ("x" * 4000, "x" * 70 + SECRET + "x" * 5000))

    assert Leak("it", "state.db") in search(files(tmp_path), {"it": SECRET})
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.execute("DELETE FROM t")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    assert search(files(tmp_path), {"it": SECRET}) == {Leak("it", "state.db")}


def test_every_file_is_looked_at_whatever_its_name(tmp_path: Path) -> None:
    """Below any folder."""
    (tmp_path / "a/.b").mkdir(parents=True)
    (tmp_path / "a/.b/c").write_bytes(gzip.compress(SECRET.encode()))

    assert search(files(tmp_path), {"it": SECRET}) == {Leak("it", "a/.b/c")}
