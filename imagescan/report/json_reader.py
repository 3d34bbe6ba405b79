"""Reads a large JSON document piece by piece, so that it is never in memory as objects as a whole.

As objects a report takes seven times its size and more (measured: 56 MB took 350). Here its long
lists stay bytes: each is checked once, and its items are read anew whenever somebody goes through
them. Everything else is read as json.loads reads it. Bounds hold for any document: an item, and
all that is not in a long list together, are refused where they would take more than some 100 MB.
"""

import json
import re
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Self

from imagescan.errors import ReportError

BLOCK_BYTES = 64 * 1024
MOST_VALUES = 500_000  # a value takes 184 bytes at most: it is an object of one key
MOST_ITEMS = 300_000
LARGEST_TEXT_BYTES = 128_000_000  # in memory, where a character takes up to four bytes
_WEIGHT = 8  # of an object of several fields, and of a long list, in values
_BOM = b"\xef\xbb\xbf"
_WHITESPACE = re.compile(r"[ \t\n\r]*")
_decode = json.JSONDecoder().raw_decode
_Utf8 = getincrementaldecoder("utf-8")

Path = tuple[str, ...]
"""Names of fields in lower case, from the top; lists on the way have none."""


class JsonReader:
    """A place in a document, from which it is read on; every method raises `ReportError`.

    `values_read` is how many values have come out so far, at most.
    """

    def __init__(self, document: bytes, at_byte: int = 0) -> None:
        """Begin at a byte where a value begins."""
        self._document, self.values_read = document, 0
        self._at = 0
        self._start_at(at_byte or len(_BOM) * document.startswith(_BOM))

    def peek(self) -> str:
        """The next character that is no whitespace."""
        if self._at < len(self._text) and self._text[self._at] not in " \t\n\r":
            return self._text[self._at]
        if self.is_at_end():
            raise ReportError("it ends too early")
        return self._text[self._at]

    def is_at_end(self) -> bool:
        """Whether nothing but whitespace is left."""
        while True:
            blank = _WHITESPACE.match(self._text, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._text):
                return False
            if not self._read_on():
                return True

    def take(self, expected: str) -> str:
        """Go past one of the characters expected, and return it."""
        found = self.peek()
        if found not in expected:
            raise ReportError(f"{' or '.join(expected)} is missing")
        self._at += 1
        return found

    def value(self) -> Any:
        """The next value as a whole."""
        self.peek()
        while True:
            self._refuse_too_large()
            try:
                value, end = _decode(self._text, self._at)
            except RecursionError:
                raise ReportError("it is nested too deeply") from None
            except ValueError as error:
                if not self._read_on():
                    raise self._unreadable(error) from None
                continue
            length = end - self._at
            self.values_read += _most_values(self._text, self._at, end)
            if end < len(self._text) or not self._read_on():  # a number may go on
                break
        self._at += length
        if len(self._text) > 4 * BLOCK_BYTES:
            self._start_at(self.position())
        return value

    def members(self) -> Iterator[str]:
        """The names of an object's fields; the value of each has to be read before the next."""
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        while True:
            name = self.value()
            if not isinstance(name, str):
                raise ReportError("the name of a field is no text")
            self.take(":")
            yield name
            if self.take(",}") == "}":
                return

    def items(self) -> Iterator[None]:
        """Once before each item of a list; it has to be read before the next."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            yield
            if self.take(",]") == "]":
                return

    def position(self) -> int:
        """The byte at which the rest begins."""
        pending, _ = self._decoder.getstate()
        left = len(self._text) - self._at
        if not self._text.isascii():
            left = len(self._text[self._at :].encode())
        return self._next_byte - len(pending) - left

    def _start_at(self, at_byte: int) -> None:
        self._text, self._at = "", 0
        self._next_byte, self._decoder = at_byte, _Utf8()

    def _read_on(self) -> bool:
        """Read as much again as is left, so that what is long is not tried too often."""
        rest = self._text[self._at :]
        block = self._document[self._next_byte : self._next_byte + max(BLOCK_BYTES, len(rest))]
        self._next_byte += len(block)
        try:
            more = self._decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            raise ReportError(str(error)[:200]) from None
        self._text, self._at = rest + more, 0
        return bool(block)

    def _unreadable(self, error: ValueError) -> ReportError:
        """The decoder's own places are within what was read last."""
        problem = error.msg if isinstance(error, json.JSONDecodeError) else str(error)[:200]
        return ReportError(f"{problem}, in what begins at byte {self.position()}")

    def _refuse_too_large(self) -> None:
        if len(self._text) - self._at <= 2 * BLOCK_BYTES:
            return
        if (
            sys.getsizeof(self._text) > LARGEST_TEXT_BYTES
            or _most_values(self._text, self._at) > MOST_VALUES
        ):
            raise ReportError("a part of it is too large")


