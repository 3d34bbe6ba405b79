"""People who ask for rescans of what runs, twice over, and cancel them."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.simulation.arrivals import SCANS_GROUP, SHOP_GROUP, SUBSCRIPTION
from tests.simulation.front import Http, Reply
from tests.simulation.schedule import Schedule
from tests.simulation.trace import Trace

LONGEST_GAP_SECONDS = 3600
EARLIEST_SECONDS, LATEST_SECONDS = 30, 2000
SCOPES: tuple[dict[str, str], ...] = (
    {"resourceGroup": SHOP_GROUP},
    {"resourceGroup": SHOP_GROUP},
    {"resourceGroup": SCANS_GROUP},
    {"subscriptionId": SUBSCRIPTION},
    {},
)


@dataclass(frozen=True)
class Rescan:
    """Somebody posts a rescan, and asks again where no reply came; later they may cancel it."""

    at_seconds: float
    body: Any = field(hash=False)
    cancelled_after_seconds: float | None = None


def rescans(chance: random.Random) -> Iterator[Rescan]:
    """A few, most of them forced; some are posted twice, as by a second click."""
    for _ in range(chance.choice((1, 1, 2))):
        at = chance.uniform(EARLIEST_SECONDS, LATEST_SECONDS)
        body: dict[str, Any] = {**chance.choice(SCOPES), "force": chance.random() < 0.6}
        if chance.random() < 0.1:
            body["dryRun"] = True
        ends = chance.expovariate(1 / 90) if chance.random() < 0.4 else None
        yield Rescan(at, body, ends)
        if chance.random() < 0.2:
            yield Rescan(at + chance.random() * 5, body)


@dataclass
class Rescanners:
    """They do what the plan says, and remember what they were told.

    `promised` by id; `asked_to_cancel`: a DELETE was sent; `cancelled_at`: it was answered by 202.
    """

    http: Http
    schedule: Schedule
    trace: Trace
    promised: dict[str, Rescan] = field(default_factory=dict)
    refused: list[Reply] = field(default_factory=list)
    asked_to_cancel: set[str] = field(default_factory=set)
    cancelled_at: dict[str, datetime] = field(default_factory=dict)
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
            self._note(f"rescan {rescan.body}", reply)
            if reply is None or reply.status >= 500:
                gap = min(30 * 2**tries, LONGEST_GAP_SECONDS)
                self.schedule.after(gap, self._asking(rescan, tries + 1))
                return
            self.waiting -= 1
            if reply.status == 202:
                self._promised(reply.body["rescanId"], rescan)
            else:
                self.refused.append(reply)

        self.http.send("POST", "/api/rescans", rescan.body, told)

    def _promised(self, rescan_id: str, rescan: Rescan) -> None:
        self.promised[rescan_id] = rescan
        if rescan.cancelled_after_seconds is not None:
            self.waiting += 1
            self.schedule.after(rescan.cancelled_after_seconds, lambda: self._cancel(rescan_id))

    def _cancel(self, rescan_id: str) -> None:
        def told(reply: Reply | None) -> None:
            self._note(f"cancel rescan {rescan_id}", reply)
            if reply is None or reply.status >= 500:
                self.schedule.after(60, lambda: self._cancel(rescan_id))
                return
            self.waiting -= 1
            if reply.status == 202:
                self.cancelled_at[rescan_id] = self.schedule.now()

        self.asked_to_cancel.add(rescan_id)
        self.http.send("DELETE", f"/api/rescans/{rescan_id}", None, told)

    def _note(self, what: str, reply: Reply | None) -> None:
        self.trace.note("users", f"{what} -> {reply.status if reply else 'nothing'}")
