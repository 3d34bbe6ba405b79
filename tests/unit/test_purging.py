"""Durable forgets what ended long ago, and nothing else."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import azure.durable_functions as df
import pytest

from tests.fakes.app import fake_app
from triggers.purging import purge_finished

State = df.OrchestrationRuntimeStatus


@dataclass(frozen=True)
class Purged:
    """As the SDK tells it."""

    instances_deleted: int


class Durable:
    """Forgets by time and state; without a state everything, as the real one was seen to do."""

    def __init__(self, instances: dict[str, tuple[datetime, Any]]) -> None:
        self.instances = instances

    async def purge_instance_history_by(
        self, created_time_from: datetime, created_time_to: datetime, runtime_status: list[Any]
    ) -> Purged:
        gone = {
            name
            for name, (created, state) in self.instances.items()
            if created_time_from <= created <= created_time_to
            and (state in runtime_status or not runtime_status)
        }
        for name in gone:
            del self.instances[name]
        return Purged(len(gone))


@pytest.mark.parametrize(
    ("days", "state", "stays"),
    [
        (31, State.Completed, False),
        (400, State.Failed, False),
        (31, State.Terminated, False),
        (29, State.Completed, True),
        (31, State.Running, True),
        (31, State.Pending, True),
        (31, State.Suspended, True),
        (31, State.ContinuedAsNew, True),
    ],
)
def test_what_ended_over_thirty_days_ago_is_forgotten_and_nothing_else(
    days: int, state: Any, stays: bool
) -> None:
    app, fakes = fake_app()
    durable = Durable({"one": (fakes.clock.now() - timedelta(days=days), state)})

    asyncio.run(purge_finished(app, durable))

    assert ("one" in durable.instances) == stays