@dataclass(frozen=True, slots=True)
class LongList:
    """A list that stays in its document; `changes` are applied to each item on the way out."""

    length: int
    document: bytes = field(repr=False)
    at_byte: int
    changes: tuple[Callable[[Any], Any], ...] = ()

    def __len__(self) -> int:
        """How many items."""
        return self.length

    def __iter__(self) -> Iterator[Any]:
        """Every item, read anew."""
        reader = JsonReader(self.document, self.at_byte)
        for _ in reader.items():
            item = reader.value()
            for change in self.changes:
                item = change(item)
            yield item

    def changed(self, change: Callable[[Any], Any]) -> Self:
        """The same list with one more change to every item."""
        return replace(self, changes=(*self.changes, change))


def read_skeleton(document: bytes, long_lists: frozenset[Path]) -> Any:
    """The document's value, in which lists at these places are `LongList`.

    They may stand in objects, and in lists of objects. Raises `ReportError` where it is no JSON, or
    where it is too large.
    """
    skeleton = _Skeleton(document, long_lists)
    value = skeleton.part(())
    if not skeleton.reader.is_at_end():
        raise ReportError("something follows its end")
    return value


def write_json(value: Any, levels: int = 8) -> Iterator[str]:
    """A value as JSON, in pieces of one item of a long list or less.

    A `LongList` may stand so many levels deep. Raises `ReportError` for what is nested too deeply.
    """
    if levels == 0 or not isinstance(value, dict | list | LongList):
        yield dumps(value)
    elif isinstance(value, dict):
        for place, (name, member) in enumerate(value.items()):
            yield f"{',' if place else '{'}{dumps(name)}:"
            yield from write_json(member, levels - 1)
        yield "}" if value else "{}"
    else:
        for place, item in enumerate(value):
            yield "," if place else "["
            yield from (
                [dumps(item)] if isinstance(value, LongList) else write_json(item, levels - 1)
            )
        yield "]" if len(value) else "[]"


def dumps(value: Any) -> str:
    """One value as JSON in ASCII; `ReportError` for what is nested too deeply."""
    try:
        return json.dumps(value)
    except RecursionError:
        raise ReportError("It is nested too deeply.") from None


class _Skeleton:
    def __init__(self, document: bytes, long_lists: frozenset[Path]) -> None:
        self.reader, self._document, self._long_lists = JsonReader(document), document, long_lists
        self._on_the_way = {path[:depth] for path in long_lists for depth in range(len(path))}

    def part(self, path: Path, *, is_item: bool = False) -> Any:
        opening = self.reader.peek()
        if opening == "[" and path in self._long_lists:
            return self._long_list()
        if opening == "[" and path in self._on_the_way and not is_item:
            return [self._counted(self.part(path, is_item=True)) for _ in self.reader.items()]
        if opening == "{" and path in self._on_the_way:
            self.reader.values_read += _WEIGHT
            names = self.reader.members()
            return {name: self._counted(self.part((*path, name.lower()))) for name in names}
        return self.reader.value()

    def _long_list(self) -> LongList:
        """Check every item, and leave them where they are."""
        before, at_byte, length = self.reader.values_read, self.reader.position(), 0
        for _ in self.reader.items():
            self.reader.value()
            length += 1
            if length > MOST_ITEMS:
                raise ReportError("a list of it is too long")
        self.reader.values_read = before + _WEIGHT
        return LongList(length, self._document, at_byte)

    def _counted(self, value: Any) -> Any:
        """What is kept has to fit into memory all at once."""
        if self.reader.values_read > MOST_VALUES:
            raise ReportError("it holds too much")
        return value


def _most_values(text: str, start: int, end: int | None = None) -> int:
    """How many values there are in a text at most; signs inside of texts count too."""
    return 1 + sum(text.count(sign, start, end) for sign in ",[{")
