"""How a secret may stand in bytes that are not packed any further."""

import base64
from collections.abc import Iterator

# A secret that is longer than this is also found by its first and its last part alone, as where
# something was cut, or redacted by half.
PART_CHARACTERS = 16
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")


def spellings(secret: str) -> frozenset[bytes]:
    """Every needle for this secret: plain, in UTF-16, and either inside of longer base64."""
    plain = [part.encode(encoding) for part in _parts(secret) for encoding in _ENCODINGS]
    return frozenset([*plain, *(one for needle in plain for one in _in_base64(needle))])


def _parts(secret: str) -> set[str]:
    if len(secret) <= PART_CHARACTERS:
        return {secret}
    return {secret[:PART_CHARACTERS], secret[-PART_CHARACTERS:]}


def _in_base64(needle: bytes) -> Iterator[bytes]:
    """At each of the three alignments, without the characters that its neighbours change."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + needle)
        first = (0, 2, 3)[before]
        cut = (before + len(needle)) % 3
        last = len(text) - (4 if cut else 0) + (0, 1, 2)[cut]
        yield text[first:last]
        yield text[first:last].translate(bytes.maketrans(b"+/", b"-_"))
