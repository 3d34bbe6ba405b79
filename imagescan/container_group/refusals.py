"""What follows when Azure refuses to create a container group.

Decided by ARM error code: HTTP 409 alone means "exists", "registry throttled" and "busy". Sources:
Microsoft's ACI troubleshooting pages and limits, as cited in docs/architecture.md.
"""

from dataclasses import dataclass

from imagescan.ports import Refusal
from imagescan.scan.reasons import Reason, ReasonCode


@dataclass(frozen=True)
class Rule:
    """Try so often again, `wait_seconds` apart, then end with `reason`; `tries` 0: end at once."""

    reason: ReasonCode
    tries: int = 0
    wait_seconds: int = 0


RULES: dict[str, Rule] = {
    "TooManyRequests": Rule(ReasonCode.CAPACITY_UNAVAILABLE, tries=10, wait_seconds=30),
    "ContainerGroupQuotaReached": Rule(ReasonCode.QUOTA_EXHAUSTED, tries=5, wait_seconds=180),
    "ServiceUnavailable": Rule(ReasonCode.CAPACITY_UNAVAILABLE, tries=4, wait_seconds=60),
    "RegistryErrorResponse": Rule(ReasonCode.START_FAILED, tries=4, wait_seconds=120),
    "InaccessibleImage": Rule(ReasonCode.START_FAILED, tries=1, wait_seconds=30),
    "ContainerGroupTransitioning": Rule(ReasonCode.START_FAILED, tries=6, wait_seconds=15),
    "InternalServerError": Rule(ReasonCode.START_FAILED, tries=3, wait_seconds=30),
}
LONGEST_WAIT_SECONDS = 300  # the claim on the image lasts ten minutes and is renewed by steps
OTHERWISE = Rule(ReasonCode.START_FAILED)


@dataclass(frozen=True)
class CreateLater:
    """Ask again after this many seconds."""

    seconds: int


def after_refusal(refusal: Refusal, refused_before: int) -> CreateLater | Reason:
    """What to do after a refusal, when so many attempts to create the group were refused before."""
    rule = RULES.get(refusal.code, OTHERWISE)
    hopeless = refusal.code == "ContainerGroupQuotaReached" and "Limit: 0" in refusal.message
    if hopeless or refused_before >= rule.tries:
        return Reason(rule.reason, f"Azure said {refusal.code}: {refusal.message}"[:500])
    asked_seconds = min(refusal.retry_after_seconds or 0, LONGEST_WAIT_SECONDS)
    return CreateLater(max(rule.wait_seconds, asked_seconds))
