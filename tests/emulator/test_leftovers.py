"""Processes that an emulator left behind when it was killed."""

import subprocess
from pathlib import Path

from local.azure_emulator.leftovers import Leftovers


def test_a_recorded_process_is_ended_by_the_next_emulator(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "300"], start_new_session=True) as process:
        Leftovers(tmp_path).add(process.pid)
        Leftovers(tmp_path).kill()
        assert process.wait(timeout=20) == -9
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_only_has_the_same_pid_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "300"], start_new_session=True) as process:
        (tmp_path / f"{process.pid}-1").touch()
        Leftovers(tmp_path).kill()
        assert process.poll() is None
        process.kill()
