"""What is installed is what was locked, wherever the registry is."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON_LOCKS = ["requirements.txt", "requirements-dev.txt", "local/azurite/requirements-node.txt"]
NPM_LOCKS = ["local/azurite/package-lock.json", "tests/infrastructure/kusto/package-lock.json"]


def requirements(lock: str) -> list[str]:
    """One entry per requirement, its continuation lines joined, comments left out."""
    lines = [line for line in (ROOT / lock).read_text().splitlines() if "#" not in line]
    return [entry for entry in "\n".join(lines).replace("\\\n", " ").splitlines() if entry.strip()]


@pytest.mark.parametrize("lock", PYTHON_LOCKS)
def test_every_python_requirement_is_pinned_and_hashed(lock: str) -> None:
    """pip refuses a file with another content."""
    loose = [
        entry
        for entry in requirements(lock)
        if not re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", entry) or "--hash=sha256:" not in entry
    ]

    assert requirements(lock)
    assert loose == []


@pytest.mark.parametrize("lock", NPM_LOCKS)
def test_every_npm_package_is_hashed(lock: str) -> None:
    """`npm ci` refuses a package with another content."""
    packages = json.loads((ROOT / lock).read_text())["packages"]
    loose = [name for name, package in packages.items() if name and "integrity" not in package]

    assert len(packages) > 1
    assert loose == []


@pytest.mark.parametrize("lock", [*PYTHON_LOCKS, *NPM_LOCKS])
def test_no_lock_names_where_packages_come_from(lock: str) -> None:
    """A mirror serves as well: the registry is the machine's own affair."""
    text = (ROOT / lock).read_text()

    assert '"resolved"' not in text
    assert "index-url" not in text
    assert "find-links" not in text


@pytest.mark.parametrize("lock", PYTHON_LOCKS)
def test_no_python_lock_holds_an_address(lock: str) -> None:
    """Neither a direct download nor an index."""
    assert "://" not in (ROOT / lock).read_text()
