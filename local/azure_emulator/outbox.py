"""Events that are not delivered yet, each tried again with growing gaps, as Event Grid does.

At least once and in no order. Event Grid's gaps are 10 s, 30 s, 1, 5, 10, 30 min and more; here
they are short, because nobody waits that long on one machine.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from local.azure_emulator.clock import Clock

GAPS_SECONDS = (1, 1, 2, 2, 5, 10, 10, 30)


@dataclass
class Delivery:
    """An event on its way."""

    event: dict[str, Any]
    due_at: datetime
    tries: int = 0


class Outbox:
    """Keeps every event until it is delivered, or refused for good."""

    def __init__(self, clock: Clock) -> None:
        """Start empty."""
        self._clock = clock
        self._waiting: deque[Delivery] = deque()

    def publish(self, event: dict[str, Any]) -> None:
        """Take an event in; due at once."""
        self._waiting.append(Delivery(event, self._clock.now()))

    def take_due(self) -> list[Delivery]:
        """What is to be tried now; each comes back by `failed`, or is done with."""
        now = self._clock.now()
        due = [delivery for delivery in self._waiting if delivery.due_at <= now]
        self._waiting = deque(one for one in self._waiting if one.due_at > now)
        return due

    def failed(self, delivery: Delivery) -> None:
        """Try again, a little later each time, and never give up."""
        gap = GAPS_SECONDS[min(delivery.tries, len(GAPS_SECONDS) - 1)]
        delivery.tries += 1
        delivery.due_at = self._clock.now() + timedelta(seconds=gap)
        self._waiting.append(delivery)
