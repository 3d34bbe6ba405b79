"""The courier's own script as a process, and what it prints."""

import queue
import subprocess
import threading

from imagescan.container_group.courier import COURIER_SCRIPT

PATIENCE_SECONDS = 30.0


class Courier:
    """The running script and the lines that it has printed."""

    def __init__(self, shell: list[str], environment: dict[str, str]) -> None:
        self.lines: list[str] = []
        self._queue: queue.Queue[str | None] = queue.Queue()
        self._process = subprocess.Popen(
            [*shell, "-c", COURIER_SCRIPT],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._queue.put(line)
        self._queue.put(None)

    def until(self, start: str) -> str:
        """Read on to the first line that starts so, and return it."""
        assert self.reaches(start), f"it ended without {start} after {self.lines[-5:]}"
        return self.lines[-1]

    def reaches(self, start: str) -> bool:
        """Read on to the first line that starts so; False where it ends without one."""
        while (line := self._queue.get(timeout=PATIENCE_SECONDS)) is not None:
            self.lines.append(line)
            if line.startswith(start):
                return True
        self._queue.put(None)
        return False

    def end(self) -> int:
        """Read to the end; returns the exit code."""
        while (line := self._queue.get(timeout=PATIENCE_SECONDS)) is not None:
            self.lines.append(line)
        return self._process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE_SECONDS)

    @property
    def log(self) -> str:
        return "".join(self.lines)
