"""What the engine keeps in memory of instances that have ended: it should be nothing."""

import asyncio
import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from local.functions_host.app import load
from local.functions_host.durable.sdk_speed import read_times_fast
from tests.bench.apart import apart
from tests.bench.engine import APP, greet, running
from tests.bench.tables import Cell, Section, tell

AT_ONCE = 100
BYTES_PER_MB = 1024 * 1024


def section(instances: int) -> Section:
    """The process at start and at four points on the way."""
    tell(f"memory after {instances} instances")
    return Section(
        f"Memory after {instances:,} finished instances, in MB",
        apart(growth, instances),
        (
            f"Resident memory of the engine's process, {AT_ONCE} instances at a time.",
            f"The row of 0 comes after {AT_ONCE} others, when all code is loaded.",
        ),
    )


def growth(instances: int) -> list[dict[str, Cell]]:
    """A row at the start and after every quarter of the instances."""
    read_times_fast()
    return asyncio.run(_growth(instances))


async def _growth(instances: int) -> list[dict[str, Cell]]:
    rows = []
    with TemporaryDirectory() as folder:
        async with running(load(APP), Path(folder)) as engine:
            await greet(engine, AT_ONCE, "warm-up")
            rows.append(_row(0, Path(folder)))
            quarter = max(1, instances // 4)
            for done in range(quarter, instances + 1, quarter):
                for batch in range(done - quarter, done, AT_ONCE):
                    await greet(engine, min(AT_ONCE, done - batch), f"batch-{batch}")
                rows.append(_row(done, Path(folder)))
    return rows


def _row(done: int, folder: Path) -> dict[str, Cell]:
    on_disk = sum(file.stat().st_size for file in folder.iterdir())
    return {
        "instances": f"{done:,}",
        "memory": _resident_bytes() / BYTES_PER_MB,
        "on disk": on_disk / BYTES_PER_MB,
    }


def _resident_bytes() -> int:
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    asked = ["ps", "-o", "rss=", "-p", str(os.getpid())]
    return int(subprocess.run(asked, capture_output=True, text=True, check=True).stdout) * 1024
