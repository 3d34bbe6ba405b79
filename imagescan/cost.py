"""What a scan costs: for how long its container groups ran, and what that is at unit prices. Pure.

ACI bills a group's vCPU and memory, of all its containers together, by the second: from when it
begins to pull the first image until the group stops or is deleted (facts from memory of the price
page, not confirmed). Storage, Functions and traffic are not counted.

* From: the first `Pulling` event of the group's instanceView; where none is told, the first
  container's startTime.
* Until: the last container's finishTime, once the group has stopped. The courier of a scan outlives
  its scanner and mostly runs until the deletion: then it is the moment at which Azure took the
  deletion, or the last look at which Azure still told of it as running, whichever is later. Those
  two are by the app's clock, for of a group that is gone Azure tells nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from imagescan.ports import GroupState

_OVER = frozenset({"Succeeded", "Failed", "Stopped"})


@dataclass(frozen=True)
class UnitPrices:
    """US dollars for a second of one vCPU, and of one GB of memory."""

    vcpu_second_usd: float
    gb_second_usd: float


@dataclass(frozen=True)
class Usage:
    """What Azure told of one group's run; `cpu` and `memory_gb` are those of all its containers.

    `stopped_at` is there once the whole group is over; until then it ran at `seen_at`.
    """

    began_at: datetime
    stopped_at: datetime | None
    seen_at: datetime
    cpu: float
    memory_gb: float

    def then(self, later: Self) -> Self:
        """The same run as a later look tells it: one that was begun anew goes on."""
        return replace(later, began_at=min(self.began_at, later.began_at))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON for the ledger."""
        return {
            "beganAt": self.began_at.isoformat(),
            "stoppedAt": self.stopped_at and self.stopped_at.isoformat(),
            "seenAt": self.seen_at.isoformat(),
            "cpu": self.cpu,
            "memoryGb": self.memory_gb,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        began_at, seen_at = (datetime.fromisoformat(data[name]) for name in ("beganAt", "seenAt"))
        stopped_at = datetime.fromisoformat(data["stoppedAt"]) if data["stoppedAt"] else None
        return cls(began_at, stopped_at, seen_at, data["cpu"], data["memoryGb"])

    def seconds(self, deleted_at: datetime | None) -> float | None:
        """How long it ran; None where its end is not known. `deleted_at`: Azure took a deletion."""
        until = self.stopped_at or (deleted_at and max(deleted_at, self.seen_at))
        seconds = (until - self.began_at).total_seconds() if until else -1
        return None if seconds < 0 else seconds


@dataclass(frozen=True)
class Bill:
    """Seconds and dollars, rounded to a tenth and to a millionth; both None where not known."""

    running_seconds: float | None
    cost_usd: float | None


UNKNOWN = Bill(None, None)


def read_usage(group: GroupState, now: datetime) -> Usage | None:
    """What one GET tells of the group's run; None while nothing of it has begun.

    A view without containers, as lists and groups that are being deleted have it, tells nothing.
    """
    states = list(group.containers.values())
    starts = [state.started_at for state in states if state.started_at]
    begins = [group.pulling_at] if group.pulling_at else starts
    if not begins or group.shape is None:
        return None
    ends = [state.finished_at for state in states if state.finished_at]
    is_over = group.state in _OVER and len(ends) == len(states) > 0
    stopped_at = max(ends) if is_over else None
    return Usage(min(begins), stopped_at, now, group.shape.cpu, group.shape.memory_gb)


def bill(runs: Iterable[tuple[Usage | None, datetime | None]], prices: UnitPrices) -> Bill:
    """All runs of a scan together, each with the time of its deletion.

    No run costs nothing; one of which too little is known makes the whole unknown, for a sum
    without it would look like the price of the scan.
    """
    seconds_in_all = cost_usd = 0.0
    for usage, deleted_at in runs:
        seconds = usage.seconds(deleted_at) if usage else None
        if usage is None or seconds is None:
            return UNKNOWN
        seconds_in_all += seconds
        cost_usd += seconds * second_usd(usage.cpu, usage.memory_gb, prices)
    return Bill(round(seconds_in_all, 1), round(cost_usd, 6))


def second_usd(cpu: float, memory_gb: float, prices: UnitPrices) -> float:
    """What one second of a group of that size costs."""
    return cpu * prices.vcpu_second_usd + memory_gb * prices.gb_second_usd
