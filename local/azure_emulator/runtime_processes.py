"""Containers as processes of this machine: scanner and courier; nothing for other images.

Not isolated: a container is a process with its own environment, a folder of its own to start in,
and real folders for its volumes. Where the mount path of a volume stands in arguments or in values
of the environment, the real folder is put in its place.
"""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from local.azure_emulator.clock import Clock
from local.azure_emulator.leftovers import Leftovers
from local.azure_emulator.processes import Process
from local.azure_emulator.runtime import ContainerSpec, Ended, Execution
from local.qscanner_stand_in.behaviour import FILE_VARIABLE
from local.qscanner_stand_in.pull import REGISTRY_VARIABLE

ROOT = Path(__file__).parents[2]
SCANNER_BINARY = "/opt/qualys/qscanner"  # the ENTRYPOINT of qualys/qscanner, not on its PATH
NOT_FOUND, KILLED = 127, 137


class ProcessRuntime:
    """See `runtime.Runtime`; containers, volumes and logs live below one folder."""

    def __init__(self, folder: Path, clock: Clock, behaviours: Path) -> None:
        """End and remove what an emulator that was killed left in `folder`.

        `behaviours` is the file that says what the stand-in finds in which image.
        """
        self._groups, self._clock, self._behaviours = folder / "groups", clock, behaviours
        self._leftovers = Leftovers(folder / "processes")
        self._leftovers.kill()
        shutil.rmtree(self._groups, ignore_errors=True)

    def start(self, container: ContainerSpec) -> Execution:
        """See `runtime.Runtime.start`."""
        own = self._groups / container.group / container.name
        own.mkdir(parents=True, exist_ok=True)
        log = own / "log"
        log.unlink(missing_ok=True)  # of an earlier run of this container
        mounts = self._mounts(container)
        program = _program(container, [_mounted(word, mounts) for word in container.command])
        if program is None:
            log.write_text("This image is not run here: the emulator only keeps its state.\n")
            ended = Ended(0, self._clock.now()) if container.is_init else None
            return _NoProcess(log, self._clock, ended)
        if not program:
            log.write_text(f"exec: {container.command[0]!r}: executable file not found\n")
            return _NoProcess(log, self._clock, Ended(NOT_FOUND, self._clock.now()))
        environment = self._environment(container, mounts, own)
        return Process(program, environment, own, log, self._clock, self._leftovers)

    def remove(self, group: str) -> None:
        """See `runtime.Runtime.remove`."""
        shutil.rmtree(self._groups / group, ignore_errors=True)

    def _mounts(self, container: ContainerSpec) -> dict[str, Path]:
        volumes = self._groups / container.group / "volumes"
        mounts = {path: volumes / name for path, name in container.volumes.items()}
        for folder in mounts.values():
            folder.mkdir(parents=True, exist_ok=True)
        return mounts

    def _environment(
        self, container: ContainerSpec, mounts: Mapping[str, Path], own: Path
    ) -> dict[str, str]:
        """The container's own variables, PATH, and what the stand-in needs; nothing of ours."""
        needed = {"PATH": os.environ.get("PATH", os.defpath), "TMPDIR": str(own)}
        if _is_scanner(container.image):
            needed |= {"PYTHONPATH": str(ROOT), FILE_VARIABLE: str(self._behaviours)}
            needed[REGISTRY_VARIABLE] = os.environ.get(REGISTRY_VARIABLE, "")
        return needed | {
            name: _mounted(value, mounts) for name, value in container.environment.items()
        }


def _program(container: ContainerSpec, command: list[str]) -> list[str] | None:
    """What to run; empty where the image has no such program, None for images unknown here."""
    if _is_scanner(container.image):
        # ACI's command replaces the ENTRYPOINT; without one the image's own is run.
        binary, *arguments = command or [SCANNER_BINARY]
        stand_in = [sys.executable, "-m", "local.qscanner_stand_in", *arguments]
        return stand_in if binary == SCANNER_BINARY else []
    if _repository(container.image).endswith("busybox"):
        applet, *arguments = command or ["sh"]
        applet = applet.rpartition("/")[2]
        busybox = shutil.which("busybox")
        if busybox:
            return [busybox, applet, *arguments]
        found = shutil.which(applet, path=os.defpath)
        return [found, *arguments] if found else []
    return None


def _is_scanner(image: str) -> bool:
    return _repository(image).endswith("qscanner")


def _repository(image: str) -> str:
    """An image's name without tag and digest."""
    return re.sub(r":[^/:]+$", "", image.partition("@")[0])


def _mounted(text: str, mounts: Mapping[str, Path]) -> str:
    """The text with whole mount paths replaced: `/out` stays as it is in `/output`."""
    for mount_path, folder in mounts.items():
        whole = rf"(?<![\w./-]){re.escape(mount_path.rstrip('/'))}(?![\w.-])"
        text = str(folder).join(re.split(whole, text))
    return text


class _NoProcess:
    """A container without a process: it runs until it is killed, or has ended from the start."""

    def __init__(self, log: Path, clock: Clock, ended: Ended | None) -> None:
        self._log, self._clock, self._ended = log, clock, ended

    def ended(self) -> Ended | None:
        return self._ended

    def log_tail(self, limit_bytes: int) -> bytes:
        return self._log.read_bytes()[-limit_bytes:]

    def kill(self) -> None:
        now: datetime = self._clock.now()
        self._ended = self._ended or Ended(KILLED, now)
