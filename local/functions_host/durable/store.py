"""Durable state in SQLite: whatever was committed survives a kill at any instant.

One transaction an episode, WAL, ids that are never used again (a reused row id lost work in an
early version). `synchronous=NORMAL` survives the death of the process; power loss would need FULL.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from local.functions_host.clock import iso
from local.functions_host.durable.history import Event

SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE instances (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, execution TEXT NOT NULL, status TEXT NOT NULL,
    input TEXT, output TEXT, custom_status TEXT, created TEXT NOT NULL, updated TEXT NOT NULL,
    parent TEXT, parent_execution TEXT, parent_task INTEGER
);
CREATE TABLE history (
    instance TEXT NOT NULL, number INTEGER NOT NULL, event TEXT NOT NULL,
    PRIMARY KEY (instance, number)
) WITHOUT ROWID;
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, execution TEXT,
    due TEXT NOT NULL, event TEXT NOT NULL
);
CREATE INDEX messages_due ON messages (due);
CREATE INDEX messages_instance ON messages (instance);
CREATE TABLE work (
    id INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, execution TEXT NOT NULL,
    task INTEGER NOT NULL, name TEXT NOT NULL, input TEXT NOT NULL
);
CREATE INDEX work_instance ON work (instance);
CREATE TABLE timers (name TEXT PRIMARY KEY, last_run TEXT NOT NULL);
"""


class StoreError(Exception):
    """The file cannot be used; the message says why."""


@dataclass(frozen=True)
class Parent:
    """Who waits for a sub-orchestration, and under which id."""

    instance: str
    execution: str
    task: int


@dataclass(frozen=True)
class Instance:
    """An orchestration instance; input, output and custom status are JSON texts."""

    id: str
    name: str
    execution: str
    status: str
    input: str | None
    output: str | None
    custom_status: str | None
    created: str
    updated: str
    parent: Parent | None

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.status in ("Completed", "Failed", "Terminated")


@dataclass(frozen=True)
class Message:
    """An event on its way to an instance; of any execution where `execution` is None."""

    id: int
    execution: str | None
    event: Event


@dataclass(frozen=True)
class Work:
    """An activity that has to be run."""

    id: int
    instance: str
    execution: str
    task: int
    name: str
    input: str


_COLUMNS = (
    "id, name, execution, status, input, output, custom_status, created, updated, "
    "parent, parent_execution, parent_task"
)


