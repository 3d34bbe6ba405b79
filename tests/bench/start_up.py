"""How long it takes until the whole system is there, and what of that is Python's imports."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from local.system import lifecycle
from tests.bench.apart import ROOT, apart
from tests.bench.tables import Cell, Section, tell

NAMES = {
    lifecycle.AZURITE: "Azurite",
    lifecycle.REGISTRY: "registry stand-in",
    lifecycle.EMULATOR: "Azure emulator",
    lifecycle.HOST: "host: process to healthy app",
}
IMPORTS = """
import json, time
began = time.perf_counter()
import local.functions_host.server
between = time.perf_counter()
import function_app
print(json.dumps([between - began, time.perf_counter() - between]))
"""
DEAREST = 4


def section(rounds: int) -> Section:
    """A row a part, in the order of the start."""
    seconds: dict[str, list[float]] = {}
    for number in range(rounds):
        tell(f"start-up, round {number + 1} of {rounds}")
        for name, found in (apart(system_seconds) | import_seconds()).items():
            seconds.setdefault(name, []).append(found)
    dearest = ", ".join(f"{name} {share:.2f} s" for name, share in dearest_imports())
    return Section(
        "Start-up time, in seconds",
        [_row(name, found) for name, found in seconds.items()],
        (
            f"{rounds} rounds; the parts start one after the other and are looked at every 0.1 s.",
            f"Dearest packages to import (python -X importtime, which slows them): {dearest}.",
        ),
    )


def _row(name: str, seconds: Sequence[float]) -> dict[str, Cell]:
    return {"": name, "median": median(seconds), "min": min(seconds), "max": max(seconds)}


def system_seconds() -> dict[str, float]:
    """Start the whole system in a fresh folder, and stop it: the seconds of each part."""
    began: list[tuple[str, float]] = []
    with TemporaryDirectory() as folder:
        try:
            lifecycle.start(
                Path(folder),
                ports_are_free=True,
                begins=lambda name: began.append((NAMES[name], time.perf_counter())),
            )
            began.append(("", time.perf_counter()))
        finally:
            lifecycle.stop(Path(folder))
    parts = {name: after - before for (name, before), (_, after) in pairwise(began)}
    return {"all of it": began[-1][1] - began[0][1], **parts}


def import_seconds() -> dict[str, float]:
    """The seconds that a fresh interpreter takes to import the host, and then the app."""
    command = [sys.executable, "-c", IMPORTS]
    host, app = json.loads(
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    )
    return {"  of that: importing the host": host, "  of that: importing the app": app}


def dearest_imports() -> list[tuple[str, float]]:
    """The packages whose modules take the most seconds to import, without what they import."""
    command = [sys.executable, "-X", "importtime", "-c", IMPORTS]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stderr
    own_microseconds: Counter[str] = Counter()
    for line in told.splitlines():
        own, _, module = line.removeprefix("import time:").split("|")
        if own.strip().isdigit():
            own_microseconds[_package(module.strip())] += int(own)
    return [(name, own / 1e6) for name, own in own_microseconds.most_common(DEAREST)]


def _package(module: str) -> str:
    """`azure` alone would tell nothing."""
    parts = module.split(".")
    return ".".join(parts[:2] if parts[0] == "azure" else parts[:1])
