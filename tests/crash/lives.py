"""Lets one host after the other live and die on the same state until the workload is done."""

import json
import random
import subprocess
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.crash.client import Client, is_idle
from tests.crash.places import AT_A_COMMIT, MISSED, SETTING, Death, Place, flag_of
from tests.local_host.host_process import start

APP = Path(__file__).parent / "app"
LAUNCHER = "tests.crash.launcher"
SYNCHRONOUS = ("normal", "full")
MOST_PASSES = 12
STATEMENTS = 5  # of a transaction, about
LONGEST_LIFE_SECONDS = 0.8  # at any moment: start-up, and about as much again
LOOK_AGAIN_SECONDS = 0.02
LIFE_HANGS_AFTER_SECONDS = 60


@dataclass
class Lives:
    """`kills` are spread evenly over the places; the same `seed` asks for the same deaths.

    At least so many `instances` are started: a host that has nothing to do would not come to die.
    What is left in `folder`: the state, the log, the trace of the activities, the book of deaths.
    """

    folder: Path
    instances: int
    kills: int
    seed: int
    happened: dict[Place, int] = field(default_factory=lambda: dict.fromkeys(Place, 0))

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self.client = Client()
        self._life = 0

    @property
    def book(self) -> Path:
        return self.folder / "book.jsonl"

    @property
    def trace(self) -> Path:
        return self.folder / "trace.jsonl"

    def run(self) -> None:
        """Kill as often as was asked; then let the work be done."""
        places = list(Place)
        asked = deque(places[n % len(places)] for n in range(self.kills))
        self._random.shuffle(asked)
        while asked:
            place = asked.popleft()
            if self._live(place):
                self.happened[place] += 1
            else:
                asked.append(place)
        self._live(None)

    def _live(self, place: Place | None) -> bool:
        """One life of a host; whether it died at that place, or in peace where none is given."""
        self._life += 1
        death = self._death(place)
        with self._host(death) as host:
            url = _ready(host)
            try:
                self._work(host, url, may_end=place is None)
            except requests.RequestException:
                host.wait(LIFE_HANGS_AFTER_SECONDS)  # it died while it was asked something
            if place is None:
                host.terminate()
            code = host.wait(LIFE_HANGS_AFTER_SECONDS)
        assert code == (0 if place is None else -9), f"life {self._life} ended with {code}"
        return not self._was_missed(death)

    def _work(self, host: "subprocess.Popen[str]", url: str, *, may_end: bool) -> None:
        """Give work while the host lives: its share, and more before it has nothing to do."""
        for _ in range(round(LIFE_HANGS_AFTER_SECONDS / LOOK_AGAIN_SECONDS)):
            if host.poll() is not None:
                return
            self.client.tell_all(url)
            idle = is_idle(url)
            if may_end and idle and self.client.started >= self.instances:
                return
            if idle or self.client.started < self._share:
                self.client.start_next(url)
            else:
                _dies_within(host, LOOK_AGAIN_SECONDS)
        raise AssertionError(f"life {self._life} does not end")

    def _was_missed(self, death: Death) -> bool:
        """Whether a commit was faster than its killer: it died, but elsewhere."""
        flag = flag_of(self.book, death.life)
        is_missed = flag.exists() and flag.read_bytes()[0] == MISSED
        if is_missed:
            with self.book.open("a") as book:
                book.write(json.dumps({"life": death.life, "missed": death.place}) + "\n")
        return is_missed

    @property
    def _share(self) -> int:
        """How many orchestrations are to be started by now, so that each life sees some begin."""
        deaths = sum(self.happened.values())
        return -(-self.instances * (deaths + 1) // (self.kills + 1))

    def _death(self, place: Place | None) -> Death:
        first = 2 if place in AT_A_COMMIT else 1  # a commit before it says how long one takes
        most = MOST_PASSES * (STATEMENTS if place is Place.INSIDE_TRANSACTION else 1)
        at_pass = self._random.randint(first, most)
        late = self._random.random()
        if place is Place.ANY_MOMENT:
            late *= LONGEST_LIFE_SECONDS
        return Death(self._life, place, at_pass, late, str(self.book))

    @contextmanager
    def _host(self, death: Death) -> Iterator["subprocess.Popen[str]"]:
        settings = {SETTING: death.to_setting(), "TRACE_FILE": str(self.trace)}
        options = ["--synchronous", SYNCHRONOUS[self._life % len(SYNCHRONOUS)]]
        log = self.folder / "host.log"
        host = start(APP, self.folder, log, settings, options, module=LAUNCHER)
        try:
            yield host
        finally:
            host.kill()
            host.wait()


def _ready(host: "subprocess.Popen[str]") -> str:
    """The URL of a host that serves; one that is dead already has none."""
    assert host.stdout is not None
    with host.stdout as said:
        line = said.readline()
    return line.split()[1] if line.startswith("ready ") else ""


def _dies_within(host: "subprocess.Popen[str]", seconds: float) -> bool:
    try:
        host.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True
