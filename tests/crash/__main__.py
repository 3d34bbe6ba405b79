"""`python -m tests.crash [--kills N] [--instances N] [--seed N]`"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from tests.bench.tables import Section, as_text
from tests.crash.lives import Lives
from tests.crash.places import AT_A_COMMIT, Place
from tests.crash.proof import Found, prove


def main() -> None:
    """Kill, prove, print; what was left behind is kept where the proof fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--kills", type=int, default=100, help="spread evenly over the places")
    parser.add_argument("--instances", type=int, default=500, help="orchestrations, at least")
    parser.add_argument("--seed", type=int, default=0, help="which place when")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="crash-"))
    print(f"{given.kills} kills, seed {given.seed}, state and log in {folder}", flush=True)
    began = time.monotonic()
    lives = Lives(folder, given.instances, given.kills, given.seed)
    lives.run()
    found = prove(folder, lives.client.started)
    shutil.rmtree(folder)
    print(as_text(_section(lives, found, time.monotonic() - began)))


def _section(lives: Lives, found: Found, seconds: float) -> Section:
    rows = [
        {
            "died": str(place),
            "hosts": lives.happened[place],
            "commit kept": found.kept[place] if place in AT_A_COMMIT else None,
            "commit lost": found.lost[place] if place in AT_A_COMMIT else None,
        }
        for place in Place
    ]
    notes = [
        f"{found.instances} orchestrations and {found.children} children: all as they should be.",
        f"Activities ran {found.runs} times; {found.results} results, each used once.",
        f"It took {seconds:.0f} s.",
    ]
    return Section("Hosts that were killed, by the place where they died", rows, notes)


main()
