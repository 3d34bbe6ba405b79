"""The part of the Durable SDK that orchestrators use, typed, and how steps are retried.

azure-functions-durable 1.x ships no types, and 2.x is another engine: this file is the seam.
"""

from collections.abc import Generator, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import azure.durable_functions as df

Steps = Generator[Any, Any, Any]
"""An orchestrator's body: it yields durable tasks and returns JSON."""


class Context(Protocol):
    """The members of DurableOrchestrationContext that the app uses."""

    instance_id: str
    current_utc_datetime: datetime

    def get_input(self) -> Any: ...

    def call_activity_with_retry(self, name: str, retry_options: Any, input_: Any) -> Any: ...

    def call_sub_orchestrator(
        self, name: str, input_: Any, instance_id: str | None = None
    ) -> Any: ...

    def create_timer(self, fire_at: datetime) -> Any: ...

    def task_all(self, activities: Sequence[Any]) -> Any: ...

    def task_any(self, activities: Sequence[Any]) -> Any: ...

    def continue_as_new(self, input_: Any) -> None: ...

    def set_custom_status(self, status: Any) -> None: ...

    def new_uuid(self) -> UUID: ...


# A step that fails is tried again: RetryOptions of 1.x know a first interval and a number, nothing
# else, and an interval below two seconds may be no wait at all.
STEP = df.RetryOptions(first_retry_interval_in_milliseconds=5_000, max_number_of_attempts=5)
# Steps that must not be given up: deleting a group, writing down how a scan ended.
PERSISTENT = df.RetryOptions(first_retry_interval_in_milliseconds=15_000, max_number_of_attempts=40)


def step(context: Context, name: str, data: Any, retry: Any = STEP) -> Any:
    """A call of an activity, retried when it raises."""
    return context.call_activity_with_retry(name, retry, data)


def pause(context: Context, seconds: int) -> Any:
    """A durable timer of whole seconds, at least two."""
    assert seconds >= 2  # noqa: PLR2004  # shorter ones spin: see imagescan.scan.decide
    return context.create_timer(context.current_utc_datetime + timedelta(seconds=seconds))


def all_ended(context: Context, tasks: Sequence[Any]) -> Steps:
    """Wait until every task has ended; their results, None for one that failed.

    One that was terminated, or that failed after its retries, does not abandon its siblings. The
    host has logged it.
    """
    try:
        yield context.task_all(tasks)
    except Exception:  # noqa: S110  # each is looked at by itself below
        pass
    results = []
    for task in tasks:
        try:
            results.append((yield task))
        except Exception:
            results.append(None)
    return results
