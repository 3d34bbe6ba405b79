"""Durable state in SQLite: whatever was committed survives a kill at any instant.

WAL, ids that are never used again (a reused row id would give the result of one activity to
another). A second process on the same file is refused.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from local.functions_host.clock import iso, parse
from local.functions_host.durable.history import Event
from local.functions_host.durable.records import (
    Instance,
    InstanceFilter,
    Message,
    Parent,
    Status,
    Work,
)

SCHEMA_VERSION = 1
# How much WAL, in pages of 4 KB, gathers before it is copied into the file, which takes a while:
# pages that were written again and again meanwhile are copied once.
CHECKPOINT_PAGES = 8000
_SCHEMA = """
CREATE TABLE instances (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, execution TEXT NOT NULL, status TEXT NOT NULL,
    input TEXT, output TEXT, custom_status TEXT, created TEXT NOT NULL, updated TEXT NOT NULL,
    parent TEXT, parent_name TEXT, parent_execution TEXT, parent_task INTEGER
) WITHOUT ROWID;
CREATE TABLE history (
    instance TEXT NOT NULL, number INTEGER NOT NULL,
    event TEXT NOT NULL, -- one, or several with commas between
    PRIMARY KEY (instance, number)
) WITHOUT ROWID;
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, execution TEXT,
    due TEXT NOT NULL, event TEXT NOT NULL
);
CREATE INDEX messages_due ON messages (due, instance);
CREATE INDEX messages_instance ON messages (instance);
CREATE TABLE work (
    id INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, execution TEXT NOT NULL,
    task INTEGER NOT NULL, name TEXT NOT NULL, input TEXT NOT NULL
);
CREATE INDEX work_instance ON work (instance);
CREATE TABLE timers (name TEXT PRIMARY KEY, last_run TEXT NOT NULL) WITHOUT ROWID;
"""
# Made in files of before it too; costs something when an instance ends, and only then.
_ENDED = "status IN ('Completed', 'Failed', 'Terminated')"
_ENDED_INDEX = f"CREATE INDEX IF NOT EXISTS instances_ended ON instances (updated) WHERE {_ENDED}"
_OWN_COLUMNS = (
    "id", "name", "execution", "status", "input", "output", "custom_status", "created", "updated",
)  # fmt: skip
_COLUMNS = ", ".join(_OWN_COLUMNS) + ", parent, parent_name, parent_execution, parent_task"


class Synchronous(StrEnum):
    """What a commit waits for (SQLite's PRAGMA synchronous, in WAL mode).

    NORMAL survives the death of the process at any instant; a loss of power may take the latest
    commits back, each of them whole. FULL waits for the disk at every commit, and survives a loss
    of power too, as far as the disk keeps its word.
    """

    NORMAL = "normal"
    FULL = "full"


class StoreError(Exception):
    """The file cannot be used; the message says why."""


class Store:
    """The state of one task hub; used from one thread."""

    def __init__(self, file: Path, synchronous: Synchronous = Synchronous.NORMAL) -> None:
        """Open or make the file; raises `StoreError` where it cannot be used."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(file, isolation_level=None, timeout=0)
        try:
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute(f"PRAGMA synchronous = {synchronous}")
            self._db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            self._prepare(file)
        except sqlite3.Error as error:
            self._db.close()
            hint = ": is another host running on it?" if "locked" in str(error) else "."
            raise StoreError(f"{file} cannot be opened ({error}){hint}") from None

    def _prepare(self, file: Path) -> None:
        with self.transaction():  # takes the lock that keeps other processes out
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, SCHEMA_VERSION):
            self._db.close()
            raise StoreError(
                f"{file} has schema {version}; this host knows {SCHEMA_VERSION}. "
                "Use the host that wrote it, or another folder."
            )
        if version == 0:
            self._db.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )
        self._db.execute(_ENDED_INDEX)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; the other methods write at once where they are called outside of one."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def part(self) -> Iterator[None]:
        """Within a transaction: all or nothing of this, whatever becomes of the rest."""
        self._db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO part")
            raise
        finally:
            self._db.execute("RELEASE part")

    # ------------------------------------------------------------------ instances
    def find(self, instance: str) -> Instance | None:
        """The instance of that id; ids are compared exactly."""
        query = f"SELECT {_COLUMNS} FROM instances WHERE id = ?"  # noqa: S608  # constants
        row = self._db.execute(query, (instance,)).fetchone()
        return _instance(row) if row else None

    def select(self, asked: InstanceFilter, after: str = "", limit: int = -1) -> list[Instance]:
        """Instances by id, those after a given id; a negative limit means all."""
        conditions, values = ["id > ?"], [after]
        if asked.statuses:
            conditions.append(f"status IN ({', '.join('?' * len(asked.statuses))})")
            values += sorted(asked.statuses)
        if asked.id_prefix:
            conditions.append("substr(id, 1, ?) = ?")
            values += [str(len(asked.id_prefix)), asked.id_prefix]
        for sign, bound in ((">=", asked.created_from), ("<=", asked.created_to)):
            if bound:
                conditions.append(f"created {sign} ?")
                values.append(bound)
        query = (
            f"SELECT {_COLUMNS} FROM instances WHERE {' AND '.join(conditions)} "  # noqa: S608
            f"ORDER BY id LIMIT {limit:d}"
        )
        return [_instance(row) for row in self._db.execute(query, values)]

    def ended_by(self, moment: datetime, limit: int) -> list[str]:
        """The ids of instances that ended at that time or before, the oldest first."""
        query = f"SELECT id FROM instances WHERE {_ENDED} AND updated <= ? ORDER BY updated LIMIT ?"  # noqa: S608
        return [row[0] for row in self._db.execute(query, (iso(moment), limit))]

    def oldest_end(self) -> datetime | None:
        """When the instance ended that ended first."""
        query = f"SELECT MIN(updated) FROM instances WHERE {_ENDED}"  # noqa: S608
        updated = self._db.execute(query).fetchone()[0]
        return parse(updated) if updated else None

    def put(self, one: Instance) -> None:
        """Insert or replace an instance."""
        parent = one.parent
        values = (
            one.id, one.name, one.execution, one.status, one.input, one.output,
            one.custom_status, one.created, one.updated,
            parent and parent.instance, parent and parent.name,
            parent and parent.execution, parent and parent.task,
        )  # fmt: skip
        marks = ", ".join("?" * len(values))
        self._db.execute(f"REPLACE INTO instances ({_COLUMNS}) VALUES ({marks})", values)  # noqa: S608

    def forget(self, instance: str) -> None:
        """Remove all that is known of an instance; results still to come are dropped."""
        self.clear(instance)
        self._db.execute("DELETE FROM work WHERE instance = ?", (instance,))
        self._db.execute("DELETE FROM instances WHERE id = ?", (instance,))

    def clear(self, instance: str) -> None:
        """Remove the history of an instance and what is on its way to it."""
        for table in ("history", "messages"):
            self._db.execute(f"DELETE FROM {table} WHERE instance = ?", (instance,))  # noqa: S608

    # ------------------------------------------------------------------ history
    def history(self, instance: str) -> list[Event]:
        """The events of an instance in order."""
        query = "SELECT event FROM history WHERE instance = ? ORDER BY number"
        rows = self._db.execute(query, (instance,)).fetchall()
        events: list[Event] = json.loads(f"[{','.join(row[0] for row in rows)}]")
        return events

    def append(self, instance: str, events: Sequence[Event]) -> None:
        """Add events, one at least, at the end of an instance's history.

        They become one row: a list without its brackets.
        """
        query = (
            "INSERT INTO history SELECT ?1, COALESCE(MAX(number), 0) + 1, ?2 "
            "FROM history WHERE instance = ?1"
        )
        self._db.execute(query, (instance, json.dumps(events)[1:-1]))

    # ------------------------------------------------------------------ messages
    def send(self, instance: str, execution: str | None, due: datetime, event: Event) -> None:
        """Let an event reach an instance when it is due."""
        query = "INSERT INTO messages (instance, execution, due, event) VALUES (?, ?, ?, ?)"
        self._db.execute(query, (instance, execution, iso(due), json.dumps(event)))

    def due_instances(self, now: datetime) -> list[str]:
        """The instances that events wait for, the longest waiting first."""
        query = "SELECT instance FROM messages WHERE due <= ? GROUP BY instance ORDER BY MIN(due)"
        return [row[0] for row in self._db.execute(query, (iso(now),))]

    def messages(self, instance: str, due: datetime | None = None) -> list[Message]:
        """The events on their way to an instance, in the order of their time: all, or those due."""
        query = (
            "SELECT id, execution, event FROM messages "
            "WHERE instance = ? AND due <= ? ORDER BY due, id"
        )
        rows = self._db.execute(query, (instance, iso(due) if due else "9"))
        return [Message(row[0], row[1], json.loads(row[2])) for row in rows]

    def drop_messages(self, ids: Iterable[int]) -> None:
        """Take events that have been seen out of the way."""
        self._db.executemany("DELETE FROM messages WHERE id = ?", [(one,) for one in ids])

    def next_due(self) -> datetime | None:
        """When the next event is due."""
        due = self._db.execute("SELECT MIN(due) FROM messages").fetchone()[0]
        return parse(due) if due else None

    # ------------------------------------------------------------------ work
    def add_work(self, instance: str, execution: str, task: int, name: str, data: str) -> None:
        """Let an activity be run."""
        query = "INSERT INTO work (instance, execution, task, name, input) VALUES (?, ?, ?, ?, ?)"
        self._db.execute(query, (instance, execution, task, name, data))

    def work(self, after: int, limit: int) -> list[Work]:
        """Activities that have not ended, by id, those that a killed host was running included."""
        query = (
            "SELECT id, instance, execution, task, name, input FROM work "
            "WHERE id > ? ORDER BY id LIMIT ?"
        )
        return [Work(*row) for row in self._db.execute(query, (after, limit))]

    def finish_work(self, work: Work) -> bool:
        """Take an activity off the list; False when it is not there any more."""
        return self._db.execute("DELETE FROM work WHERE id = ?", (work.id,)).rowcount > 0

    # ------------------------------------------------------------------ timer triggers
    def last_run(self, name: str) -> datetime | None:
        """When a timer trigger ran last."""
        query = "SELECT last_run FROM timers WHERE name = ?"
        row = self._db.execute(query, (name,)).fetchone()
        return parse(row[0]) if row else None

    def note_run(self, name: str, at: datetime) -> None:
        """A timer trigger has run."""
        self._db.execute("REPLACE INTO timers VALUES (?, ?)", (name, iso(at)))


def _instance(row: Sequence[object]) -> Instance:
    *columns, instance, name, execution, task = row
    values = dict(zip(_OWN_COLUMNS, columns, strict=True))
    values["status"] = Status(str(values["status"]))
    place = (str(instance), str(name), str(execution))
    parent = Parent(*place, int(str(task))) if instance is not None else None
    return Instance(**values, parent=parent)  # type: ignore[arg-type]  # as they were stored
