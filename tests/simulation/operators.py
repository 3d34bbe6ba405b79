"""People who interfere: they cancel scans, and terminate instances at Durable's own API."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from local.functions_host.durable.records import Instance
from tests.simulation.durable_client import DurableApi
from tests.simulation.durable_host import UNDER_WAY, DurableHost
from tests.simulation.faults import CANCELS, OPERATOR, TERMINATES, TERMINATES_CHILD, Faults, Strike
from tests.simulation.front import Http, Reply
from tests.simulation.phases import Phase, phase_of
from tests.simulation.schedule import Schedule
from tests.simulation.trace import Trace

DELAYS_SECONDS = (0.05, 0.3, 10)  # steps take tenths, waits take seconds


@dataclass
class Operators:
    """They act shortly after a scan has come to the phase that a strike names.

    `asked_to_cancel` are the scans whose DELETE was sent, for a reply that is lost does not undo
    what was done; `cancelled` those where it was answered with 202, with the phase they were in;
    `terminated` those of which an instance was.
    """

    durable: DurableHost
    api: DurableApi
    http: Http
    faults: Faults
    schedule: Schedule
    chance: random.Random
    trace: Trace
    asked_to_cancel: set[str] = field(default_factory=set)
    cancelled: dict[str, Phase] = field(default_factory=dict)
    terminated: set[str] = field(default_factory=set)

    def see(self, function: str, scan_id: str | None) -> None:
        """A step of a scan begins."""
        phase = phase_of(function)
        if scan_id is None or phase is None:
            return
        strike = self.faults.take(phase, OPERATOR, function)
        if strike is not None:
            delay = self.chance.random() * self.chance.choice(DELAYS_SECONDS)
            self.schedule.after(delay, self._acting(strike, scan_id))

    def _acting(self, strike: Strike, scan_id: str) -> Callable[[], None]:
        if strike.kind.name == CANCELS:
            return lambda: self._cancel(strike, scan_id)
        return lambda: self._terminate(strike, scan_id)

    def _cancel(self, strike: Strike, scan_id: str) -> None:
        def told(reply: Reply | None) -> None:
            if reply is None or reply.status >= 500:
                self.schedule.after(60, lambda: self._cancel(strike, scan_id))
                return
            self._note(strike, f"cancel {scan_id} -> {reply.status}")
            if reply.status == 202:
                self.cancelled[scan_id] = strike.phase

        self.asked_to_cancel.add(scan_id)
        self.http.send("DELETE", f"/api/scans/{scan_id}", None, told)

    def _terminate(self, strike: Strike, scan_id: str) -> None:
        found = list(self._instances(strike, scan_id))
        if not found:
            self.faults.missed(strike)
            return
        one = self.chance.choice(found)
        self.terminated.add(scan_id)
        status, _ = self.api.terminate(one.id, "An operator wants it so.")
        self._note(strike, f"terminate {one.name} {one.id} -> {status}")

    def _instances(self, strike: Strike, scan_id: str) -> list[Instance]:
        under_way = self.durable.store.select(UNDER_WAY)
        if strike.kind.name == TERMINATES:
            return [one for one in under_way if one.id == scan_id]
        assert strike.kind.name == TERMINATES_CHILD
        return [one for one in under_way if one.parent and one.parent.instance == scan_id]

    def _note(self, strike: Strike, what: str) -> None:
        self.faults.hit(strike)
        self.trace.note("operator", f"{what} ({strike.phase})")
