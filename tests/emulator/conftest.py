"""An emulator in the test, and one as a program of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.in_process import World
from tests.emulator.servers import RunningEmulator


@pytest.fixture
def world() -> World:
    """Scripted containers and a clock that stands still."""
    return World()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningEmulator]:
    """Real processes and the machine's clock."""
    emulator = RunningEmulator(tmp_path / "state")
    yield emulator
    emulator.end()
