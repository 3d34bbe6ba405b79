"""How the time of one container group is shared out between scanner and courier. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_RETRY_WAIT_SECONDS = 30
LONGEST_LINGER_SECONDS = 600


@dataclass(frozen=True)
class TimeBudget:
    """How SCAN_TIMEOUT is shared out, so that a group with nobody left to delete it still ends.

    scan + report retries + lingering are at most the timeout. The courier lingers because a step
    that was running when the host died comes back only after five minutes on Azure.
    """

    scan_seconds: int
    report_retries: int
    retry_wait_seconds: int
    linger_seconds: int

    @property
    def wait_seconds(self) -> int:
        """How long the courier waits for the scanner's files."""
        return self.scan_seconds + self.report_retries * self.retry_wait_seconds


def share_out(scan_timeout_seconds: int) -> TimeBudget:
    """A third each, at most ten minutes for the retries and for lingering; the rest is scanning."""
    third = scan_timeout_seconds // 3
    linger = min(LONGEST_LINGER_SECONDS, third)
    polling = min(LONGEST_LINGER_SECONDS, third)
    retry_wait = min(LONGEST_RETRY_WAIT_SECONDS, polling)
    retries = polling // retry_wait
    scan = scan_timeout_seconds - linger - retries * retry_wait
    return TimeBudget(scan, retries, retry_wait, linger)


def had_courier_left(finished_at: datetime, looked_at: datetime, scan_timeout_seconds: int) -> bool:
    """Whether the courier need not be there any more when its log was first looked at.

    So it is where the app was away for longer than the courier lingers after the scanner's end; ACI
    keeps 16 KB of its log then.
    """
    lingers = timedelta(seconds=share_out(scan_timeout_seconds).linger_seconds)
    return looked_at > finished_at + lingers
