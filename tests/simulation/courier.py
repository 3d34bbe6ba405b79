"""The courier as a script, written after imagescan/container_group/courier.sh and not after its
reader: what it prints is what the scanner's files say. A test runs the real script beside it.
"""

import base64
import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.azure_emulator.runtime import Ended
from tests.simulation.schedule import Schedule
from tests.simulation.volume import Version, Volume

BUDGET_BYTES = 3_000_000
SEAL_EVERY_SECONDS = 5
LINE_CHARACTERS = 1000
# One round: `sleep 1`, and what the looks themselves take.
ROUND = timedelta(seconds=1.02)
# By name, the files that go by it, the first that is there.
FILES = {
    "report": ("x-Report.sarif.json", "x-Report.json"),
    "inventory": ("x-ScanResult.json",),
}


@dataclass
class _Name:
    """What the courier remembers of a name: hashes, and whether it has printed the content."""

    handled: str = ""
    seen: str = ""
    framed: set[str] = field(default_factory=set)


class CourierRun:
    """A courier that runs; it catches up with the clock whenever somebody looks."""

    def __init__(
        self,
        schedule: Schedule,
        volume: Volume,
        environment: Mapping[str, str],
        dies_after_seconds: float | None = None,
    ) -> None:
        self._schedule, self._volume = schedule, volume
        self._wait_seconds = int(environment["WAIT_SECONDS"])
        self._linger_seconds = int(environment["LINGER_SECONDS"])
        self._started_at = self._next = schedule.now()
        self._names = {name: _Name() for name in FILES}
        self._log = bytearray(b"COURIER 1\n")
        self._spent, self._sealed_at = 0, 0
        self._last_frame_at: int | None = None
        self._ended: Ended | None = None
        self._dies_at = (
            self._started_at + timedelta(seconds=dies_after_seconds) if dies_after_seconds else None
        )

    def ended(self) -> Ended | None:
        """See `Execution`."""
        self._catch_up()
        return self._ended

    def log_tail(self, limit_bytes: int) -> bytes:
        """See `Execution`."""
        self._catch_up()
        return bytes(self._log[-limit_bytes:])

    def kill(self) -> None:
        """See `Execution`."""
        self._catch_up()
        self._ended = self._ended or Ended(137, self._schedule.now())

    def _catch_up(self) -> None:
        now = self._schedule.now()
        while self._ended is None and self._next <= now:
            if self._dies_at is not None and self._next >= self._dies_at:
                self._ended = Ended(137, self._dies_at)
            elif self._round(self._next):
                self._ended = Ended(0, self._next)
            self._next += ROUND

    def _round(self, moment: datetime) -> bool:
        """One turn of the script's loop; whether it is the last."""
        now, started = int(moment.timestamp()), int(self._started_at.timestamp())
        is_seal_due = now - self._sealed_at >= SEAL_EVERY_SECONDS
        if is_seal_due:
            self._sealed_at = now
        self._look("report", moment, is_seal_due=is_seal_due)
        if self._names["report"].handled or now - started >= self._wait_seconds:
            self._look("inventory", moment, is_seal_due=is_seal_due)
        if self._last_frame_at is None:
            is_over = now - started >= self._wait_seconds + 5
        else:
            is_over = now - self._last_frame_at >= self._linger_seconds
        return is_over or now - started >= self._wait_seconds + self._linger_seconds + 5

    def _look(self, name: str, moment: datetime, *, is_seal_due: bool) -> None:
        """A frame when the file was the same on two looks, a seal while it still is."""
        file = self._find(name, moment)
        if file is None:
            return
        known, looked_at = self._names[name], int(moment.timestamp())
        current = hashlib.sha256(file.content).hexdigest()
        is_new = current == known.seen and current != known.handled
        if is_new:
            self._print(name, file, current)
            known.handled, self._last_frame_at = current, looked_at
        known.seen = current
        is_told = current == known.handled and (is_new or is_seal_due)
        if is_told and current in known.framed:
            self._say(f"SEAL {name} {current} {looked_at}")

    def _find(self, name: str, moment: datetime) -> Version | None:
        """What is older than the courier, by the second, is of an earlier life of the group."""
        since = self._started_at.replace(microsecond=0)
        found = (self._volume.read(file, moment) for file in FILES[name])
        return next((one for one in found if one and one.at >= since), None)

    def _print(self, name: str, file: Version, current: str) -> None:
        content = file.content if file.printed is None else file.printed
        zipped = b"" if file.zipped_bytes else gzip.compress(content, mtime=0)
        size = file.zipped_bytes or len(zipped)
        if self._spent + size > BUDGET_BYTES:
            self._say(f"TOO_LARGE {name} {size}")
            return
        self._spent += size
        self._say(f"BEGIN {name} {len(file.content)} {current}")
        text = base64.b64encode(zipped).decode()
        for start in range(0, len(text), LINE_CHARACTERS):
            self._say(text[start : start + LINE_CHARACTERS])
        self._say(f"END {name} {len(file.content)} {current}")
        self._names[name].framed.add(current)

    def _say(self, line: str) -> None:
        self._log += f"{line}\n".encode()
