"""Which processes this emulator has started, on disk, so that the next one can end them.

A process is known by its pid and its start time: a pid alone may be another program's by now. Only
/proc tells start times; where there is none, nothing is recorded and nothing is ended.
"""

import os
import signal
from pathlib import Path


class Leftovers:
    """One empty file per process, named `<pid>-<start time>`."""

    def __init__(self, folder: Path) -> None:
        """Keep the files in this folder."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, pid: int) -> None:
        """Remember a process that was started, the leader of its own session."""
        started = _start_time(pid)
        if started is not None:
            (self._folder / f"{pid}-{started}").touch()

    def forget(self, pid: int) -> None:
        """It has ended, and all that it started."""
        for file in self._folder.glob(f"{pid}-*"):
            file.unlink(missing_ok=True)

    def kill(self) -> None:
        """End what still runs of those remembered, with their sessions, and forget all."""
        for file in self._folder.iterdir():
            pid, _, started = file.name.partition("-")
            if _start_time(int(pid)) == started:
                kill_session(int(pid))
            file.unlink()


def kill_session(leader: int) -> None:
    """SIGKILL for a session leader's process group; fine where nothing is left of it."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _start_time(pid: int) -> str | None:
    """In clock ticks since boot (proc(5), field 22), or None."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return stat.rpartition(")")[2].split()[19]