class Store:
    """The state of one task hub; used from one thread."""

    def __init__(self, file: Path) -> None:
        """Open or make the file; raises `StoreError` where another process holds it."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(file, isolation_level=None, timeout=0)
        try:
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._prepare()
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"{file} cannot be opened ({error}): is a host running on it?"
            ) from None

    def _prepare(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, SCHEMA_VERSION):
            raise StoreError(f"The state has schema {version}; this host knows {SCHEMA_VERSION}.")
        if version == 0:
            self._db.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # ------------------------------------------------------------------ instances
    def find(self, instance: str) -> Instance | None:
        """The instance of that id."""
        query = f"SELECT {_COLUMNS} FROM instances WHERE id = ?"  # noqa: S608  # constants
        row = self._db.execute(query, (instance,)).fetchone()
        return _instance(row) if row else None

    def all_instances(self) -> list[Instance]:
        """All instances, by id."""
        query = f"SELECT {_COLUMNS} FROM instances ORDER BY id"  # noqa: S608  # constants
        return [_instance(row) for row in self._db.execute(query)]

    def put(self, one: Instance) -> None:
        """Insert or replace an instance."""
        parent = one.parent
        values = (
            one.id, one.name, one.execution, one.status, one.input, one.output,
            one.custom_status, one.created, one.updated,
            parent and parent.instance, parent and parent.execution, parent and parent.task,
        )  # fmt: skip
        marks = ", ".join("?" * len(values))
        self._db.execute(f"REPLACE INTO instances ({_COLUMNS}) VALUES ({marks})", values)  # noqa: S608

    def forget(self, instance: str, *, keep_row: bool = False) -> None:
        """Remove all that is known of an instance, or all but its row."""
        for table in ("history", "messages", "work"):
            self._db.execute(f"DELETE FROM {table} WHERE instance = ?", (instance,))  # noqa: S608
        if not keep_row:
            self._db.execute("DELETE FROM instances WHERE id = ?", (instance,))

    # ------------------------------------------------------------------ history
    def history(self, instance: str) -> list[Event]:
        """The events of an instance in order."""
        query = "SELECT event FROM history WHERE instance = ? ORDER BY number"
        return [json.loads(row[0]) for row in self._db.execute(query, (instance,))]

    def append(self, instance: str, start: int, events: Sequence[Event]) -> None:
        """Add events after the first `start` ones."""
        rows = [(instance, start + n, json.dumps(one)) for n, one in enumerate(events)]
        self._db.executemany("INSERT INTO history VALUES (?, ?, ?)", rows)

    # ------------------------------------------------------------------ messages
    def send(self, instance: str, execution: str | None, due: datetime, event: Event) -> None:
        """Let an event reach an instance when it is due."""
        query = "INSERT INTO messages (instance, execution, due, event) VALUES (?, ?, ?, ?)"
        self._db.execute(query, (instance, execution, iso(due), json.dumps(event)))

    def due_instances(self, now: datetime) -> list[str]:
        """The instances that events wait for, the longest waiting first."""
        query = "SELECT instance FROM messages WHERE due <= ? GROUP BY instance ORDER BY MIN(id)"
        return [row[0] for row in self._db.execute(query, (iso(now),))]

    def due_messages(self, instance: str, now: datetime) -> list[Message]:
        """The events that wait for an instance, in the order of their time."""
        query = (
            "SELECT id, execution, event FROM messages "
            "WHERE instance = ? AND due <= ? ORDER BY due, id"
        )
        rows = self._db.execute(query, (instance, iso(now)))
        return [Message(row[0], row[1], json.loads(row[2])) for row in rows]

    def drop_messages(self, ids: Iterable[int]) -> None:
        """Take events that have been seen out of the way."""
        self._db.executemany("DELETE FROM messages WHERE id = ?", [(one,) for one in ids])

    def next_due(self) -> str | None:
        """When the next event is due, as ISO-8601."""
        due: str | None = self._db.execute("SELECT MIN(due) FROM messages").fetchone()[0]
        return due

    # ------------------------------------------------------------------ work
    def add_work(self, instance: str, execution: str, task: int, name: str, data: str) -> None:
        """Let an activity be run."""
        query = "INSERT INTO work (instance, execution, task, name, input) VALUES (?, ?, ?, ?, ?)"
        self._db.execute(query, (instance, execution, task, name, data))

    def work(self) -> list[Work]:
        """Every activity that has not ended, those a killed host was running included."""
        query = "SELECT id, instance, execution, task, name, input FROM work ORDER BY id"
        return [Work(*row) for row in self._db.execute(query)]

    def finish_work(self, work: Work) -> bool:
        """Take an activity off the list; False when it is not there any more."""
        return self._db.execute("DELETE FROM work WHERE id = ?", (work.id,)).rowcount > 0

    # ------------------------------------------------------------------ timer triggers
    def last_run(self, name: str) -> str | None:
        """When a timer trigger ran last, as ISO-8601."""
        query = "SELECT last_run FROM timers WHERE name = ?"
        row = self._db.execute(query, (name,)).fetchone()
        return row[0] if row else None

    def note_run(self, name: str, at: datetime) -> None:
        """A timer trigger has run."""
        self._db.execute("REPLACE INTO timers VALUES (?, ?)", (name, iso(at)))


def _instance(row: Sequence[Any]) -> Instance:
    names = ("id", "name", "execution", "status", "input", "output", "custom_status")
    known = dict(zip(names, row, strict=False))
    created, updated, parent, execution, task = row[len(names) :]
    waits = None if parent is None else Parent(parent, execution, task)
    return Instance(**known, created=created, updated=updated, parent=waits)
