"""The real host, watched at the places where it may be told to die.

`python -m tests.crash.launcher` takes the arguments of `python -m local.functions_host`.
"""

import runpy
import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from local.functions_host.durable import store
from local.functions_host.durable.activities import Activities
from local.functions_host.durable.history import Event
from local.functions_host.durable.records import Work
from tests.crash.places import (
    DEATH,
    IN_SQLITE,
    Place,
    commit_number,
    die_by_the_clock,
    reach,
    within,
    write,
)

# Pages that a commit has to write, one after the other, where it is to be killed in the midst.
BALLAST = 400_000
WRITES = ("INSERT", "REPLACE", "DELETE", "RELEASE")


class Connection(sqlite3.Connection):
    """SQLite's, watched where it commits; every commit carries its number."""

    commits = 0

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if sql != "COMMIT" or DEATH is None:
            if sql.startswith(WRITES):
                reach(Place.INSIDE_TRANSACTION)
            return super().execute(sql, *values)
        if self.commits == 0:
            write(found=super().execute("PRAGMA application_id").fetchone()[0])
        elif DEATH.place in IN_SQLITE:
            super().execute(
                "REPLACE INTO timers VALUES ('ballast', ?)", [str(self.commits) * BALLAST]
            )
        self.commits += 1
        super().execute(f"PRAGMA application_id = {commit_number(DEATH.life, self.commits)}")
        reach(Place.BEFORE_COMMIT)
        with within(IN_SQLITE):
            done = super().execute(sql)
        reach(Place.AFTER_COMMIT)
        return done


def watched(outcome: Callable[..., Awaitable[Event]]) -> Callable[..., Awaitable[Event]]:
    """An activity's outcome: it is there, and nothing of it is written."""

    async def outcome_then_perhaps_death(self: Activities, work: Work) -> Event:
        event = await outcome(self, work)
        reach(Place.BETWEEN_RESULT_AND_POST)
        return event

    return outcome_then_perhaps_death


if __name__ == "__main__":
    die_by_the_clock()
    vars_of_activities: Any = Activities
    vars_of_activities._outcome = watched(Activities._outcome)
    vars_of_sqlite: Any = sqlite3
    vars_of_sqlite.connect = partial(sqlite3.connect, factory=Connection)
    if DEATH and DEATH.place is Place.INSIDE_CHECKPOINT:
        store.CHECKPOINT_PAGES = 1  # every commit copies its pages into the file
    runpy.run_module("local.functions_host", run_name="__main__")
