"""The decision after each look at a running scan: wait, collect the report, or give up. Pure.

Durable timers fire up to one second early (observed on Durable extension 3.14.1, which cuts a
delay to whole seconds), and a wait of less than a second does not wait at all. So waits are whole
seconds, at least two, and a deadline counts as reached when less than a second is left.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.request import Policy

SHORTEST_WAIT_SECONDS = 2
LONGEST_WAIT_SECONDS = 30


class Phase(StrEnum):
    """What one look at a scan's container group showed."""

    PROVISIONING = "provisioning"
    SCANNING = "scanning"
    ENDED = "ended"
    BROKEN = "broken"
    GONE = "gone"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Observation:
    """One look. `exit_code` and `finished_at` (ISO-8601 UTC) belong to the scanner, once ended.

    `reason` says why a scan that is stopped may not go on.
    """

    phase: Phase
    exit_code: int | None = None
    finished_at: str | None = None
    detail: str = ""
    reason: Reason | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON for the Durable history."""
        return {
            "phase": self.phase.value,
            "exitCode": self.exit_code,
            "finishedAt": self.finished_at,
            "detail": self.detail,
            "reason": self.reason and self.reason.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        reason = data.get("reason")
        return cls(
            Phase(data["phase"]),
            data["exitCode"],
            data["finishedAt"],
            data["detail"],
            Reason.from_dict(reason) if reason else None,
        )


@dataclass(frozen=True)
class Wait:
    """Look again after this many seconds."""

    seconds: int


@dataclass(frozen=True)
class Collect:
    """The scanner has ended: its exit code decides whether there is a report to fetch."""

    exit_code: int
    finished_at: str


@dataclass(frozen=True)
class GiveUp:
    """This container group will not bring a result; another one may where `is_worth_retry`."""

    reason: Reason
    is_worth_retry: bool = False


Decision = Wait | Collect | GiveUp


def decide(observation: Observation, now: datetime, deadline: datetime, policy: Policy) -> Decision:
    """What follows from one look.

    An end that has been seen counts even after the deadline: the work is done, and it is the
    truth. Gaps grow with the time that has passed, up to 30 seconds.
    """
    match observation.phase:
        case Phase.ENDED:
            return _ended(observation)
        case Phase.BROKEN:
            return GiveUp(Reason(ReasonCode.START_FAILED, observation.detail))
        case Phase.GONE:
            return _gone(now, deadline)
        case Phase.STOPPED:
            assert observation.reason is not None
            return GiveUp(observation.reason)
        case Phase.PROVISIONING | Phase.SCANNING:
            return _unfinished(observation, now, deadline, policy)


def _gone(now: datetime, deadline: datetime) -> Decision:
    """Past the deadline the app itself was away, and its reaper may have been first."""
    if now > deadline:
        away = "Its container group was gone before its end was seen."
        return GiveUp(Reason(ReasonCode.HOST_LOST, away), is_worth_retry=True)
    gone = "Its container group was deleted by somebody else while it ran."
    return GiveUp(Reason(ReasonCode.SCANNER_CRASHED, gone))


def _ended(observation: Observation) -> Decision:
    if observation.exit_code is None or observation.finished_at is None:
        return GiveUp(Reason(ReasonCode.SCANNER_CRASHED, "It ended without an exit code."))
    return Collect(observation.exit_code, observation.finished_at)


def _unfinished(
    observation: Observation, now: datetime, deadline: datetime, policy: Policy
) -> Decision:
    left_seconds = (deadline - now).total_seconds()
    if left_seconds < 1:
        state = f"It was still {observation.phase.value} after {policy.timeout_seconds} seconds."
        return GiveUp(Reason(ReasonCode.TIMED_OUT, state))
    passed_seconds = policy.timeout_seconds - left_seconds
    return Wait(_bounded(min(passed_seconds / 2, LONGEST_WAIT_SECONDS), left_seconds))


def first_wait(now: datetime, deadline: datetime, policy: Policy) -> Wait:
    """How long to leave a new container group alone: as long as a scan is expected to take."""
    left_seconds = (deadline - now).total_seconds()
    return Wait(_bounded(policy.expected_seconds, left_seconds))


def wait_seconds(passed_seconds: float) -> int:
    """The gap before the next look at something that has been under way for so long."""
    return _bounded(min(passed_seconds / 2, LONGEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)


def _bounded(seconds: float, left_seconds: float) -> int:
    return max(SHORTEST_WAIT_SECONDS, math.ceil(min(seconds, left_seconds)))


def deadline_after(now: datetime, seconds: int) -> datetime:
    """The moment so many seconds from now."""
    return now + timedelta(seconds=seconds)
