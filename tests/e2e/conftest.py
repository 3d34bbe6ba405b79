"""The whole system as real processes, started once for all end-to-end tests of a worker.

Those of one file stay together: a test may kill the host or tell faults, and waits more than it
computes, so several systems side by side take less time than one.

E2E_RUN=FILE uses the system that a run.json tells of, wherever it runs, and starts none;
E2E_HOST=func|PROGRAM starts one on another host.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.system import System, started


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """Each test uses images and names of its own."""
    running = os.environ.get("E2E_RUN")
    if running:
        yield System(Path(running).resolve())
        return
    with started("e2e") as system:
        yield system


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal the files that use the running system to workers; one that runs already has one user."""
    for item in items:
        if "system" in getattr(item, "fixturenames", ()):
            users = "e2e" if os.environ.get("E2E_RUN") else f"e2e-{item.path.stem}"
            item.add_marker(pytest.mark.xdist_group(users))
