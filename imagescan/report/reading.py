"""Reading hostile JSON: of whatever a field holds, the expected type or nothing comes out."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from imagescan.errors import ReportError
from imagescan.report.findings import LONGEST_TEXT, LONGEST_TITLE, MOST_CVES
from imagescan.report.json_reader import LongList, Path, read_skeleton

LARGEST_NUMBER = 2**31 - 1  # what a table's ordinary numbers hold
_SEVERITIES = {"critical": 5, "high": 4, "medium": 3, "low": 2, "info": 1, "informational": 1}


# Where reports and inventories hold as much as there is to tell.
LONG_LISTS = frozenset(
    {
        ("runs", "results"),
        ("runs", "artifacts"),
        ("runs", "tool", "driver", "rules"),
        ("vulnerabilities",),
        ("details",),
        ("vulnerabilityreport", "vulnerabilities"),
        ("vulnerabilityreport", "details"),
        ("inventory", "misconfigurations"),
        ("inventory", "secretresults"),
        ("secretresults",),
        ("osresults", "packages"),
        ("scaresults", "packages"),
        ("fileinsightresults",),
    }
)


def read_json(
    document: bytes, what: str, long_lists: frozenset[Path] = LONG_LISTS
) -> dict[str, Any]:
    """The document's object, its long lists as `LongList`.

    Raises `ReportError` for anything else, nested too deeply included.
    """
    try:
        value = read_skeleton(document, long_lists)
    except ReportError as error:
        raise ReportError(f"The {what} is no JSON that can be read: {error}") from None
    if not isinstance(value, dict):
        raise ReportError(f"The {what} is no JSON object.")
    return value


def pick(data: object, *names: str) -> Any:
    """The first of the fields that is there and not null, whatever the case of its name."""
    if not isinstance(data, dict):  # what JSON gives; asking for a Mapping takes thrice as long
        return None
    for name in names:
        if data.get(name) is not None:
            return data[name]
    folded = {key.lower(): value for key, value in data.items() if value is not None}
    return next((folded[name.lower()] for name in names if name.lower() in folded), None)


def is_list(value: object) -> TypeGuard[list[Any] | LongList]:
    """Whether this is a list, however it is read."""
    return isinstance(value, list | LongList)


def objects(value: object) -> Iterator[dict[str, Any]]:
    """The objects in a list; anything else is passed over."""
    if is_list(value):
        yield from (item for item in value if isinstance(item, dict))


def text(value: object, longest: int = LONGEST_TEXT) -> str | None:
    """A text without control characters, cut; numbers count as texts; None for the rest."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    cut = str(value)[:longest]
    if not cut.isprintable():
        cut = "".join(character if character.isprintable() else " " for character in cut)
    return cut.strip() or None


def title(value: object) -> str | None:
    """As `text`, longer."""
    return text(value, LONGEST_TITLE)


def number(value: object) -> int | None:
    """A whole number, also from digits in a text; None for the rest and for absurd ones."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value.strip()[:20])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) <= LARGEST_NUMBER else None


def qid(value: object) -> int | None:
    """A QID: a positive whole number."""
    found = number(value)
    return found if found is not None and found > 0 else None


def cves(value: object) -> tuple[str, ...]:
    """CVE ids from a text, or a list of texts or of objects with an Id; sorted, each once."""
    if isinstance(value, str):
        value = value[:LONGEST_TEXT].replace(",", " ").split()
    found = set()
    for item in value if isinstance(value, list) else []:
        name = text(pick(item, "Id", "cve") if isinstance(item, Mapping) else item, 40)
        if name and name.upper().startswith("CVE-"):
            found.add(name.upper())
    return tuple(sorted(found)[:MOST_CVES])


def severity(*candidates: object) -> int | None:
    """The first of the candidates that is a level of 1 to 5, as a number or as a word."""
    for candidate in candidates:
        word = candidate.strip().lower() if isinstance(candidate, str) else ""
        level = _SEVERITIES.get(word) or number(candidate)
        if level is not None and 1 <= level <= 5:  # noqa: PLR2004  # Qualys' scale
            return level
    return None
