"""What one episode costs, against the length of the history that it is given."""

import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from local.functions_host.app import load
from local.functions_host.clock import SystemClock, iso
from local.functions_host.durable import history as events
from local.functions_host.durable.engine import Engine
from local.functions_host.durable.history import Event, Kind
from local.functions_host.durable.records import Instance, Status
from local.functions_host.durable.sdk_speed import read_times_fast
from local.functions_host.durable.store import Store
from local.functions_host.invocation import Invoker, usual_threads
from tests.bench.apart import apart
from tests.bench.engine import APP, watched
from tests.bench.tables import Cell, Section, tell

EVENTS_OF_AN_ACTIVITY = 4  # scheduled, end of the episode, start of the next one, completed
EVENTS_AT_THE_START = 2
ORCHESTRATOR, EXECUTION = "greet_and_wait", "measured"
GREETING = '"Hello Tokyo!"'


def section(lengths: list[int], repeats: int) -> Section:
    """A row a length: SDK as it is, and patched."""
    rows = []
    for length in lengths:
        tell(f"cost of one episode: {length} events")
        found = [
            apart(costs_ms, length, repeats, is_sdk_patched=patched) for patched in (False, True)
        ]
        rows.append({"events": str(length), **_row("", found[0]), **_row("patched: ", found[1])})
    return Section(
        "Cost of one episode against history length, in ms",
        rows,
        (
            f"Medians of {repeats} episodes: read the history, call the orchestrator, commit.",
            "`in SDK`: what azure-functions-durable takes for its replay of that.",
            "`patched`: its times read as local/functions_host/durable/sdk_speed.py does.",
        ),
    )


def _row(label: str, costs: list[tuple[float, float]]) -> dict[str, Cell]:
    whole = [one[0] for one in costs]
    return {
        f"{label}whole": median(whole),
        f"{label}min": min(whole),
        f"{label}max": max(whole),
        f"{label}in SDK": median(one[1] for one in costs),
    }


def costs_ms(length: int, repeats: int, *, is_sdk_patched: bool) -> list[tuple[float, float]]:
    """The milliseconds of each of some episodes, and those of them spent in the SDK.

    The first, which finds everything cold, is not among them.
    """
    if is_sdk_patched:
        read_times_fast()
    return asyncio.run(_costs_ms(length, repeats))[1:]


async def _costs_ms(length: int, repeats: int) -> list[tuple[float, float]]:
    in_sdk: list[float] = []
    app = watched(load(APP), ORCHESTRATOR, in_sdk.append)
    costs = []
    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "durable.sqlite")
        for number in range(repeats + 1):
            _prepare(store, f"instance-{number}", length)
            engine = Engine(app, store, Invoker(usual_threads(), "{}"), SystemClock())
            costs.append((await _work_off(engine) * 1000, in_sdk[-1] * 1000))
        store.close()
    return costs


def _prepare(store: Store, instance_id: str, length: int) -> None:
    """An instance whose last activity has ended, which its orchestrator has not seen yet."""
    activities = (length - EVENTS_AT_THE_START) // EVENTS_OF_AN_ACTIVITY
    now = datetime.now(UTC)
    at, data = iso(now), json.dumps(json.dumps(activities))
    running = Status.RUNNING
    with store.transaction():
        store.put(
            Instance(instance_id, ORCHESTRATOR, EXECUTION, running, data, None, None, at, at, None)
        )
        store.append(instance_id, _history(instance_id, data, activities, now))
        store.send(instance_id, EXECUTION, now, events.completed(now, activities - 1, GREETING))


async def _work_off(engine: Engine) -> float:
    """The seconds until nothing is due any more."""
    stop = asyncio.Event()
    began = time.perf_counter()
    work = asyncio.ensure_future(engine.run(stop))
    while engine.store.next_due() is not None:  # noqa: ASYNC110  # the engine tells nobody
        await asyncio.sleep(0)
    seconds = time.perf_counter() - began
    stop.set()
    await work
    return seconds


def _history(instance_id: str, data: str, activities: int, now: datetime) -> list[Event]:
    """All that has happened but the end of the last activity."""
    started = events.event(Kind.ORCHESTRATOR_STARTED, now)
    done = events.event(Kind.ORCHESTRATOR_COMPLETED, now)
    history = [
        started,
        events.execution_started(now, ORCHESTRATOR, instance_id, EXECUTION, data),
    ]
    for task in range(activities):
        history += [events.task_scheduled(now, task, "say_hello"), done]
        history += [started, events.completed(now, task, GREETING)]
    return history[:-2]
