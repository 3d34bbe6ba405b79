"""The host as a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
APPS = Path(__file__).parent / "apps"
KEY = "test-key"


@dataclass(frozen=True)
class HostProcess:
    """A host that serves; its log is what it wrote to stderr."""

    url: str
    process: subprocess.Popen[str]
    log: Path

    def kill(self) -> None:
        """As kill -9 does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """As an operator does; the exit status."""
        self.process.terminate()
        return self.process.wait(20)


@contextmanager
def serving(
    app: Path,
    state: Path,
    settings: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
    key: str | None = KEY,
) -> Iterator[HostProcess]:
    """A host on the app; ended at the end, however that comes."""
    state.mkdir(parents=True, exist_ok=True)
    log = state / "host.log"
    process = start(app, state, log, settings or {}, options, key=key)
    assert process.stdout is not None
    ready = process.stdout.readline()
    assert ready.startswith("ready "), log.read_text()
    try:
        yield HostProcess(ready.split()[1], process, log)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def start(
    app: Path,
    state: Path,
    log: Path,
    settings: Mapping[str, str],
    options: Sequence[str] = (),
    module: str = "local.functions_host",
    key: str | None = KEY,
) -> "subprocess.Popen[str]":
    """Start a host on a free port, its log appended to a file."""
    keyed = ["--key", key] if key else []
    arguments = ["--app", str(app), "--port", "0", "--state", str(state), *keyed, *options]
    with log.open("a") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **settings},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
