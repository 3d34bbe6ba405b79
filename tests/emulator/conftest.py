"""An emulator in the test, and one as a program of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.emulator.in_process import World
from tests.emulator.servers import RunningEmulator


@pytest.fixture
def world() -> World:
    """Scripted containers and a clock that stands still."""
    return World()


Start = Callable[..., RunningEmulator]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts emulators on one state folder, which all end with the test, however it ends."""
    with ExitStack() as stack:

        def started(events_url: str | None = None) -> RunningEmulator:
            emulator = RunningEmulator(tmp_path / "state", events_url)
            stack.callback(emulator.end)
            return emulator

        yield started


@pytest.fixture
def running(start: Start) -> RunningEmulator:
    """Real processes and the machine's clock."""
    return start()
