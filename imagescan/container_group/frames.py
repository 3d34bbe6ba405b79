"""Reads the courier's log: whole, verified documents, or why there is none. Total and bounded.

    COURIER 1
    BEGIN <name> <bytes> <sha256>
    <base64 of the gzipped file, in lines of at most 1,000 characters>
    END <name> <bytes> <sha256>
    SEAL <name> <sha256> <epoch seconds>
    TOO_LARGE <name> <gzipped bytes>

Of each name only the last frame counts. It is accepted when its text decodes to exactly so many
bytes with exactly that hash, and when the last seal after it has the same hash and says that the
file was still the same at a moment that the caller chooses, after the scanner's end. The log may
be cut at its head (ACI keeps the last 4 MB of a running container, 16 KB of a stopped one), or
hold anything at all: what cannot be verified is never a document, and nothing raises.
"""

import base64
import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

LARGEST_DOCUMENT_BYTES = 64_000_000
_HEADER = re.compile(r"(BEGIN|END) (report|inventory) ([0-9]{1,10}) ([0-9a-f]{64})")
_SEAL = re.compile(r"SEAL (report|inventory) ([0-9a-f]{64}) ([0-9]{1,12})")
_TOO_LARGE = re.compile(r"TOO_LARGE (report|inventory) [0-9]{1,12}")
_PROBLEM = re.compile(r"COURIER-ERROR ([a-z0-9 ]{1,60})")
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class Sealed:
    """The file, whole and final."""

    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Missing:
    """The log holds no frame of this name."""


@dataclass(frozen=True)
class Broken:
    """The last frame is cut, or does not decode to what it says it is."""


@dataclass(frozen=True)
class Unsealed:
    """The frame is whole, but nothing proves that the file did not change after it."""


@dataclass(frozen=True)
class TooLarge:
    """The file does not fit into the log, or is above `LARGEST_DOCUMENT_BYTES`."""


Document = Sealed | Missing | Broken | Unsealed | TooLarge


@dataclass(frozen=True)
class _Frame:
    size_bytes: int
    sha256: str
    lines: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class _Seal:
    sha256: str
    epoch_seconds: int


@dataclass(frozen=True)
class CourierLog:
    """The last frame of each name and the last seal after it.

    `problem` is what kept the courier from working at all, such as an applet that its image lacks.
    """

    frames: Mapping[str, _Frame | TooLarge | Broken]
    seals: Mapping[str, _Seal]
    problem: str | None = None

    def document(self, name: str, sealed_after: datetime) -> Document:
        """The file of that name if it is proven whole later than `sealed_after` (zone-aware)."""
        frame = self.frames.get(name, Missing())
        if not isinstance(frame, _Frame):
            return frame
        if frame.size_bytes > LARGEST_DOCUMENT_BYTES:
            return TooLarge()
        seal = self.seals.get(name)
        if seal is None or seal.sha256 != frame.sha256:
            return Unsealed()
        if seal.epoch_seconds <= sealed_after.timestamp():
            return Unsealed()
        content = _decode(frame)
        return Broken() if content is None else Sealed(content)


def read_courier_log(log: str) -> CourierLog:
    """Read any text; what is no line of the format is passed over."""
    frames: dict[str, _Frame | TooLarge | Broken] = {}
    seals: dict[str, _Seal] = {}
    problem: str | None = None
    lines = (line.removesuffix("\r") for line in log.split("\n"))
    for line in lines:
        if header := _HEADER.fullmatch(line):
            _take_frame(header, lines, frames, seals)
        elif seal := _SEAL.fullmatch(line):
            seals[seal[1]] = _Seal(seal[2], int(seal[3]))
        elif too_large := _TOO_LARGE.fullmatch(line):
            frames[too_large[1]] = TooLarge()
        elif found := _PROBLEM.fullmatch(line):
            problem = found[1]
    return CourierLog(frames, seals, problem)


def _take_frame(
    header: re.Match[str],
    lines: Iterator[str],
    frames: dict[str, _Frame | TooLarge | Broken],
    seals: dict[str, _Seal],
) -> None:
    """Read on from a BEGIN or END line to the END that belongs to it; take what was found.

    Whatever touches a name unmakes the frame and the seal that it had: an END without its BEGIN
    means that a newer frame was there. A header that does not belong starts over.
    """
    while True:
        kind, name, size, sha256 = header.groups()
        frames[name] = Broken()
        seals.pop(name, None)
        if kind == "END":
            return
        body: list[str] = []
        for line in lines:
            following = _HEADER.fullmatch(line)
            if following is not None:
                break
            body.append(line)
        else:
            return
        if following.groups() == ("END", name, size, sha256):
            frames[name] = _Frame(int(size), sha256, tuple(body))
            return
        header = following


def _decode(frame: _Frame) -> bytes | None:
    """The frame's bytes, or None; never more memory than the frame declares."""
    try:
        zipped = base64.b64decode("".join(frame.lines), validate=True)
        stream = zlib.decompressobj(wbits=_GZIP)
        content = stream.decompress(zipped, frame.size_bytes + 1)
    except (ValueError, zlib.error):
        return None
    is_whole = stream.eof and not stream.unused_data and len(content) == frame.size_bytes
    is_same = hashlib.sha256(content).hexdigest() == frame.sha256
    return content if is_whole and is_same else None
