"""The README tells all of it, and what it tells is so."""

import json
import re
from pathlib import Path

import pytest

from imagescan.coverage import NOT_YET, NotYet
from imagescan.scan.reasons import EXPLANATIONS, ReasonCode

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_stands_in_the_readme_with_its_sentence_and_remedy(code: ReasonCode) -> None:
    """A person who meets a code finds what to do."""
    known = EXPLANATIONS[code]

    assert f"| `{code.value}` | {known.sentence} | {known.remedy} |" in README


@pytest.mark.parametrize("code", NotYet)
def test_why_nothing_was_scanned_yet_stands_in_the_readme(code: NotYet) -> None:
    """These codes stand beside the reasons of scans."""
    told = NOT_YET[code]

    assert f"| `{code.value}` | {told.sentence} | {told.remedy} |" in README


def test_every_setting_that_is_read_stands_in_the_readme() -> None:
    """Settings are found in the code by the names that they are read under."""
    source = (ROOT / "imagescan/settings.py").read_text()
    names = set(re.findall(r'(?:reader|self)\.\w+\(\s*"([A-Z_]+)"', source))

    assert len(names) > 10
    assert {name for name in names if f"| `{name}` |" not in README} == set()


def test_every_route_of_the_api_stands_in_the_readme() -> None:
    """The OpenAPI document and the README list the same routes."""
    described = json.loads((ROOT / "triggers/openapi.json").read_text())["paths"]
    routes = {(method.upper(), path) for path, item in described.items() for method in item}
    told = set(re.findall(r"^\| `(GET|POST|DELETE) /api(/[\w/{}.]+)", README, re.MULTILINE))

    assert told == routes


def test_every_value_of_host_json_has_its_reason() -> None:
    """JSON has no comments; docs/architecture.md tells why a value is what it is."""
    told = (ROOT / "docs/architecture.md").read_text().partition("in host.json")[2]
    host = json.loads((ROOT / "host.json").read_text())

    missing = [
        path
        for path in leaves(host)
        if path != ("version",) and not any(f"`{name}`" in told for name in path)
    ]
    assert missing == []


def leaves(value: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The path of every value."""
    if not isinstance(value, dict):
        return [path]
    return [leaf for name, inner in value.items() for leaf in leaves(inner, (*path, name))]
