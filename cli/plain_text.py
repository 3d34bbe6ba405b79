"""Text from outside, made harmless for terminals and build logs. Pure."""

import re
from typing import Any

# Azure Pipelines and GitHub run what stands in a log behind these, wherever in a line it is.
LOG_COMMAND = re.compile(r"##(?=\[|vso\[)", re.IGNORECASE)


def plain(value: Any) -> str:
    r"""The text of a value in which nothing steers a terminal: such characters are told as \x1b.

    Whatever Unicode does not call printable is meant: control characters, line ends, marks that
    turn the direction of writing, lone surrogates. Commands for build logs are broken up.
    """
    text = "".join(one if one.isprintable() else _escaped(one) for one in str(value))
    return LOG_COMMAND.sub(r"#\\#", text)


def counted(number: int, noun: str) -> str:
    """`1 image`, `2 images`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def plain_lines(text: str) -> str:
    """The same for a document of several lines, whose line ends and tabs stay."""
    return "".join(
        one if one in "\t\n" else "" if one == "\r" else plain(one) for one in text
    )  # fmt: skip


def _escaped(one: str) -> str:
    return one.encode("unicode_escape").decode("ascii")
