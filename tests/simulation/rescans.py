"""People who ask for rescans of what runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.front import Http, Reply
from tests.simulation.schedule import Schedule
from tests.simulation.trace import Trace

LONGEST_GAP_SECONDS = 3600


@dataclass(frozen=True)
class Rescan:
    """Somebody posts a rescan, and asks again where no reply came."""

    at_seconds: float
    body: Any = field(hash=False)


@dataclass
class Rescanners:
    """They do what the plan says, and remember what they were told: `promised` by id."""

    http: Http
    schedule: Schedule
    trace: Trace
    promised: dict[str, Rescan] = field(default_factory=dict)
    refused: list[Reply] = field(default_factory=list)
    waiting: int = 0

    def expect(self, planned: Sequence[Rescan]) -> None:
        """Let all of it happen in its time."""
        for rescan in planned:
            self.waiting += 1
            self.schedule.after(rescan.at_seconds, self._asking(rescan))

    def _asking(self, rescan: Rescan, tries: int = 0) -> Callable[[], None]:
        return lambda: self._ask(rescan, tries)

    def _ask(self, rescan: Rescan, tries: int) -> None:
        def told(reply: Reply | None) -> None:
            status = reply.status if reply else "nothing"
            self.trace.note("users", f"rescan {rescan.body} -> {status}")
            if reply is None or reply.status >= 500:
                gap = min(30 * 2**tries, LONGEST_GAP_SECONDS)
                self.schedule.after(gap, self._asking(rescan, tries + 1))
                return
            self.waiting -= 1
            if reply.status == 202:
                self.promised[reply.body["rescanId"]] = rescan
            else:
                self.refused.append(reply)

        self.http.send("POST", "/api/rescans", rescan.body, told)
