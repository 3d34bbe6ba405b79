"""How a scan ended: plain data that crosses between activities and orchestrators."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.status import Status, Verdict


@dataclass(frozen=True)
class Outcome:
    """The end of a scan; at most 4 KB as JSON.

    `verdict` only with status completed, or skipped for the sake of a scan that completed.
    `joined_status` is the final status of the scan that `joined_scan_id` names. `is_worth_retry`
    says that another container group may bring what this one did not.
    """

    status: Status
    verdict: Verdict | None = None
    reason: Reason | None = None
    counts: Mapping[str, int] | None = None
    joined_scan_id: str | None = None
    joined_status: Status | None = None
    attempts: int = 0
    container_group: str | None = None
    cleanup: str | None = None
    is_worth_retry: bool = False

    @classmethod
    def failed(cls, code: ReasonCode, message: str = "", *, is_worth_retry: bool = False) -> Self:
        """The outcome for a reason; the message is cut at 500 characters."""
        by_code = {ReasonCode.TIMED_OUT: Status.TIMED_OUT, ReasonCode.CANCELLED: Status.CANCELLED}
        return cls(
            by_code.get(code, Status.FAILED),
            reason=Reason(code, message[:500]),
            is_worth_retry=is_worth_retry,
        )

    @classmethod
    def because(cls, reason: Reason, *, is_worth_retry: bool = False) -> Self:
        """The outcome for a reason that is one already."""
        return cls.failed(reason.code, reason.message, is_worth_retry=is_worth_retry)

    def with_attempt(self, attempts: int, container_group: str, cleanup: str) -> Self:
        """The same end, with what is known of its last container group."""
        return replace(self, attempts=attempts, container_group=container_group, cleanup=cleanup)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON for the Durable history."""
        return {
            "status": self.status.value,
            "verdict": self.verdict and self.verdict.value,
            "reason": self.reason and self.reason.to_dict(),
            "counts": self.counts and dict(self.counts),
            "joinedScanId": self.joined_scan_id,
            "joinedStatus": self.joined_status and self.joined_status.value,
            "attempts": self.attempts,
            "containerGroup": self.container_group,
            "cleanup": self.cleanup,
            "isWorthRetry": self.is_worth_retry,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        reason = data.get("reason")
        return cls(
            status=Status(data["status"]),
            verdict=Verdict(data["verdict"]) if data.get("verdict") else None,
            reason=Reason.from_dict(reason) if reason else None,
            counts=data.get("counts"),
            joined_scan_id=data.get("joinedScanId"),
            joined_status=Status(data["joinedStatus"]) if data.get("joinedStatus") else None,
            attempts=data.get("attempts", 0),
            container_group=data.get("containerGroup"),
            cleanup=data.get("cleanup"),
            is_worth_retry=data.get("isWorthRetry", False),
        )
