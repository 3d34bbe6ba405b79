"""The whole system as real processes, started once for all end-to-end tests of a worker.

E2E_RUN=FILE uses the system that a run.json tells of, wherever it runs, and starts none;
E2E_HOST=func|PROGRAM starts one on another host.
"""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.system.lifecycle import ROOT, start, stop
from tests.e2e.system import System


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """Each test uses images and names of its own."""
    running = os.environ.get("E2E_RUN")
    if running:
        yield System(Path(running).resolve())
        return
    folder = ROOT / ".local" / f"e2e-{uuid.uuid4().hex[:8]}"
    try:
        start(folder, os.environ.get("E2E_HOST"), ports_are_free=True)
        yield System(folder / "run.json")
    finally:
        stop(folder)
