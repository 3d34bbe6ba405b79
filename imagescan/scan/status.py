"""Where a scan stands."""

from enum import StrEnum


class Status(StrEnum):
    """The states of a scan, in the order in which it passes through them."""

    ACCEPTED = "accepted"
    QUEUED = "queued"
    PROVISIONING = "provisioning"
    SCANNING = "scanning"
    COLLECTING = "collecting"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"

    @property
    def is_terminal(self) -> bool:
        """Whether the scan is over; a record in such a state never changes its state again."""
        return self in _TERMINAL


_TERMINAL = frozenset(
    {Status.COMPLETED, Status.FAILED, Status.TIMED_OUT, Status.CANCELLED, Status.SKIPPED}
)


class Verdict(StrEnum):
    """What a completed scan says of its image."""

    CLEAN = "clean"
    VULNERABLE = "vulnerable"
