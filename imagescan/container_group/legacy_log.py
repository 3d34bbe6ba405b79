"""Reads the scanner's own log in the legacy profile: its one document, or why there is none. Total.

The scanner prints one JSON object on standard output; ACI mixes standard error into the log, so
lines of text may stand before and after it. Of a stopped container ACI keeps the end of the log
only, 16 KB or 1,000 lines, and was seen to cut single long lines earlier (azure-cli #5163). There
is no length and no hash, so what counts is a rule that no cut log can meet: the first brace of the
log opens the object, no brace stands outside it, and it is no item of a list. Whatever is left of
an object whose head is cut ends with that object's own closing brace, behind everything that could
be taken for an object.
"""

import json
from dataclasses import dataclass, field

# ACI does not say which KB it means; at the smaller one the head may be missing already.
MOST_LOG_BYTES = 16_000
MOST_LOG_LINES = 1_000


@dataclass(frozen=True)
class OneDocument:
    """A JSON object, whole, and the only one."""

    content: bytes = field(repr=False)


@dataclass(frozen=True)
class NoDocument:
    """The log is empty, or holds text only."""


@dataclass(frozen=True)
class Unfinished:
    """An object is open at the log's end: the rest may still come."""


@dataclass(frozen=True)
class AtLimit:
    """The log has reached ACI's limit: its head may be gone, however well the rest reads."""


@dataclass(frozen=True)
class HeadMissing:
    """The beginning of an object is gone."""


@dataclass(frozen=True)
class NotOneDocument:
    """There is more than one object, it is part of a list, or it cannot be read."""


LegacyLog = OneDocument | NoDocument | Unfinished | AtLimit | HeadMissing | NotOneDocument


def read_legacy_log(log: str) -> LegacyLog:
    """Find the document in any text."""
    is_at_limit = len(log.encode(errors="replace")) >= MOST_LOG_BYTES
    if is_at_limit or log.count("\n") >= MOST_LOG_LINES:
        return AtLimit()
    return _only_object(log) or _why_none(log)


def _only_object(log: str) -> OneDocument | None:
    before, _, _ = log.partition("{")
    try:
        _, end = json.JSONDecoder().raw_decode(log, len(before))
    except (ValueError, RecursionError):
        return None
    after = log[end:]
    is_item = before.rstrip().endswith(("[", ",")) or after.lstrip().startswith(("]", ","))
    if is_item or "}" in before or "{" in after or "}" in after:
        return None
    return OneDocument(log[len(before) : end].encode(errors="replace"))


def _why_none(log: str) -> NoDocument | Unfinished | HeadMissing | NotOneDocument:
    """For a person; braces inside of texts may mislead it, to no harm."""
    openings, closings = log.count("{"), log.count("}")
    if not openings and not closings:
        return NoDocument()
    if closings > openings:
        return HeadMissing()
    return Unfinished() if openings > closings else NotOneDocument()


def without_document(log: str) -> str:
    """What the log says to people: the lines before and after what may be of a document."""
    seen = read_legacy_log(log)
    if "{" not in log and "}" not in log:
        return log
    if isinstance(seen, AtLimit | HeadMissing):
        return ""
    before = log.partition("{")[0].rpartition("\n")
    after = "" if isinstance(seen, Unfinished) else log.rpartition("}")[2].partition("\n")[2]
    return before[0] + before[1] + after
