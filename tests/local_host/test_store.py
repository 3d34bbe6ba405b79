"""What the store promises: nothing half, nothing lost, nobody else."""

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.functions_host.durable.history import Kind, event
from local.functions_host.durable.records import Instance, InstanceFilter, Status
from local.functions_host.durable.store import Store, StoreError, Synchronous

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TICK = event(Kind.EVENT_RAISED, NOW, Name="tick", Input=None)


def instance(name: str, status: Status = Status.RUNNING, created: str = "2026") -> Instance:
    return Instance(name, "f", "e", status, None, None, None, created, created, None)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "durable.sqlite")


def test_a_transaction_that_breaks_leaves_nothing(store: Store) -> None:
    def break_off() -> None:
        with store.transaction():
            store.put(instance("a"))
            store.send("a", None, NOW, TICK)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()

    assert store.find("a") is None
    assert store.next_due() is None


def test_the_id_of_a_finished_activity_is_never_given_to_another(store: Store) -> None:
    """Else a result could be posted for work that it does not belong to."""
    store.add_work("a", "e", 0, "f", "1")
    [first] = store.work(after=0, limit=10)
    store.finish_work(first)
    store.add_work("a", "e", 1, "f", "2")

    [second] = store.work(after=0, limit=10)
    assert second.id > first.id
    assert not store.finish_work(first)


def test_events_wait_until_they_are_due_and_come_in_the_order_of_their_time(store: Store) -> None:
    store.send("a", None, NOW + timedelta(seconds=2), {**TICK, "Name": "second"})
    store.send("a", None, NOW + timedelta(seconds=1), {**TICK, "Name": "first"})

    assert store.due_instances(NOW) == []
    late = NOW + timedelta(seconds=5)
    assert store.due_instances(late) == ["a"]
    assert [one.event["Name"] for one in store.messages("a", late)] == ["first", "second"]


def test_instances_are_found_by_status_id_and_time_page_by_page(store: Store) -> None:
    for name in ("a-1", "a-2", "b-1"):
        store.put(instance(name, Status.FAILED if name == "a-2" else Status.RUNNING, f"202{name}"))

    def ids(asked: InstanceFilter, after: str = "", limit: int = -1) -> list[str]:
        return [one.id for one in store.select(asked, after, limit)]

    assert ids(InstanceFilter()) == ["a-1", "a-2", "b-1"]
    assert ids(InstanceFilter(), after="a-1", limit=1) == ["a-2"]
    assert ids(InstanceFilter(statuses=frozenset({Status.FAILED}))) == ["a-2"]
    assert ids(InstanceFilter(id_prefix="a-")) == ["a-1", "a-2"]
    assert ids(InstanceFilter(created_from="202a-2")) == ["a-2", "b-1"]
    assert ids(InstanceFilter(created_to="202a-2")) == ["a-1", "a-2"]


def test_a_payload_of_a_megabyte_comes_back_whole(store: Store) -> None:
    store.append("a", [{**TICK, "Input": "x" * 1_000_000}])

    assert len(store.history("a")[0]["Input"]) == 1_000_000


def test_a_second_process_on_the_same_file_is_refused(store: Store, tmp_path: Path) -> None:
    store.put(instance("a"))
    code = (
        "import pathlib, sys\n"
        "from local.functions_host.durable.store import Store\n"
        "Store(pathlib.Path(sys.argv[1]))"
    )
    file = str(tmp_path / "durable.sqlite")

    done = subprocess.run(
        [sys.executable, "-c", code, file], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "is another host running on it?" in done.stderr


def test_a_state_of_an_unknown_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "durable.sqlite"
    Store(file).close()
    with sqlite3.connect(file) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()

    with pytest.raises(StoreError, match="schema 99"):
        Store(file)


@pytest.mark.parametrize(("asked", "level"), [(Synchronous.NORMAL, 1), (Synchronous.FULL, 2)])
def test_a_commit_waits_for_what_was_asked_for(
    tmp_path: Path, asked: Synchronous, level: int
) -> None:
    """The levels are SQLite's own numbers (sqlite.org/pragma.html#pragma_synchronous)."""
    store = Store(tmp_path / "durable.sqlite", asked)

    assert store._db.execute("PRAGMA synchronous").fetchone()[0] == level
