"""One container as one process, in a session of its own."""

import ctypes
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.azure_emulator.clock import Clock
from local.azure_emulator.leftovers import Leftovers, kill_session, start_time
from local.azure_emulator.runtime import Ended

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _die_with_the_emulator() -> None:
    """Runs in the child: it is killed when the emulator dies, kill -9 included (Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A container's process, see `runtime.Execution`; all that it starts ends with it."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        log: Path,
        clock: Clock,
        leftovers: Leftovers,
    ) -> None:
        """Start it in `folder`, both output streams appended to `log`."""
        self._log, self._clock, self._leftovers = log, clock, leftovers
        self._ended: Ended | None = None
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_the_emulator,  # noqa: PLW1509  # one system call, no locks
            )
        leftovers.add(self._child.pid)
        self._started = start_time(self._child.pid)

    def ended(self) -> Ended | None:
        """See `runtime.Execution`; a signal n counts as 128 + n, as container runtimes do."""
        if self._ended is None:
            code = self._child.poll()
            if code is not None:
                self._ended = Ended(128 - code if code < 0 else code, self._clock.now())
        return self._ended

    def log_tail(self, limit_bytes: int) -> bytes:
        """See `runtime.Execution`; only the end of the file is read."""
        with self._log.open("rb") as log:
            size = log.seek(0, 2)
            log.seek(max(0, size - limit_bytes))
            return log.read(limit_bytes)

    def kill(self) -> None:
        """See `runtime.Execution`; what a process that has ended left running is ended too."""
        kill_session(self._child.pid, self._started)
        self._child.wait()
        self._leftovers.forget(self._child.pid)
        self.ended()
