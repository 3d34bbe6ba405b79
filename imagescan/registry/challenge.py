"""WWW-Authenticate: how a registry asks who we are (RFC 9110, distribution's token scheme)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST_HEADER = 8192
_PART = re.compile(
    r"[\s,]*(?:(?P<name>[\w-]+)\s*=\s*(?:\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|(?P<plain>[^\s,\"]+))"
    r"|(?P<scheme>[A-Za-z][\w-]*))",
    re.ASCII,
)


@dataclass(frozen=True)
class Challenge:
    """One way to authenticate; names are lower case."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def read_challenges(header: str) -> list[Challenge]:
    """Every challenge of a header, or of several joined by commas, up to what is not understood."""
    found: list[tuple[str, dict[str, str]]] = []
    header, at = header[:LONGEST_HEADER], 0
    while part := _PART.match(header, at):
        at = part.end()
        if part["scheme"]:
            found.append((part["scheme"].lower(), {}))
        elif found:
            quoted = part["quoted"]
            value = part["plain"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            found[-1][1].setdefault(part["name"].lower(), value)
    return [Challenge(scheme, parameters) for scheme, parameters in found]
