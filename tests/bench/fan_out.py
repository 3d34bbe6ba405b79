"""One orchestration that asks for many activities at once."""

import asyncio
import json
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from local.functions_host.app import load
from local.functions_host.durable.sdk_speed import read_times_fast
from tests.bench import in_memory
from tests.bench.apart import apart
from tests.bench.engine import APP, output, running, watched
from tests.bench.tables import Cell, Section, tell
from tests.bench.throughput import IN_MEMORY


def section(width: int, rounds: int) -> Section:
    """A row a way."""
    found: dict[str, list[tuple[float, int]]] = {"engine": [], "engine, SDK patched": []}
    beside: list[float] = []
    for number in range(rounds):
        tell(f"{width}-wide fan-out, round {number + 1} of {rounds}")
        found["engine"].append(apart(fan_out, width, is_sdk_patched=False))
        found["engine, SDK patched"].append(apart(fan_out, width, is_sdk_patched=True))
        beside.append(apart(in_memory.fan_out_seconds, width))
    rows = [_row(IN_MEMORY, beside, None)]
    for way, runs in found.items():
        rows.append(_row(way, [run[0] for run in runs], median(run[1] for run in runs)))
    return Section(
        f"A {width}-wide fan-out, in seconds",
        rows,
        (
            f"{rounds} rounds of one orchestration that waits for {width} activities at once.",
            "`episodes`: how often its orchestrator was replayed.",
        ),
    )


def _row(way: str, seconds: list[float], episodes: float | None) -> dict[str, Cell]:
    return {
        "": way,
        "median": median(seconds),
        "min": min(seconds),
        "max": max(seconds),
        "episodes": episodes,
    }


def fan_out(width: int, *, is_sdk_patched: bool) -> tuple[float, int]:
    """The seconds of one fan-out, and how many episodes it took."""
    if is_sdk_patched:
        read_times_fast()
    return asyncio.run(_fan_out(width))


async def _fan_out(width: int) -> tuple[float, int]:
    episodes: list[float] = []
    app = watched(load(APP), "greet_all", episodes.append)
    with TemporaryDirectory() as folder:
        async with running(app, Path(folder)) as engine:
            engine.start("greet_all", "warm-up", json.dumps("2"))
            await output(engine, "warm-up")
            episodes.clear()
            began = time.perf_counter()
            engine.start("greet_all", "measured", json.dumps(json.dumps(width)))
            assert await output(engine, "measured") == width
            return time.perf_counter() - began, len(episodes)
