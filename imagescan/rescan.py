"""A bulk rescan: what is asked for, where it stands, and what a person is told of it. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from imagescan.cost import UNKNOWN, Bill
from imagescan.deployment import Scope
from imagescan.estimate import makespan_seconds
from imagescan.scan.outcome import Outcome
from imagescan.scan.record import SEVERITIES
from imagescan.scan.request import Policy
from imagescan.scan.status import Status

SHORTEST_LOOK_SECONDS, LONGEST_LOOK_SECONDS = 15, 1800
LAST_LOOKS_SECONDS = 30  # when every scan has begun, the end may come any moment


class RescanStatus(StrEnum):
    """The states of a rescan, in order; the last three are ends."""

    ACCEPTED = "accepted"
    GATHERING = "gathering"
    SCANNING = "scanning"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def is_terminal(self) -> bool:
        """Whether it is over; completed says that every image was dealt with, not how."""
        return self in (RescanStatus.COMPLETED, RescanStatus.CANCELLED, RescanStatus.FAILED)


_PLAIN = ("rescan_id", "lanes", "force", "dry_run", "fresh_since")


@dataclass(frozen=True)
class RescanRequest:
    """The input of a rescan's orchestration; `lanes` is how many scans it keeps going at once.

    `fresh_since` (ISO-8601 UTC) is when a forced rescan was asked for: what was scanned after that
    is not scanned again, though two references may stand for it.
    """

    rescan_id: str
    scopes: tuple[Scope, ...]
    policy: Policy
    lanes: int
    force: bool = False
    dry_run: bool = False
    fresh_since: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON for the Durable history."""
        return {
            "rescan_id": self.rescan_id,
            "scopes": [asdict(scope) for scope in self.scopes],
            "policy": self.policy.to_dict(),
            "lanes": self.lanes,
            "force": self.force,
            "dry_run": self.dry_run,
            "fresh_since": self.fresh_since,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        scopes = tuple(Scope(**scope) for scope in data["scopes"])
        rest = {name: data[name] for name in _PLAIN}
        return cls(scopes=scopes, policy=Policy.from_dict(data["policy"]), **rest)


@dataclass(frozen=True)
class Rescan:
    """The record of a rescan. `problem` says why it failed as a whole."""

    rescan_id: str
    scopes: tuple[Scope, ...]
    force: bool
    dry_run: bool
    created_at: datetime
    status: RescanStatus = RescanStatus.ACCEPTED
    cancel_requested: bool = False
    problem: str | None = None
    finished_at: datetime | None = None

    def moved_to(self, status: RescanStatus) -> Self:
        """The record in a later state that is not an end; one that has ended stays as it is."""
        return self if self.status.is_terminal else replace(self, status=status)

    def asked_to_cancel(self) -> Self:
        """The record of a rescan that somebody wants to end; one that has ended stays as it is."""
        return self if self.status.is_terminal else replace(self, cancel_requested=True)

    def ended(self, problem: str | None, now: datetime) -> Self:
        """The terminal record; one that has ended stays as it is."""
        if self.status.is_terminal:
            return self
        status = RescanStatus.FAILED if problem else RescanStatus.COMPLETED
        if self.cancel_requested:
            status = RescanStatus.CANCELLED
        return replace(self, status=status, problem=problem, finished_at=now)


@dataclass(frozen=True)
class RescanItem:
    """One image of a rescan and a resource that runs it; `outcome` is there once it is dealt with.

    `image` is empty where that resource could not be read. `bill` is what its scan cost, as it was
    known when the image was dealt with.
    """

    key: str
    image: str
    resource: str
    scan_id: str | None = None
    outcome: Outcome | None = None
    seconds: float | None = None
    bill: Bill = UNKNOWN

    @property
    def state(self) -> str:
        """pending, running, or the final status of its scan."""
        if self.outcome is not None:
            return self.outcome.status.value
        return "pending" if self.scan_id is None else "running"

    def to_wire(self) -> dict[str, Any]:
        """As the HTTP API shows an image of a rescan."""
        reason = self.outcome and self.outcome.reason
        return {
            "image": self.image,
            "resourceId": self.resource,
            "scanId": self.scan_id,
            "status": self.state,
            "reason": reason and reason.to_wire(),
        }


@dataclass(frozen=True)
class Progress:
    """Where the images of a rescan stand."""

    items: Sequence[RescanItem] = field(repr=False)

    @property
    def counts(self) -> dict[str, int]:
        """How many images are in each state; states without any are left out."""
        return dict(Counter(item.state for item in self.items))

    @property
    def failures(self) -> list[RescanItem]:
        """Images that ended without a result, by themselves or with the scan that they joined."""
        return [one for one in self.items if one.outcome and not _has_result(one.outcome)]

    @property
    def fresh(self) -> int:
        """How many were skipped because they had been scanned shortly before."""
        return sum(1 for one in self.items if one.outcome and _was_fresh(one.outcome))

    @property
    def bill(self) -> Bill:
        """What the scans that ended cost in all, as far as it is known; unknown where of none."""
        known = [one.bill for one in self.items if one.bill.running_seconds is not None]
        if not known:
            return UNKNOWN
        return Bill(
            round(sum(one.running_seconds or 0 for one in known), 1),
            round(sum(one.cost_usd or 0 for one in known), 6),
        )

    @property
    def without_bill(self) -> int:
        """How many scans ended whose cost is not known; images that had no scan are left out."""
        ended = [one for one in self.items if one.outcome and one.scan_id]
        return sum(1 for one in ended if one.bill.running_seconds is None)

    @property
    def found(self) -> dict[str, int] | None:
        """How many findings of each severity, and in all, the images with a result have.

        None where that is not known of one of them, and while none has a result: zeros would look
        clean.
        """
        ended = [one.outcome for one in self.items if one.outcome and _has_result(one.outcome)]
        counts = [one.counts for one in ended if one.counts is not None]
        if not ended or len(counts) < len(ended):
            return None
        return {name: sum(one.get(name, 0) for one in counts) for name in SEVERITIES}

    def seconds_left(self, lanes: int) -> float | None:
        """An estimate from what was done so far; None while nothing was."""
        took = [one.seconds for one in self.items if one.seconds is not None]
        left = sum(1 for one in self.items if one.outcome is None)
        if not took or not left:
            return 0.0 if not left else None
        return makespan_seconds(left, sum(took) / len(took), lanes)

    def look_again_seconds(self, lanes: int) -> int:
        """Half of what is left, from 15 seconds to half an hour; soon where all have begun."""
        left = self.seconds_left(lanes)
        soon = SHORTEST_LOOK_SECONDS if left is None else left / 2
        most = LONGEST_LOOK_SECONDS if self.counts.get("pending") else LAST_LOOKS_SECONDS
        return round(min(most, max(SHORTEST_LOOK_SECONDS, soon)))


def _has_result(outcome: Outcome) -> bool:
    return outcome.status is Status.COMPLETED or _was_fresh(outcome)


def _was_fresh(outcome: Outcome) -> bool:
    return outcome.status is Status.SKIPPED and outcome.joined_status is Status.COMPLETED
