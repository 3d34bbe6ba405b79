"""The record of a scan, as it is stored and as the HTTP API shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from imagescan.cost import Bill
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import Reason
from imagescan.scan.request import Source
from imagescan.scan.status import Status, Verdict

PENDING, CONFIRMED = "pending", "confirmed"  # what is known of the cleanup of a scan's groups
SEVERITIES = ("critical", "high", "medium", "low", "info", "total")


@dataclass(frozen=True)
class ScanRecord:
    """Everything that is told of one scan. `image` is empty where the resource was unreadable.

    `digest` is the one that is scanned; `unresolved` says why the reference itself is.
    `log_tail` and `partial_counts` are the scanner's last words where it brought no result: they
    help a person, and no verdict ever rests on them. `running_seconds` and `cost_usd` are those of
    all its container groups (see `imagescan.cost`); None where they are not known.
    """

    scan_id: str
    image: str
    source: Source
    created_at: datetime
    status: Status = Status.ACCEPTED
    digest: str | None = None
    index_digest: str | None = None
    unresolved: str | None = None
    verdict: Verdict | None = None
    reason: Reason | None = None
    counts: Mapping[str, int] | None = None
    joined_scan_id: str | None = None
    joined_status: Status | None = None
    attempts: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    container_group: str | None = None
    cleanup: str | None = None
    cancel_requested: bool = False
    log_tail: tuple[str, ...] = ()
    partial_counts: Mapping[str, int] | None = None
    running_seconds: float | None = None
    cost_usd: float | None = None

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do: it has ended, and its container groups are gone."""
        return self.status.is_terminal and self.cleanup != PENDING

    @property
    def is_target_known(self) -> bool:
        """Whether it is settled what the scanner is given: a digest, or the reference itself."""
        return self.digest is not None or self.unresolved is not None

    def moved_to(self, status: Status, now: datetime) -> Self:
        """The record in a later state that is not an end; an ended scan stays as it is."""
        if self.status.is_terminal:
            return self
        started_at = self.started_at or (now if status is Status.PROVISIONING else None)
        return replace(self, status=status, started_at=started_at)

    def resolved_to(self, digest: str, index_digest: str | None) -> Self:
        """The record with what the image stands for; an ended scan stays as it is.

        So does one of which it is known already: what was found first is scanned.
        """
        if self.status.is_terminal or self.is_target_known:
            return self
        return replace(self, digest=digest, index_digest=index_digest)

    def not_resolved(self, why: str) -> Self:
        """The record of a scan of the reference itself; one that is known stays as it is."""
        if self.status.is_terminal or self.is_target_known:
            return self
        return replace(self, unresolved=why)

    def asked_to_cancel(self) -> Self:
        """The record of a scan that somebody wants to end; one that has ended stays as it is."""
        return self if self.status.is_terminal else replace(self, cancel_requested=True)

    def with_last_words(self, log_tail: Sequence[str], partial_counts: Mapping[str, int]) -> Self:
        """The record with what the scanner said last; an ended scan stays as it is."""
        if self.status.is_terminal:
            return self
        return replace(self, log_tail=tuple(log_tail), partial_counts=dict(partial_counts) or None)

    def ended_with(self, outcome: Outcome, now: datetime) -> Self:
        """The terminal record; a scan that has ended already stays as it is."""
        if self.status.is_terminal:
            return self
        is_whole = outcome.status is Status.COMPLETED
        return replace(
            self,
            log_tail=() if is_whole else self.log_tail,
            partial_counts=None if is_whole else self.partial_counts,
            status=outcome.status,
            verdict=outcome.verdict,
            reason=outcome.reason,
            counts=outcome.counts,
            joined_scan_id=outcome.joined_scan_id,
            joined_status=outcome.joined_status,
            attempts=outcome.attempts,
            container_group=outcome.container_group,
            cleanup=outcome.cleanup,
            finished_at=now,
        )

    def cleaned_up(self, attempts: int, container_group: str, cleanup: str) -> Self:
        """The record of an ended scan with what became of its last container group since.

        A group that was confirmed gone stays so.
        """
        if not self.status.is_terminal or self.cleanup == CONFIRMED:
            return self
        return replace(self, attempts=attempts, container_group=container_group, cleanup=cleanup)

    def billed(self, bill: Bill) -> Self:
        """The record of an ended scan with what it cost; a figure is kept where none is known."""
        if not self.status.is_terminal or bill.running_seconds is None:
            return self
        return replace(self, running_seconds=bill.running_seconds, cost_usd=bill.cost_usd)

    def to_wire(self) -> dict[str, Any]:
        """The `scan` of the HTTP API (camelCase, ISO-8601 UTC); links are relative to the host."""
        self_link = f"/api/scans/{self.scan_id}"
        return {
            "scanId": self.scan_id,
            "image": self.image,
            "digest": self.digest,
            "indexDigest": self.index_digest,
            "unresolved": self.unresolved,
            "status": self.status.value,
            "verdict": self.verdict and self.verdict.value,
            "reason": self.reason and self.reason.to_wire(),
            "counts": self.counts and dict(self.counts),
            "source": self.source.to_wire(),
            "joinedScanId": self.joined_scan_id,
            "joinedStatus": self.joined_status and self.joined_status.value,
            "attempts": self.attempts,
            "createdAt": iso(self.created_at),
            "startedAt": iso(self.started_at),
            "finishedAt": iso(self.finished_at),
            "durationSeconds": self._duration_seconds(),
            "runningSeconds": self.running_seconds,
            "costUsd": self.cost_usd,
            "containerGroup": self.container_group,
            "scannerImageDigest": None,
            "cleanup": self.cleanup,
            "cancelRequested": self.cancel_requested,
            "logTail": list(self.log_tail),
            "partialCounts": self.partial_counts and dict(self.partial_counts),
            "links": {"self": self_link, "findings": f"{self_link}/findings"},
        }

    def _duration_seconds(self) -> float | None:
        if self.finished_at is None:
            return None
        return round((self.finished_at - (self.started_at or self.created_at)).total_seconds(), 1)


def iso(moment: datetime | None) -> str | None:
    """ISO-8601 UTC to the second, with a Z."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
