"""What documents tell people to type: commands of az are such as az takes."""

import itertools
import re
import shlex
from collections.abc import Iterator

import jmespath
import pytest

from tests.infrastructure.compiler import INFRASTRUCTURE, ROOT
from tests.infrastructure.fake_az import COMMANDS, parse

DOCUMENTS = [ROOT / "README.md", ROOT / "docs/operations.md", INFRASTRUCTURE / "README.md"]
# From an extension of az, which the table does not have.
OF_EXTENSIONS = "monitor app-insights query"


def commands() -> Iterator[tuple[str, list[str]]]:
    """(document, words after az) of every command, in a line of its own or within a sentence."""
    for path in DOCUMENTS:
        text = path.read_text().replace("\\\n", " ")
        blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
        lines = [line for line in blocks.splitlines() if re.search(r"(^|\()az ", line)]
        for told in [*lines, *re.findall(r"`(az [^`]+)`", text)]:
            words = shlex.split(re.sub(r"^\w+=.*\$\((.*)\)$", r"\1", told), comments=True)
            yield path.name, words[1:]


ALL = list(commands())


@pytest.mark.parametrize(("document", "words"), ALL, ids=lambda one: " ".join(one)[:60])
def test_a_command_that_is_told_is_one_that_az_takes(document: str, words: list[str]) -> None:
    """Options are those of az's own table, queries are what az's own library reads."""
    names = [" ".join(words[:count]) for count in range(len(words), 0, -1)]
    if OF_EXTENSIONS not in names:
        name = next(name for name in names if name in COMMANDS)
        assert parse(words[len(name.split()) :], COMMANDS[name])[1] is None, document
    for option, value in itertools.pairwise(words):
        if option == "--query":
            jmespath.compile(value)


def test_the_commands_of_the_predecessor_are_among_them() -> None:
    """Its users know these by heart."""
    told = "\n".join(" ".join(words) for _, words in ALL)

    for known in (
        "[?starts_with(name, 'qscanner-')]",
        "[?tags.purpose=='qscanner']",
        "container logs",
        "traces | where message contains 'Scanning image' | order by timestamp desc",
        "exceptions | where timestamp > ago(1h) | where customDimensions.Component == ",
        "[?contains(instanceName, 'qscanner')]",
        "SCAN_TIMEOUT=3600",
    ):
        assert known in told
