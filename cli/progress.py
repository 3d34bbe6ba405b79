"""What is shown while a scan or a rescan is watched: a bar on a terminal, lines in a log."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from cli.plain_text import plain
from cli.screen import Screen

NOT_DONE = ("pending", "running")
GATHERING = ("accepted", "gathering")  # the images are not all known: their total says nothing
SCAN_PHASES = ("accepted", "queued", "provisioning", "scanning", "collecting")


@dataclass(frozen=True)
class Look:
    """What one look saw: a line, how much is done, when it may end, failures so far."""

    line: str
    done: int
    total: int
    eta: str = ""
    failures: tuple[str, ...] = ()


def look_at_scan(scan: Mapping[str, Any], _now: datetime) -> Look:
    """The phase that a scan is in."""
    status = scan["status"]
    done = SCAN_PHASES.index(status) if status in SCAN_PHASES else len(SCAN_PHASES)
    return Look(f"{status}  {scan['image']}", done, len(SCAN_PHASES))


def look_at_rescan(rescan: Mapping[str, Any], now: datetime) -> Look:
    """How many images are in each state, and why some of them failed."""
    failures = tuple(_failure(one) for one in rescan["failures"])
    if rescan["status"] in GATHERING:
        return Look("gathering", 0, 0, failures=failures)
    counts = rescan["counts"]
    done = sum(number for state, number in counts.items() if state not in NOT_DONE)
    states = ", ".join(f"{number} {state}" for state, number in counts.items())
    line = f"{rescan['status']}: {states}" if states else str(rescan["status"])
    return Look(line, done, rescan["total"], _eta(rescan["eta"], now), failures)


def _failure(one: Mapping[str, Any]) -> str:
    """Its code is left out where that only repeats the status."""
    reason = one.get("reason") or {}
    why = [reason.get("code"), reason.get("message")]
    told = [one["image"] or one["resourceId"], *(text for text in why if text != one["status"])]
    return f"{one['status']}  {': '.join(str(text) for text in told if text)}"


def _eta(eta: str | None, now: datetime) -> str:
    if not eta:
        return ""
    try:
        seconds = (datetime.fromisoformat(eta) - now).total_seconds()
    except (ValueError, TypeError):
        return ""
    if seconds < 60:  # noqa: PLR2004
        return "less than a minute left"
    return f"about {math.ceil(seconds / 60)} minutes left"


class View:
    """Shows looks as they come; a failure once."""

    def __init__(
        self, screen: Screen, look_at: Callable[[Mapping[str, Any], datetime], Look]
    ) -> None:
        self._screen, self._look_at = screen, look_at
        self._told: set[str] = set()
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[eta]}", markup=False),
            console=screen.aside,
            transient=True,
            disable=not screen.has_bar,
        )
        self._task = self._bar.add_task("", total=None, eta="")

    def tell(self, body: Mapping[str, Any]) -> None:
        """Show one more look."""
        look = self._look_at(body, datetime.now(UTC))
        for failure in look.failures:
            self._say_once(f"  {failure}", "red")
        self._bar.update(
            self._task,
            description=plain(look.line),
            completed=look.done,
            total=look.total or None,
            eta=look.eta,
        )
        if not self._screen.has_bar:
            self._say_once(f"  {look.line}")

    def _say_once(self, line: str, style: str = "") -> None:
        if line not in self._told:
            self._told.add(line)
            self._screen.say(line, style)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._bar.stop()
