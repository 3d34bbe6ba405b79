"""Containers by script: the scanners and couriers of scans, and whatever users deploy."""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import StringIO

from local.azure_emulator.runtime import ContainerSpec, Ended, Execution
from local.qscanner_stand_in.arguments import parse
from local.qscanner_stand_in.behaviour import normal_name
from tests.simulation.courier import CourierRun
from tests.simulation.endings import Script
from tests.simulation.schedule import Schedule
from tests.simulation.truth import Image, ScannerRun, Truth
from tests.simulation.volume import Version, Volume

SCANNER, COURIER = "qscanner", "courier"
INVALID_PARAMETER, NO_TOKEN, TIMED_OUT, CANNOT_PULL = 2, 1, 1, 6


@dataclass
class Running:
    """A container that ends as its script says, or when it is killed; see `Execution`."""

    schedule: Schedule
    ends_at: datetime | None
    exit_code: int = 0
    log: bytes = b""
    on_kill: Callable[[datetime], None] = field(default=lambda _: None, repr=False)

    def ended(self) -> Ended | None:
        if self.ends_at is None or self.schedule.now() < self.ends_at:
            return None
        return Ended(self.exit_code, self.ends_at)

    def log_tail(self, limit_bytes: int) -> bytes:
        return self.log[-limit_bytes:]

    def kill(self) -> None:
        if self.ended() is None:
            self.ends_at, self.exit_code = self.schedule.now(), 137
            self.on_kill(self.ends_at)


class Containers:
    """The runtime of the emulator: see `local.azure_emulator.runtime.Runtime`."""

    def __init__(
        self,
        schedule: Schedule,
        pulled: Callable[[str], Image],
        choose: Callable[[Image], tuple[str, Script]],
        name_of: Callable[[str], str],
        token: str,
    ) -> None:
        """`pulled` says which image a reference brings, `choose` how a scan of it ends, `name_of`
        which group a key stands for.
        """
        self.truth = Truth()
        self._schedule, self._pulled, self._choose = schedule, pulled, choose
        self._name_of, self._token = name_of, token
        self._volumes: dict[str, Volume] = {}
        self._courier_dies: dict[str, float] = {}
        self._lives: Counter[str] = Counter()

    def start(self, container: ContainerSpec) -> Execution:
        volume = self._volumes.setdefault(container.group, Volume())
        if container.name == SCANNER and container.command[1:2]:
            return self._start_scanner(container, volume)
        if container.name == COURIER and "OUTPUT_DIR" in container.environment:
            dies_after = self._courier_dies.pop(container.group, None)
            return CourierRun(self._schedule, volume, container.environment, dies_after)
        ends_at = self._schedule.now() if container.command == ("true",) else None
        return Running(self._schedule, ends_at)

    def remove(self, group: str) -> None:
        self._volumes.pop(group, None)
        self._lives[group] += 1

    def _start_scanner(self, container: ContainerSpec, volume: Volume) -> Execution:
        now = self._schedule.now()
        try:
            with redirect_stdout(StringIO()):
                options = parse(list(container.command[1:]))
        except SystemExit:
            return Running(self._schedule, now, INVALID_PARAMETER)
        if container.environment.get("QUALYS_ACCESS_TOKEN") != self._token:
            return Running(self._schedule, now, NO_TOKEN)
        target = normal_name(options.target)
        image = self._pulled(target)
        if image.problem:
            return Running(self._schedule, now, CANNOT_PULL)
        ending, script = self._choose(image)
        if script.courier_dies_after_seconds:
            self._courier_dies[container.group] = script.courier_dies_after_seconds
        if script.seconds is not None and script.seconds > options.scan_timeout:
            ending, script = "over its time", Script(options.scan_timeout, TIMED_OUT)
        name = self._name_of(container.group)
        run = ScannerRun(image, target, name, ending, now, script.is_whole, script.proves_clean)
        run.life = f"{container.group} {self._lives[container.group]}"
        self.truth.runs.append(run)
        return self._run(script, run, volume)

    def _run(self, script: Script, run: ScannerRun, volume: Volume) -> Execution:
        started = run.started_at
        for write in script.writes:
            at = started + timedelta(seconds=write.after_seconds)
            version = Version(at, write.content, write.zipped_bytes, write.printed)
            volume.write(write.name, version)
        if script.seconds is not None:
            run.ended_at = started + timedelta(seconds=script.seconds)
            run.exit_code = script.exit_code

        def killed(at: datetime) -> None:
            volume.stop(at)
            run.ended_at, run.exit_code, run.is_whole = at, 137, False

        log = f"INFO  Image source: registry\nDEBUG Authorization: Bearer {self._token}\n"
        return Running(self._schedule, run.ended_at, script.exit_code, log.encode(), killed)


def duration_seconds(chance: random.Random) -> float:
    """How long a scan takes: most about half a minute, some several."""
    return min(chance.lognormvariate(3.4, 0.7), 500)
