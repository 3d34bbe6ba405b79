"""Every request that the app makes of the outside: takes time, may fail, may be the last."""

import random
from collections.abc import Callable
from typing import TypeVar

from imagescan.errors import TransientError
from tests.simulation.faults import AFTER_EFFECT, BEFORE_EFFECT, Faults
from tests.simulation.phases import Phase, phase_of
from tests.simulation.schedule import Schedule
from tests.simulation.steps import HostCrashError, crash, pause, running_step
from tests.simulation.trace import Trace

T = TypeVar("T")

LATENCY_SECONDS = {
    "table": 0.01, "blob": 0.03, "arm": 0.2, "durable": 0.01, "webhook": 0.2, "registry": 0.3,
}  # fmt: skip


class Outage(HostCrashError):
    """The host dies, for longer than a restart takes."""


class Requests:
    """Between the app and what it works on."""

    def __init__(
        self, schedule: Schedule, faults: Faults, chance: random.Random, trace: Trace
    ) -> None:
        self.faults = faults
        self.made: set[tuple[Phase, str]] = set()
        self._schedule, self._chance, self._trace = schedule, chance, trace

    def make(self, request: str, what: str, act: Callable[[], T], conflict: T | None = None) -> T:
        """The request's result; raises `TransientError` as an adapter would.

        `conflict` is what it answers where it meets its own first try.
        """
        step = running_step()
        phase = phase_of(step.name) if step else None
        self.wait(request)
        if phase is None:
            return act()
        self.made.add((phase, request))
        self.may_die(phase, BEFORE_EFFECT, what)
        strike = self.faults.take(phase, request, what)
        if strike is None:
            result = act()
            self.may_die(phase, AFTER_EFFECT, what)
            return result
        self.faults.hit(strike)
        self._trace.note("fault", f"{strike.kind.name} ({phase}): {what}")
        kind = strike.kind
        pause(self._schedule, kind.slow_seconds)
        if kind.fails_before:
            raise TransientError(f"{what}: a fault before its effect.")
        result = act()
        if kind.fails_after:
            raise TransientError(f"{what}: a fault after its effect.")
        return conflict if kind.conflicts and conflict is not None else result

    def wait(self, request: str) -> None:
        """The time that a request takes."""
        usual = LATENCY_SECONDS[request.partition(" ")[0]]
        pause(self._schedule, usual * self._chance.uniform(0.3, 3))

    def may_die(
        self,
        phase: Phase | None,
        moment: str,
        what: str,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        """The host dies here if a strike says so; `before` is called just before that."""
        strike = self.faults.take(phase, moment, what) if phase else None
        if strike is None:
            return
        before()
        self.faults.hit(strike)
        self._trace.note("fault", f"{strike.kind.name} ({phase}): {what}")
        crash(Outage() if strike.kind.is_outage else HostCrashError())
