"""What killed hosts have left behind: nothing lost, nothing twice, nothing half."""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.functions_host.durable.history import COMPLETIONS, Event, Kind
from local.functions_host.durable.records import Instance, InstanceFilter, Status
from local.functions_host.durable.store import Store
from tests.crash.places import AT_A_COMMIT, Place, commit_number
from tests.crash.workload import instance, kind_of, labels

BEGINNINGS = (Kind.TASK_SCHEDULED, Kind.SUB_CREATED)


@dataclass(frozen=True)
class Found:
    """Figures of what happened; that it was right is asserted before there are any.

    `runs` counts how often activities began, `results` how many outcomes are in the histories. Of
    the commits at which a host died, `kept` and `lost` count which way each went.
    """

    instances: int
    children: int
    runs: int
    results: int
    kept: Mapping[Place, int]
    lost: Mapping[Place, int]


def prove(folder: Path, number: int) -> Found:
    """Look at all that so many orchestrations left; raises `AssertionError` for what is wrong."""
    store = Store(folder / "durable.sqlite")
    every = store.select(InstanceFilter())
    histories = {one.id: store.history(one.id) for one in every}
    store.close()
    outputs = {one.id: _output(one) for one in every if kind_of(one.id)}
    assert set(outputs) == {instance(n)[1] for n in range(number)}
    used = [token for tokens in outputs.values() for token in tokens]
    _each_output_names_its_steps(outputs)
    runs = _read(folder / "trace.jsonl")
    _each_result_is_used_once(runs, used)
    results = sum(_ends_what_it_began(one, history) for one, history in histories.items())
    _nothing_is_left(folder / "durable.sqlite")
    ways = _commits(_read(folder / "book.jsonl"))
    children = len(every) - len(outputs)
    return Found(len(outputs), children, len(runs), results, ways[True], ways[False])


def _output(one: Instance) -> list[str]:
    assert one.status is Status.COMPLETED, f"{one.id} is {one.status}: {one.output}"
    tokens: list[str] = json.loads(one.output or "[]")
    return tokens


def _each_output_names_its_steps(outputs: dict[str, list[str]]) -> None:
    wrong = {
        name: tokens
        for name, tokens in outputs.items()
        if [token.rpartition("/")[0] for token in tokens] != labels(name)
    }
    assert not wrong


def _each_result_is_used_once(runs: list[dict[str, Any]], used: list[str]) -> None:
    """An activity may have run several times: one run's token counts, for everybody after it."""
    returned = {run["token"] for run in runs}
    given = {token for run in runs for token in run["after"]}
    assert len(returned) == len(runs)
    assert len(set(used)) == len(used)
    assert set(used) <= returned
    assert given <= set(used)


def _ends_what_it_began(name: str, history: list[Event]) -> int:
    """One end for each task of an instance's last execution; how many activities there were."""
    kinds = [(event["EventType"], event) for event in history]
    began = Counter(event["EventId"] for kind, event in kinds if kind in BEGINNINGS)
    timers = {event["EventId"] for kind, event in kinds if kind == Kind.TIMER_CREATED}
    ended = Counter(event[COMPLETIONS[kind]] for kind, event in kinds if kind in COMPLETIONS)
    fired = Counter({task: ended.pop(task) for task in timers if task in ended})
    assert began == ended, f"{name}: begun {began}, ended {ended}"
    assert set(began.values()) <= {1}, name
    assert set(fired.values()) <= {1}, name
    assert [kind for kind, _ in kinds].count(Kind.EXECUTION_COMPLETED) == 1, name
    return sum(kind == Kind.TASK_SCHEDULED for kind, _ in kinds)


def _nothing_is_left(file: Path) -> None:
    database = sqlite3.connect(file)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    for table in ("work", "messages"):
        assert database.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (0,), table
    database.close()


def _commits(book: list[dict[str, Any]]) -> dict[bool, Counter[Place]]:
    """How many of the commits at which a host died are there, by place, and how many are not.

    Whoever comes next finds that commit's number or the one before it: there is no third way.
    """
    found = [(one["life"], one["found"]) for one in book if "found" in one]
    ways: dict[bool, Counter[Place]] = {True: Counter(), False: Counter()}
    missed = {one["life"] for one in book if "missed" in one}
    for death in (one for one in book if one.get("died") in AT_A_COMMIT):
        number = commit_number(death["life"], death["at_pass"])
        there = next(found_there for life, found_there in found if life > death["life"])
        assert there in (number, number - 1), death
        ways[there == number][Place(death["died"])] += death["life"] not in missed
    assert not ways[True][Place.BEFORE_COMMIT]
    assert not ways[False][Place.AFTER_COMMIT]
    return ways


def _read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]
