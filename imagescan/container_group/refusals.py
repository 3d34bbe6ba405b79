"""What follows when Azure refuses to create a container group.

Decided by ARM error code: HTTP 409 alone means "exists", "registry throttled" and "busy". Sources:
Microsoft's ACI troubleshooting pages, limits and support articles, and logs that others published.
"""

import re
from dataclasses import dataclass

from imagescan.ports import Refusal
from imagescan.scan.reasons import Reason, ReasonCode


@dataclass(frozen=True)
class Rule:
    """Try so often again, `wait_seconds` apart, then end with `reason`; `tries` 0: end at once."""

    reason: ReasonCode
    tries: int = 0
    wait_seconds: int = 0


_BUSY = Rule(ReasonCode.CAPACITY_UNAVAILABLE, tries=10, wait_seconds=30)
_AZURE_FAILED = Rule(ReasonCode.START_FAILED, tries=3, wait_seconds=30)
_NEVER = Rule(ReasonCode.START_FAILED)

RULES: dict[str, Rule] = {
    # throttled: the provider, then Azure Resource Manager itself
    "TooManyRequests": _BUSY,
    "SubscriptionRequestsThrottled": _BUSY,
    # quota comes free as scans end; capacity comes and goes
    "ContainerGroupQuotaReached": Rule(ReasonCode.QUOTA_EXHAUSTED, tries=5, wait_seconds=180),
    "ServiceUnavailable": Rule(ReasonCode.CAPACITY_UNAVAILABLE, tries=4, wait_seconds=60),
    # a registry that throttles takes minutes; a wrong name or missing right stays, but rights that
    # were just given need a moment
    "RegistryErrorResponse": Rule(ReasonCode.START_FAILED, tries=4, wait_seconds=120),
    "InaccessibleImage": Rule(ReasonCode.START_FAILED, tries=1, wait_seconds=30),
    # the group is on its way already
    "ContainerGroupTransitioning": Rule(ReasonCode.START_FAILED, tries=6, wait_seconds=15),
    # Azure itself failed; the group may have been created all the same, so a GET comes first
    "InternalServerError": _AZURE_FAILED,
    "BadGateway": _AZURE_FAILED,
    "GatewayTimeout": _AZURE_FAILED,
    # what only a person can mend
    "AuthorizationFailed": _NEVER,
    "InvalidAuthenticationToken": _NEVER,
    "MissingSubscriptionRegistration": _NEVER,
    "OsVersionNotSupported": _NEVER,
    "ResourceGroupNotFound": _NEVER,
}
LONGEST_WAIT_SECONDS = 300  # the claim on the image lasts ten minutes and is renewed by steps
OTHERWISE = _NEVER
# The sentence is the same for two codes: ContainerGroupQuotaReached, and ServiceUnavailable where
# the limit is 0 (support article "container group quota exceeded in region").
_QUOTA = re.compile(
    r"quota .{1,60} exceeded.{0,100} Limit: '?(\d+)'?.{0,60} Requested: '?(\d+)'?", re.DOTALL
)


@dataclass(frozen=True)
class CreateLater:
    """Ask again after this many seconds."""

    seconds: int


def after_refusal(refusal: Refusal, refused_before: int) -> CreateLater | Reason:
    """What to do after a refusal, when so many attempts to create the group were refused before."""
    said = f"Azure said {refusal.code}: {refusal.message}"[:500]
    if _is_beyond_quota(refusal.message):
        return Reason(ReasonCode.QUOTA_EXHAUSTED, said)
    rule = RULES.get(refusal.code, OTHERWISE)
    if refused_before >= rule.tries:
        return Reason(rule.reason, said)
    asked_seconds = min(refusal.retry_after_seconds or 0, LONGEST_WAIT_SECONDS)
    return CreateLater(max(rule.wait_seconds, asked_seconds))


def closes_admission_seconds(refusal: Refusal) -> int:
    """For how long nobody else need ask either: Azure had no room, or was throttling. Else 0."""
    follows = after_refusal(refusal, refused_before=0)
    rule = RULES.get(refusal.code, OTHERWISE)
    is_for_all = rule.reason in (ReasonCode.CAPACITY_UNAVAILABLE, ReasonCode.QUOTA_EXHAUSTED)
    return follows.seconds if is_for_all and isinstance(follows, CreateLater) else 0


def _is_beyond_quota(message: str) -> bool:
    """Whether the group asks for more than the whole quota: that does not come free."""
    told = _QUOTA.search(message)
    return told is not None and int(told[1]) < int(told[2])
