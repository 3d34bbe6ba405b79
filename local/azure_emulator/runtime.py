"""What the containers run: real processes for scanner and courier, nothing for other images.

Not isolated: a container is a process with its own environment and with real folders for its
volumes. Where the mount path of a volume stands in arguments or in values of the environment, the
folder is put in its place.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

ROOT = Path(__file__).parents[2]
SCANNER_BINARY = "/opt/qualys/qscanner"
NOT_FOUND = 127


@dataclass(frozen=True)
class ContainerSpec:
    """What is needed to run a container; the environment may hold secrets and is not kept."""

    name: str
    image: str
    command: Sequence[str]
    environment: Mapping[str, str]
    mounts: Mapping[str, Path]
    log: Path


class Execution(Protocol):
    """A container that was started."""

    def exit_code(self) -> int | None:
        """None while it runs."""

    def kill(self) -> None:
        """End it at once, with all that it started."""


class Runtime(Protocol):
    """Starts containers."""

    def start(self, container: ContainerSpec) -> Execution:
        """Start a container; one that cannot be started has ended with 127."""


class ProcessRuntime:
    """Containers as processes of this machine."""

    def __init__(self, images_file: Path) -> None:
        """`images_file` says what the stand-in finds in which image."""
        self._images_file = images_file

    def start(self, container: ContainerSpec) -> Execution:
        """See `Runtime.start`."""
        log = container.log.open("ab")
        program = self._program(container)
        if program is None:
            log.write(b"This image is not run here: the emulator only keeps its state.\n")
            return _Idle()
        if not program:
            log.write(f"exec: {container.command}: executable file not found\n".encode())
            return _Ended(NOT_FOUND)
        return _Process(program, self._environment(container), log)

    def _program(self, container: ContainerSpec) -> list[str] | None:
        """The command here; empty where there is no such program, None for unknown images."""
        command = [_mounted(word, container.mounts) for word in container.command]
        repository = container.image.partition("@")[0].rpartition("/")[2].partition(":")[0]
        if repository == "qscanner":
            if not command or command[0] != SCANNER_BINARY:
                return []
            return [sys.executable, "-m", "local.qscanner_stand_in", *command[1:]]
        if repository == "busybox":
            if not command or command[0] not in ("/bin/sh", "sh"):
                return []
            busybox = shutil.which("busybox")
            return [busybox, "sh", *command[1:]] if busybox else ["/bin/sh", *command[1:]]
        return None

    def _environment(self, container: ContainerSpec) -> dict[str, str]:
        own = {
            name: _mounted(value, container.mounts) for name, value in container.environment.items()
        }
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "TMPDIR": str(container.log.parent),
            "PYTHONPATH": str(ROOT),
            "QSCANNER_STAND_IN_IMAGES": str(self._images_file),
            **own,
        }


def _mounted(text: str, mounts: Mapping[str, Path]) -> str:
    for mount_path, folder in mounts.items():
        text = text.replace(mount_path, str(folder))
    return text


class _Process:
    """A process in a session of its own, so that all that it starts can be ended with it."""

    def __init__(self, command: list[str], environment: dict[str, str], log: IO[bytes]) -> None:
        with log:
            self._child = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self._child.pid

    def exit_code(self) -> int | None:
        code = self._child.poll()
        return 128 - code if code is not None and code < 0 else code  # 137 for SIGKILL

    def kill(self) -> None:
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._child.wait()


class _Idle:
    def exit_code(self) -> int | None:
        return None

    def kill(self) -> None:
        pass


class _Ended:
    def __init__(self, code: int) -> None:
        self._code = code

    def exit_code(self) -> int | None:
        return self._code

    def kill(self) -> None:
        pass
