"""Orchestrations that Durable does not start are told."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import azure.durable_functions as df
import pytest

from imagescan.telemetry import Signal
from tests.fakes.app import fake_app
from tests.telemetry.conftest import Flushed
from tests.telemetry.ingestion import MESSAGE
from triggers.pending import tell_pending

PENDING = df.OrchestrationRuntimeStatus.Pending
RUNNING = df.OrchestrationRuntimeStatus.Running


@dataclass(frozen=True)
class Instance:
    """What the SDK tells of one."""

    created_time: datetime
    runtime_status: Any


class Durable:
    """Answers as Durable does: what was created in a time and is in one of the states."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        self.instances = instances

    async def get_status_by(
        self, created_time_from: datetime, created_time_to: datetime, runtime_status: list[Any]
    ) -> list[Instance]:
        return [
            one
            for one in self.instances
            if created_time_from <= one.created_time <= created_time_to
            and one.runtime_status in runtime_status
        ]


@pytest.mark.parametrize(
    ("instances", "told"),
    [
        ([], []),
        ([(9, PENDING), (60, RUNNING)], []),
        ([(11, PENDING), (40, PENDING), (60, RUNNING)], ["2 orchestrations have not begun"]),
    ],
)
def test_orchestrations_that_wait_for_over_ten_minutes_are_told(
    sent: Flushed, instances: list[tuple[int, Any]], told: list[str]
) -> None:
    """Minutes since they were created, and their state."""
    app, fakes = fake_app()
    now = fakes.clock.now()
    found = [Instance(now - timedelta(minutes=age), state) for age, state in instances]

    asyncio.run(tell_pending(app, Durable(found)))

    messages = sent().of_type(MESSAGE)
    assert [one["message"].partition(",")[0] for one in messages] == told
    assert all(one["properties"]["Signal"] == Signal.ORCHESTRATIONS_PENDING for one in messages)
