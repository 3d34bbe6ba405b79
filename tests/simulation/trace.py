"""What happened when, for people; and its hash, by which two runs are told to be the same."""

import hashlib

from tests.simulation.schedule import Schedule


class Trace:
    """Lines by time."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self.lines: list[tuple[float, str, str]] = []

    def note(self, who: str, what: str) -> None:
        """Something happened now."""
        self.lines.append((self._schedule.seconds, who, what))

    def text(self) -> str:
        """All of it, to be read."""
        return "\n".join(f"{_time(at)}  {who:<9} {what}" for at, who, what in self.lines)

    def digest(self) -> str:
        """The same for the same run."""
        return hashlib.sha256(self.text().encode()).hexdigest()[:16]


def _time(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours:02d}:{minutes:02d}:{rest:06.3f}"
