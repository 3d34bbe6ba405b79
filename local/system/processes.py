"""Background processes that outlive the command that started them, known by pid and start time."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
STOP_WITHIN_SECONDS = 20


class ProgramError(Exception):
    """The system refuses to run a program, such as a script that does not say what runs it."""


@dataclass(frozen=True)
class Running:
    """A process that was started; a pid alone may have been given to another one since.

    `started` is empty where it had ended before it could be looked at. Its log holds
    `said_before_bytes` of its predecessors'.
    """

    pid: int
    started: str
    said_before_bytes: int = 0

    @property
    def is_alive(self) -> bool:
        """Whether this very process still runs."""
        return self.started != "" and _start_time(self.pid) == self.started


class Processes:
    """The processes of one state folder, by name; each has its log in logs/."""

    def __init__(self, folder: Path) -> None:
        """Keep the book in `folder`."""
        self.logs = folder / "logs"
        self._book = folder / "processes.json"

    def find(self, name: str) -> Running | None:
        """The process of that name if it is alive."""
        entry = self._read().get(name)
        running = Running(**entry) if entry else None
        return running if running and running.is_alive else None

    def log(self, name: str) -> Path:
        """Where a process writes."""
        return self.logs / f"{name}.log"

    def said(self, name: str) -> str:
        """What the process of that name has written so far, without what others wrote before it."""
        entry = self._read().get(name)
        if entry is None or not self.log(name).exists():
            return ""
        said = self.log(name).read_bytes()[Running(**entry).said_before_bytes :]
        return said.decode(errors="replace")

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Running:
        """Start a process in a session of its own, its output appended to its log.

        What a killed predecessor of that name left running is ended first. Raises `ProgramError`.
        """
        self.stop(name)
        self.logs.mkdir(parents=True, exist_ok=True)
        with self.log(name).open("ab") as log:
            said_before_bytes = log.tell()
            try:
                child = subprocess.Popen(
                    command,
                    cwd=PROJECT,
                    env=dict(environment),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise ProgramError(f"{command[0]} cannot be run: {error.strerror}.") from None
        running = Running(child.pid, _start_time(child.pid), said_before_bytes)
        self._write(self._read() | {name: vars(running)})
        return running

    def stop(self, name: str) -> None:
        """End a process and what is left of its group; fine when it does not run.

        SIGTERM first, to the process alone, which ends its own children in order; SIGKILL only for
        what hangs or outlived it.
        """
        book = self._read()
        entry = book.pop(name, None)
        if entry is None:
            return
        running = Running(**entry)
        if running.is_alive:
            try:
                os.kill(running.pid, signal.SIGTERM)
            except ProcessLookupError:
                pass  # it ended just now
            _wait_for_end(running)
        _kill_rest_of_group(running)
        self._write(book)

    def pids(self) -> dict[str, int]:
        """The pid of every process that is alive, by name."""
        found = {name: self.find(name) for name in self._read()}
        return {name: running.pid for name, running in found.items() if running}

    def _read(self) -> dict[str, Any]:
        return dict(json.loads(self._book.read_text())) if self._book.exists() else {}

    def _write(self, book: Mapping[str, object]) -> None:
        fresh = self._book.with_suffix(".new")
        fresh.write_text(json.dumps(book))
        fresh.replace(self._book)


def _kill_rest_of_group(leader: Running) -> None:
    """A group keeps its leader's pid from being given away, unless nobody is left in it."""
    if not leader.is_alive and _start_time(leader.pid):
        return  # the pid is another process' by now
    try:
        os.killpg(leader.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    _wait_for_end(leader)


def _wait_for_end(running: Running) -> None:
    end = time.monotonic() + STOP_WITHIN_SECONDS
    while running.is_alive and time.monotonic() < end:
        try:
            os.waitpid(running.pid, os.WNOHANG)  # where it is a child of this very command
        except ChildProcessError:
            pass
        time.sleep(0.05)


def _start_time(pid: int) -> str:
    """What tells two processes of one pid apart; empty for one that does not run."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] == "Z" else fields[19]
    asked = ["ps", "-o", "lstart=", "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
