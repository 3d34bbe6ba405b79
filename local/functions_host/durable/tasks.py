"""What an orchestrator asks for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from local.functions_host.durable.history import Kind

ASKED_FOR = (Kind.TASK_SCHEDULED, Kind.SUB_CREATED, Kind.TIMER_CREATED)


@dataclass
class Task:
    """Something asked for under an id: an activity, a sub-orchestration or a timer.

    `is_known` says that an earlier episode has asked for it too.
    """

    task_id: int
    kind: Kind
    name: str = ""
    data: str = "null"
    instance_id: str | None = None
    fire_at: datetime | None = None
    is_cancelled: bool = False
    is_done: bool = False
    is_known: bool = False
    on_end: Callable[[bool], None] = field(default=lambda _: None, repr=False)
