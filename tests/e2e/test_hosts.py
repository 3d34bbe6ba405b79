"""`make start HOST=...`: Core Tools or any program as the host."""

import os
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.system.lifecycle import HOST, ROOT
from local.system.processes import Processes
from tests.e2e.commands import command
from tests.e2e.deploying import random_image
from tests.e2e.system import System, eventually

pytestmark = [pytest.mark.e2e]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A state folder in which nothing runs in the end."""
    state = tmp_path / "state"
    yield state
    assert command("stop", folder=state).returncode == 0


def program(file: Path, text: str, mode: int = stat.S_IRWXU) -> str:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    file.chmod(mode)
    return str(file)


def path_with_func(tmp_path: Path) -> str:
    """PATH with a `func` that is a stand-in, as the line that it prints first says."""
    state = tmp_path / "func-state"
    start = f'#!/bin/sh\nexec python3 -m tests.e2e.core_tools_stand_in {state} "$@"\n'
    program(tmp_path / "bin/func", start)
    return f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"


def test_core_tools_get_the_settings_the_folder_and_the_python_that_they_need(
    tmp_path: Path, folder: Path
) -> None:
    """Whole scans on a stand-in for `func`; killed, it is started again as the host that it was."""
    path = path_with_func(tmp_path)

    started = command("start", "--host", "func", folder=folder, PATH=path)

    assert started.returncode == 0, started.stderr
    assert started.stdout.startswith("The app: ")
    system = System(folder / "run.json")
    assert system.where.host == "func"
    assert "stand-in" in Processes(folder).log(HOST).read_text()
    assert system.ended_scan({"image": random_image()})["status"] == "completed"
    launcher = Processes(folder).find(HOST)
    assert launcher is not None
    os.kill(launcher.pid, signal.SIGKILL)
    eventually(lambda: not launcher.is_alive)
    again = command("start", folder=folder, PATH=path)
    assert again.returncode == 0, again.stderr
    assert again.stdout.startswith("The app: ")
    assert System(folder / "run.json").where.host == "func"
    assert system.ended_scan({"image": random_image()})["status"] == "completed"


def test_without_core_tools_there_is_one_sentence(folder: Path) -> None:
    """And nothing is started."""
    done = command("start", "--host", "func", folder=folder, PATH="/nowhere")

    assert done.returncode == 1
    assert done.stderr == ("HOST=func needs Azure Functions Core Tools: `func` is not on PATH.\n")
    assert Processes(folder).pids() == {}


def test_a_program_that_is_not_there_cannot_be_the_host(folder: Path) -> None:
    """Said before anything is started."""
    done = command("start", "--host", "no/such/program", folder=folder)

    assert done.returncode == 1
    assert done.stderr == (
        f"HOST={ROOT}/no/such/program: there is no such program, or it may not be run.\n"
    )
    assert not (folder / "logs").exists()


def test_a_program_that_the_system_cannot_run_is_told_in_one_sentence(
    tmp_path: Path, folder: Path
) -> None:
    """A text without a first line that names what runs it."""
    text = program(tmp_path / "host.bin", "\x7fnothing")

    done = command("start", "--host", text, folder=folder)

    assert done.returncode == 1
    assert done.stderr == f"{text} cannot be run: Exec format error.\n"
    assert Processes(folder).pids() == {}


def test_a_host_that_dies_at_its_start_is_told_with_its_last_words(
    tmp_path: Path, folder: Path
) -> None:
    """What was started beside it is stopped."""
    dying = program(tmp_path / "host.py", 'raise SystemExit("No functions were found.")')

    done = command("start", "--host", dying, folder=folder)

    assert done.returncode == 1
    assert done.stderr == ("functions-host ended while it started:\n    No functions were found.\n")
    assert Processes(folder).pids() == {}


def test_of_a_failed_start_only_its_own_lines_are_shown(tmp_path: Path, folder: Path) -> None:
    """Not those of an earlier one that went well; also where there are none."""
    silent = program(tmp_path / "host.py", "raise SystemExit(1)")
    log = Processes(folder).log(HOST)
    log.parent.mkdir(parents=True)
    log.write_text("ready http://127.0.0.1:7071\nAll is well.\n")

    done = command("start", "--host", silent, folder=folder)

    assert done.returncode == 1
    assert done.stderr == "functions-host ended while it started:\n    It wrote nothing.\n"


def test_a_system_keeps_its_host_until_it_is_stopped(system: System) -> None:
    """Another host would not find the scans of the one before."""
    system.need_processes()
    before = system.run_json.read_text()

    done = command("start", "--host", sys.executable, folder=system.folder)

    assert done.returncode == 1
    assert done.stderr == (
        f"The app runs on the host {system.where.host} here; `make stop` first.\n"
    )
    assert system.run_json.read_text() == before
