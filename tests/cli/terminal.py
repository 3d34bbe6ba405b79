"""A command at a terminal of its own, as a person runs it."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST_SECONDS = 60


class Terminal:
    """Both outputs go to the terminal; what was told so far is in `told`."""

    def __init__(self, *words: str, environment: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self.told = ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cli", *words],
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "30", **environment},
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)

    def wait_for(self, text: str) -> None:
        """Read until it is told; fails after a minute, or where the command ends before."""
        end = time.monotonic() + LONGEST_SECONDS
        while text not in self.told:
            assert time.monotonic() < end, self.told
            assert self._read(), self.told

    def interrupt(self) -> None:
        """Ctrl-C."""
        os.killpg(self._process.pid, signal.SIGINT)

    def ended(self) -> int:
        """The exit code, once all was read."""
        while self._read():
            pass
        os.close(self._ours)
        return self._process.wait(LONGEST_SECONDS)

    def _read(self) -> bool:
        try:
            more = os.read(self._ours, 65536)
        except OSError:  # how Linux tells that nobody is at the other end any more
            return False
        self.told += more.decode(errors="replace")
        return bool(more)
