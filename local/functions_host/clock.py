"""Time, from one place: engine and timers take a clock, and a test can give a virtual one."""

import asyncio
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

LONGEST_SLEEP_SECONDS = 60.0  # so that a machine that was suspended, or a set clock, is noticed


class Clock(Protocol):
    """Where the host takes the time from, and how it lets time pass."""

    def now(self) -> datetime:
        """Aware UTC; never goes backwards by more than the machine's clock does."""

    async def sleep(self, until: datetime | None, wake: asyncio.Event, *, is_busy: bool) -> None:
        """Return when `wake` is set or, at the latest, at `until`; returning early is harmless.

        `is_busy` says that functions run meanwhile: a virtual clock may jump to `until` only
        where nothing does.
        """


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)

    async def sleep(self, until: datetime | None, wake: asyncio.Event, *, is_busy: bool) -> None:
        """Wait for `wake`, until `until`, or for a minute."""
        seconds = LONGEST_SLEEP_SECONDS
        if until is not None:
            seconds = min(seconds, max(0.0, (until - self.now()).total_seconds()))
        try:
            await asyncio.wait_for(wake.wait(), seconds)
        except TimeoutError:
            return


@lru_cache(maxsize=16)  # what happens together names the same moment again and again
def iso(moment: datetime) -> str:
    """ISO-8601 with microseconds and a Z; texts sort as the moments do."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse(text: str) -> datetime:
    """Read ISO-8601 with up to seven digits of fraction; UTC where no offset is given.

    Raises `ValueError`.
    """
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
