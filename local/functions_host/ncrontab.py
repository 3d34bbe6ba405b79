"""Timer schedules as NCrontab 3.4.0 with seconds understands them.

Recorded in tests/conformance/ncrontab.jsonl. Six fields: second, minute, hour, day of month, month,
day of week. Unlike in cron, day of month and day of week must both match, a range may be written
backwards (23-2 is 2-23), and Sunday is 0 only; so no cron library fits.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_LIMITS = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTH_FIELD, _DAY_FIELD = 4, 5
_PART = re.compile(r"(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:/(\d+))?", re.IGNORECASE)
SEARCH_YEARS = 30


class ScheduleError(ValueError):
    """The text is no schedule."""


@dataclass(frozen=True)
class Schedule:
    """The values that match, by field."""

    seconds: frozenset[int]
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def after(self, moment: datetime) -> datetime | None:
        """The first time later than `moment`; None where there is none in thirty years."""
        start = moment.replace(microsecond=0) + timedelta(seconds=1)
        day = start.replace(hour=0, minute=0, second=0)
        for _ in range(SEARCH_YEARS * 366):
            if self._has_day(day):
                found = self._on_day(day, start)
                if found:
                    return found
            day += timedelta(days=1)
        return None

    def _has_day(self, day: datetime) -> bool:
        weekday = (day.weekday() + 1) % 7
        return day.month in self.months and day.day in self.days and weekday in self.weekdays

    def _on_day(self, day: datetime, start: datetime) -> datetime | None:
        for hour in sorted(self.hours):
            if day.replace(hour=hour, minute=59, second=59) < start:
                continue
            for minute in sorted(self.minutes):
                if day.replace(hour=hour, minute=minute, second=59) < start:
                    continue
                for second in sorted(self.seconds):
                    found = day.replace(hour=hour, minute=minute, second=second)
                    if found >= start:
                        return found
        return None


def parse(text: str) -> Schedule:
    """Parse a schedule; raises `ScheduleError`."""
    fields = text.split()
    if len(fields) != len(_LIMITS):
        raise ScheduleError(f"A schedule has six fields: {text!r}.")
    return Schedule(*(_field(field, index) for index, field in enumerate(fields)))


def _field(text: str, index: int) -> frozenset[int]:
    return frozenset(value for part in text.split(",") for value in _values(part, index))


def _values(part: str, index: int) -> range:
    match = _PART.fullmatch(part)
    if match is None:
        raise ScheduleError(f"{part!r} is not understood.")
    first, last, step = match.groups()
    low, high = _LIMITS[index]
    if first == "*":
        if last is not None:
            raise ScheduleError(f"{part!r} is not understood.")
        start, end = low, high
    else:
        start = _number(first, index)
        end = _number(last, index) if last else (high if step else start)
    start, end = min(start, end), max(start, end)
    if start < low or end > high or (step is not None and int(step) == 0):
        raise ScheduleError(f"{part!r} is out of range.")
    return range(start, end + 1, int(step or 1))


def _number(text: str, index: int) -> int:
    names = {_MONTH_FIELD: _MONTHS, _DAY_FIELD: _DAYS}.get(index, ())
    if text.isdigit():
        return int(text)
    matching = [n for n, name in enumerate(names) if name == text[:3].lower()]
    if not matching:
        raise ScheduleError(f"{text!r} is no number.")
    return matching[0] + (1 if index == _MONTH_FIELD else 0)
