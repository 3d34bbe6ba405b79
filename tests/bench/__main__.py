"""`python -m tests.bench [--only SECTION ...] [--json FILE] [--tiny]`"""

import argparse
import os
import platform
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench import episodes, fan_out, live, memory, rescans, start_up, throughput
from tests.bench.tables import Cell, Section, as_json, as_text

SECTIONS: Mapping[str, Callable[[], Section]] = {
    "throughput": lambda: throughput.section(instances=300, rounds=7),
    "episodes": lambda: episodes.section(lengths=[14, 102, 502, 2002], repeats=9),
    "fan-out": lambda: fan_out.section(width=500, rounds=3),
    "start-up": lambda: start_up.section(rounds=3),
    "memory": lambda: memory.section(instances=10_000),
    "rescans": lambda: rescans.section(counts=[120, 1000]),
    "live": lambda: live.section(images=30),
}
TINY: Mapping[str, Callable[[], Section]] = {
    "throughput": lambda: throughput.section(instances=2, rounds=1),
    "episodes": lambda: episodes.section(lengths=[14], repeats=1),
    "fan-out": lambda: fan_out.section(width=3, rounds=1),
    "start-up": lambda: start_up.section(rounds=1),
    "memory": lambda: memory.section(instances=4),
    "rescans": lambda: rescans.section(counts=[3]),
    "live": lambda: live.section(images=2),
}


def main() -> None:
    """Print a table a section as soon as it is measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--only", nargs="*", choices=list(SECTIONS), help="these sections alone")
    parser.add_argument("--json", type=Path, help="a file for what was found, for machines")
    parser.add_argument(
        "--tiny", action="store_true", help="sizes that only try the bench: figures mean nothing"
    )
    given = parser.parse_args()
    sections = TINY if given.tiny else SECTIONS
    about = _about()
    print(", ".join(f"{name} {value}" for name, value in about.items()), end="\n\n", flush=True)
    found = {}
    for name in given.only or sections:
        found[name] = sections[name]()
        print(as_text(found[name]), end="\n\n", flush=True)
    if given.json:
        given.json.write_text(as_json(about, found))


def _about() -> dict[str, Cell]:
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        **{name: version(name) for name in ("azure-functions-durable", "durabletask", "grpcio")},
    }


main()
