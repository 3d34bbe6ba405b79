"""Reads the courier's log: whole, verified documents, or why there is none. Total and bounded.

    BEGIN <name> <bytes> <sha256>
    <base64 of the gzipped file, in lines of at most 1,000 characters>
    END <name> <bytes> <sha256>
    SEAL <name> <sha256> <epoch seconds>
    TOO_LARGE <name> <gzipped bytes>

Of each name only the last frame counts. It is accepted when its text decodes to exactly so many
bytes with exactly that hash, and when a seal of the same hash says that the file was still the
same at a moment that the caller chooses, after the scanner's end. The log may be cut at its head
(ACI keeps the last 4 MB of a running container, 16 KB of a stopped one), or hold anything at all.
"""

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

LARGEST_DOCUMENT_BYTES = 64_000_000
_BEGIN = re.compile(r"BEGIN (report|inventory) ([0-9]{1,10}) ([0-9a-f]{64})")
_END = re.compile(r"END (report|inventory) ([0-9]{1,10}) ([0-9a-f]{64})")
_SEAL = re.compile(r"SEAL (report|inventory) ([0-9a-f]{64}) ([0-9]{1,12})")
_TOO_LARGE = re.compile(r"TOO_LARGE (report|inventory) [0-9]{1,12}")


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
    """The file does not fit into the log."""


Document = Sealed | Missing | Broken | Unsealed | TooLarge


@dataclass(frozen=True)
class _Frame:
    size_bytes: int
    sha256: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class CourierLog:
    """The last frame of each name, None where it was cut or too large, and the latest seals."""

    frames: Mapping[str, _Frame | TooLarge | Broken]
    seals: Mapping[tuple[str, str], int]

    def document(self, name: str, sealed_after: datetime) -> Document:
        """The file of that name if it is proven whole later than `sealed_after`."""
        frame = self.frames.get(name, Missing())
        if not isinstance(frame, _Frame):
            return frame
        if self.seals.get((name, frame.sha256), 0) <= sealed_after.timestamp():
            return Unsealed()
        content = _decode(frame)
        return Broken() if content is None else Sealed(content)


def read_courier_log(log: str) -> CourierLog:
    """Read any text; what is no line of the format is passed over."""
    frames: dict[str, _Frame | TooLarge | Broken] = {}
    seals: dict[tuple[str, str], int] = {}
    opened: tuple[str, str, str] | None = None
    lines: list[str] = []
    for line in map(str.strip, log.splitlines()):
        if begin := _BEGIN.fullmatch(line):
            opened, lines = (begin[1], begin[2], begin[3]), []
            frames[begin[1]] = Broken()  # until its end is seen
        elif end := _END.fullmatch(line):
            if opened is not None and end.groups() == opened:
                frames[opened[0]] = _Frame(int(opened[1]), opened[2], tuple(lines))
            else:
                frames[end[1]] = Broken()
            opened = None
        elif opened is not None:
            lines.append(line)
        elif seal := _SEAL.fullmatch(line):
            seals[seal[1], seal[2]] = max(int(seal[3]), seals.get((seal[1], seal[2]), 0))
        elif too_large := _TOO_LARGE.fullmatch(line):
            frames[too_large[1]] = TooLarge()
    return CourierLog(frames, seals)


def _decode(frame: _Frame) -> bytes | None:
    """The frame's bytes, or None; never more memory than the frame declares."""
    if frame.size_bytes > LARGEST_DOCUMENT_BYTES:
        return None
    try:
        zipped = base64.b64decode("".join(frame.lines), validate=True)
        content = zlib.decompressobj(wbits=31).decompress(zipped, frame.size_bytes + 1)
    except (binascii.Error, ValueError, zlib.error):
        return None
    is_whole = len(content) == frame.size_bytes
    is_same = hashlib.sha256(content).hexdigest() == frame.sha256
    return content if is_whole and is_same else None
