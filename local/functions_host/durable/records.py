"""What the store keeps."""

from dataclasses import dataclass
from enum import StrEnum

from local.functions_host.durable.history import Event


class Status(StrEnum):
    """RuntimeStatus of an instance."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUSPENDED = "Suspended"
    COMPLETED = "Completed"
    FAILED = "Failed"
    TERMINATED = "Terminated"

    @property
    def is_over(self) -> bool:
        """Whether an instance of this status has ended."""
        return self in (Status.COMPLETED, Status.FAILED, Status.TERMINATED)


@dataclass(frozen=True)
class Parent:
    """Who waits for a sub-orchestration: an execution of an instance, under a task id."""

    instance: str
    name: str
    execution: str
    task: int


@dataclass(frozen=True)
class Instance:
    """An orchestration instance.

    `input` and `custom_status` are JSON texts; `output` is JSON text of a result, or the plain text
    of a failure or of a reason. Times are ISO-8601 as `clock.iso` writes them.
    """

    id: str
    name: str
    execution: str
    status: Status
    input: str | None
    output: str | None
    custom_status: str | None
    created: str
    updated: str
    parent: Parent | None

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.status.is_over


@dataclass(frozen=True)
class InstanceFilter:
    """Which instances a query is about; what is empty does not restrict."""

    statuses: frozenset[Status] = frozenset()
    id_prefix: str = ""
    created_from: str = ""
    created_to: str = ""


@dataclass(frozen=True)
class Message:
    """An event on its way to an instance; to whichever execution where `execution` is None."""

    id: int
    execution: str | None
    event: Event


@dataclass(frozen=True)
class Work:
    """An activity that has to be run; `input` is JSON text."""

    id: int
    instance: str
    execution: str
    task: int
    name: str
    input: str
