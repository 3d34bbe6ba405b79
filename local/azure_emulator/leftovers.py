"""Which processes this emulator has started, on disk, so that the next one can end them.

A process is known by its pid and its start time: a pid alone may be another program's by now. Only
/proc tells start times; where there is none, nothing is recorded.
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
        started = start_time(pid)
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
            kill_session(int(pid), started)
            file.unlink()


def kill_session(leader: int, started: str | None) -> None:
    """SIGKILL for a session leader's process group; fine where nothing is left of it.

    Its members may outlive the leader; as long as one does, the kernel gives its pid to nobody
    else. A leader with another start time is a stranger.
    """
    if start_time(leader) not in (None, started):
        return
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass


def start_time(pid: int) -> str | None:
    """When a process started, in clock ticks since boot (proc(5), field 22), or None."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return stat.rpartition(")")[2].split()[19]
