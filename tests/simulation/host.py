"""The process that runs the app: what runs in it, and what dies with it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.faults import AFTER_STEP, BEFORE_STEP
from tests.simulation.outside import Outage, Requests
from tests.simulation.phases import phase_of
from tests.simulation.schedule import Schedule
from tests.simulation.steps import HostCrashError, Step
from tests.simulation.trace import Trace

RESTART_SECONDS = (1, 20)
SLOW_RESTART_SECONDS = (60, 600)
OUTAGE_SECONDS = (900, 14_400)
SLOW_RESTARTS = 0.25


@dataclass
class Host:
    """Up, or down until it comes back by itself."""

    schedule: Schedule
    requests: Requests
    chance: random.Random
    trace: Trace
    is_up: bool = True
    down_seconds: float = 0
    crashes: int = 0
    on_start: list[Callable[[], None]] = field(default_factory=list)
    _running: list[Step] = field(default_factory=list)

    def run(
        self,
        name: str,
        call: Callable[[], Any],
        on_end: Callable[[Any], None],
        on_death: Callable[[], None],
        scan_id: str | None = None,
    ) -> Step:
        """Begin a function; where the host is down it has died already."""

        def whole() -> Any:
            self.requests.may_die(phase_of(name), BEFORE_STEP, name)
            result = call()
            self.requests.may_die(phase_of(name), AFTER_STEP, name)
            return result

        def ended(result: Any) -> None:
            self._running.remove(step)
            on_end(result)

        step = Step(name, whole, ended, on_death, scan_id)
        if self.is_up:
            self._running.append(step)
            self.schedule.after(0, step.go_on)
        else:
            on_death()
        return step

    def die(self, crash: HostCrashError) -> None:
        """End everything that runs; it comes back after a while."""
        seconds = self._downtime_seconds(crash)
        self.trace.note("host", f"died, comes back in {seconds:.0f} s")
        self.is_up = False
        self.crashes += 1
        self.down_seconds += seconds
        lost, self._running = self._running, []
        for step in lost:
            step.kill()
        self.schedule.after(seconds, self._start)
        for step in lost:
            step.on_death()

    def _downtime_seconds(self, crash: HostCrashError) -> float:
        if isinstance(crash, Outage):
            return self.chance.uniform(*OUTAGE_SECONDS)
        is_slow = self.chance.random() < SLOW_RESTARTS
        return self.chance.uniform(*(SLOW_RESTART_SECONDS if is_slow else RESTART_SECONDS))

    def _start(self) -> None:
        self.trace.note("host", "is up")
        self.is_up = True
        for started in self.on_start:
            started()
