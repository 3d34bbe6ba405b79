"""Time, from one place: a test can replace it."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the host takes the time from."""

    def now(self) -> datetime:
        """Aware UTC."""


class SystemClock:
    """The machine's."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """ISO-8601 with microseconds and a Z, as Durable writes times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse(text: str) -> datetime:
    """The inverse of `iso`, also for seven digits of fraction and offsets."""
    head, dot, fraction = text.replace("+00:00", "Z").rstrip("Z").partition(".")
    whole = datetime.fromisoformat(head)
    micro = int((fraction + "000000")[:6]) if dot else 0
    return whole.replace(microsecond=micro, tzinfo=UTC)
