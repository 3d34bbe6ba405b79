"""The places at which a host can be told to die; it dies by SIGKILL, so nothing runs after."""

import json
import mmap
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Any, Self

SETTING = "CRASH"
SHOOT, MISSED = 1, 2


class Place(StrEnum):
    """Where a host dies."""

    INSIDE_TRANSACTION = "inside a transaction"  # some of it is written
    BEFORE_COMMIT = "before the commit"  # all is written, nothing is committed
    INSIDE_COMMIT = "inside the commit"  # SQLite is at it, in its own code
    INSIDE_CHECKPOINT = "inside a checkpoint"  # the same, and the commit copies the WAL too
    AFTER_COMMIT = "after the commit"  # committed, and nobody has been told
    INSIDE_ACTIVITY = "inside an activity"  # it has begun, it has not returned
    BETWEEN_RESULT_AND_POST = "between result and post"  # it has returned, that is not written
    ANY_MOMENT = "at any moment"  # by the clock, start-up included


IN_SQLITE = (Place.INSIDE_COMMIT, Place.INSIDE_CHECKPOINT)
AT_A_COMMIT = (Place.BEFORE_COMMIT, *IN_SQLITE, Place.AFTER_COMMIT)


@dataclass(frozen=True)
class Death:
    """A host's: at the `at_pass`th time that it comes to the place.

    `late` is how far into it, as a part of what it took before; at any moment, in seconds since
    the start. `book` is where it is written down.
    """

    life: int
    place: Place | None
    at_pass: int
    late: float
    book: str

    def to_setting(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_setting(cls, text: str) -> Self:
        told = json.loads(text)
        return cls(**(told | {"place": Place(told["place"]) if told["place"] else None}))


DEATH = Death.from_setting(os.environ[SETTING]) if SETTING in os.environ else None
_passes = count(1)  # a single step of the interpreter, so threads do not share a number
_usual_seconds = 0.0


def reach(place: Place) -> None:
    """The host has come to the place: it may die here."""
    if _is_due(place):
        _write_death()
        _die()


@contextmanager
def within(places: Collection[Place]) -> Iterator[None]:
    """What happens in here is the place: another process kills this one while it goes on."""
    global _usual_seconds  # noqa: PLW0603  # what it took the last time
    killer = _killer() if any(_is_due(place) for place in places) else None
    began = time.perf_counter()
    if killer:
        killer[0] = SHOOT
    yield
    if killer:
        killer[0] = MISSED
        threading.Event().wait()
    _usual_seconds = time.perf_counter() - began


def commit_number(life: int, commit: int) -> int:
    """What tells each commit of each life apart."""
    return life * 1000 + commit


def flag_of(book: Path, life: int) -> Path:
    """The file in which a host and its killer speak to each other."""
    return book.with_suffix(f".{life}")


def die_by_the_clock() -> None:
    """Die at any moment, where that is what was told."""
    if DEATH and DEATH.place is Place.ANY_MOMENT:
        threading.Thread(target=_die_later, args=[DEATH.late], daemon=True).start()


def write(**said: Any) -> None:
    """Write into the book, at once."""
    assert DEATH is not None
    with Path(DEATH.book).open("a") as book:
        book.write(json.dumps({"life": DEATH.life, **said}) + "\n")


def _is_due(place: Place) -> bool:
    return bool(DEATH and DEATH.place is place and next(_passes) == DEATH.at_pass)


def _die_later(seconds: float) -> None:
    time.sleep(seconds)
    _write_death()
    _die()


def _write_death() -> None:
    assert DEATH is not None
    write(died=DEATH.place, at_pass=DEATH.at_pass)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


_KILLS = """
import mmap, os, signal, sys, time
victim, flag, late = int(sys.argv[1]), open(sys.argv[2], "r+b"), float(sys.argv[3])
told = mmap.mmap(flag.fileno(), 1)
print("ready", flush=True)
give_up = time.monotonic() + 5
while not told[0]:
    if time.monotonic() > give_up:
        sys.exit()
end = time.perf_counter() + late
while time.perf_counter() < end:
    pass
os.kill(victim, signal.SIGKILL)
"""


def _killer() -> mmap.mmap:
    """A process that kills this one as soon as it reads SHOOT in the byte that is returned.

    A thread could not: it needs Python's lock, for which the commit would have to end.
    """
    assert DEATH is not None
    _write_death()
    late_seconds = str(DEATH.late * _usual_seconds)
    flag = flag_of(Path(DEATH.book), DEATH.life)
    flag.write_bytes(b"\0")
    command = [sys.executable, "-S", "-E", "-c", _KILLS, str(os.getpid()), str(flag), late_seconds]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()  # it is ready
    with flag.open("r+b") as file:
        return mmap.mmap(file.fileno(), 1)
