"""What the scanner says on its console: for people, where it brought no result.

Lines as a public note of qscanner 4.7.0-1 shows them. Nothing here proves anything.
"""

import re
from collections.abc import Sequence

from imagescan.report.redaction import redact_text

MOST_LINES, LONGEST_LINE = 30, 300
# Redaction comes before anything is cut, or half a token would stay; a stopped container has 16 KB.
MOST_CHARACTERS_READ = 256 * 1024
_DETECTED = re.compile(r"(OS|Language) package\(s\) detected: ([0-9]{1,9})\b")
_COUNT_NAMES = {"OS": "osPackages", "Language": "languagePackages"}


def read_log_tail(log: str, known_secrets: Sequence[str]) -> tuple[str, ...]:
    """The last lines that are not empty, without secrets: at most 30 of 300 characters each."""
    recent = log[-MOST_CHARACTERS_READ:]
    if len(log) > len(recent):
        recent = recent.partition("\n")[2]  # its first line may be cut
    lines = redact_text(recent, known_secrets).splitlines()
    told = [printable for line in lines if (printable := _printable(line))]
    return tuple(line[:LONGEST_LINE] for line in told[-MOST_LINES:])


def _printable(line: str) -> str:
    return "".join(c if c.isprintable() else " " for c in line).strip()


def read_partial_counts(log: str) -> dict[str, int]:
    """{osPackages, languagePackages} as far as the scanner told them, the last time it did."""
    found = _DETECTED.findall(log[-MOST_CHARACTERS_READ:])
    return {_COUNT_NAMES[kind]: int(number) for kind, number in found}
