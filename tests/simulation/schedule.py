"""Virtual time: what happens when, on one thread; the earliest first, ties as the seed has it."""

import heapq
import itertools
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)
MICROSECONDS = 1_000_000


class Schedule:
    """The clock and everything that is still to happen.

    Time is counted in whole microseconds, so that what is due at a moment is due exactly then.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._microseconds = 0
        self._waiting: list[tuple[int, float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self.happened = 0

    def now(self) -> datetime:
        return START + timedelta(microseconds=self._microseconds)

    @property
    def seconds(self) -> float:
        """Since the start."""
        return self._microseconds / MICROSECONDS

    def at(self, moment: datetime, what: Callable[[], None]) -> None:
        """Let something happen at a moment; at once where that has passed."""
        self._add((moment - START) // timedelta(microseconds=1), what)

    def after(self, seconds: float, what: Callable[[], None]) -> None:
        """Let something happen in so many seconds."""
        self._add(self._microseconds + round(seconds * MICROSECONDS), what)

    def next(self) -> bool:
        """Let the next thing happen; False where nothing is left."""
        if not self._waiting:
            return False
        due, _, _, what = heapq.heappop(self._waiting)
        self._microseconds = max(self._microseconds, due)
        self.happened += 1
        what()
        return True

    def _add(self, due: int, what: Callable[[], None]) -> None:
        entry = (max(due, self._microseconds), self._chance.random(), next(self._numbers), what)
        heapq.heappush(self._waiting, entry)
