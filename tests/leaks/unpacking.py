"""What is packed inside of bytes: gzip, base64, addresses, JSON texts, UTF-16, in any order."""

import base64
import re
import zlib
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

DEEPEST = 8
MOST_BYTES = 64 * 1024 * 1024  # of one gzip member: what these tests leave behind is far smaller
_GZIP = re.compile(rb"\x1f\x8b\x08")
_CHUNK_BYTES = 4096
# A run may be broken into lines, as the courier prints it, also inside of a JSON text.
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{12,}(?:(?:(?:\\r)?\\n|\r?\n)[A-Za-z0-9+/_-]+)*")
_BREAK = re.compile(rb"(?:\\r)?\\n|\r?\n")
_ESCAPE = re.compile(rb'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
_ESCAPED = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_TEXT = re.compile(rb"(?:[\t\r\n -~]\0*+){12}")


def layers(content: bytes) -> Iterator[bytes]:
    """The content, and all that it holds when it is unpacked again and again.

    Of gzip also what a torn member gives; of base64, with or without padding, of either alphabet,
    what a run of 12 characters or more gives at each of the four places it may begin at.
    """
    waiting = [(content, 0)]
    seen: set[int] = set()
    while waiting:
        layer, depth = waiting.pop()
        if hash(layer) in seen:
            continue
        seen.add(hash(layer))
        yield layer
        if depth < DEEPEST:
            waiting += [(inner, depth + 1) for inner in _within(layer)]


def _within(layer: bytes) -> Iterator[bytes]:
    yield from _gunzipped(layer)
    if not _holds_text(layer):
        return
    yield from _unbased(layer)
    if b"%" in layer:
        yield unquote_to_bytes(layer.replace(b"+", b" "))
        yield unquote_to_bytes(layer)
    if b"\\" in layer:
        yield _ESCAPE.sub(_unescaped, layer)
    if b"\0" in layer:
        yield layer.replace(b"\0", b"")


def _holds_text(layer: bytes) -> bool:
    """Whether something in it may be read: what a wrong guess at base64 gives is noise."""
    return _TEXT.search(layer) is not None


def _gunzipped(layer: bytes) -> Iterator[bytes]:
    for found in _GZIP.finditer(layer):
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        parts: list[bytes] = []
        try:
            for at in range(found.start(), len(layer), _CHUNK_BYTES):
                parts.append(member.decompress(layer[at : at + _CHUNK_BYTES], MOST_BYTES))
                if member.eof:
                    break
        except zlib.error:
            pass  # torn, or never one: what came until then counts
        if any(parts):
            yield b"".join(parts)


def _unbased(layer: bytes) -> Iterator[bytes]:
    for found in _RUN.finditer(layer):
        run = found[0].translate(bytes.maketrans(b"-_", b"+/"))
        lines = _BREAK.split(run)
        yield from _decoded(b"".join(lines))
        if len(lines) > 1:
            for line in lines:
                yield from _decoded(line)


def _decoded(run: bytes) -> Iterator[bytes]:
    for first in range(4):
        text = run[first:]
        if len(text) % 4 == 1:  # no length that base64 has
            text = text[:-1]
        yield base64.b64decode(text + b"=" * (-len(text) % 4))


def _unescaped(escape: re.Match[bytes]) -> bytes:
    if escape[1]:
        return chr(int(escape[1], 16)).encode(errors="surrogatepass")
    return _ESCAPED.get(escape[2], escape[2])
