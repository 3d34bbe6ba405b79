"""Azure Resource Manager's own throttling: token buckets, and headers that tell what is left.

Per subscription and principal, and one for all principals together (learn,
request-limits-and-throttling). The emulator takes no tokens of callers, so there is one principal.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from local.azure_emulator.clock import Clock
from local.azure_emulator.limits import Limits, LimitsInForce
from local.azure_emulator.messages import Response, arm_error

# Which bucket a request draws from, by its method.
KINDS = {"GET": "read", "HEAD": "read", "DELETE": "delete"}
ACTOR = "00000000-0000-0000-0000-000000000001"


@dataclass
class _Bucket:
    """`tokens` as of `at`; None before it was first used, when it is full."""

    tokens: float | None = None
    at: datetime | None = None

    def fill(self, size: int, per_second: int, now: datetime) -> None:
        if self.tokens is None or self.at is None:
            self.tokens = float(size)
        else:
            flown = (now - self.at).total_seconds() * per_second
            self.tokens = min(float(size), self.tokens + flown)
        self.at = now

    def take(self) -> int | None:
        """What is left after one token was taken; None, and none taken, where there was none."""
        assert self.tokens is not None
        if self.tokens < 1:
            return None
        self.tokens -= 1
        return int(self.tokens)


class ArmThrottling:
    """The buckets of every subscription."""

    def __init__(self, clock: Clock, limits: LimitsInForce) -> None:
        """Start with full ones."""
        self._clock, self._limits = clock, limits
        self._buckets: dict[tuple[str, str, str], _Bucket] = {}

    def admit(self, method: str, subscription: str) -> Response | Mapping[str, str]:
        """The headers for the reply to this request, or its 429."""
        kind, now, limits = KINDS.get(method, "write"), self._clock.now(), self._limits.now
        size, per_second = _flow(limits, kind)
        left = {}
        for scope, factor in (("", 1), ("global-", limits.all_principals_factor)):
            bucket = self._buckets.setdefault((subscription.lower(), kind, scope), _Bucket())
            bucket.fill(size * factor, per_second * factor, now)
            tokens = bucket.take()
            if tokens is None:
                return _throttled(kind, subscription, per_second * factor, bucket.tokens or 0)
            left[f"x-ms-ratelimit-remaining-subscription-{scope}{kind}s"] = str(tokens)
        return left


def _flow(limits: Limits, kind: str) -> tuple[int, int]:
    return {
        "read": (limits.read_tokens, limits.read_tokens_per_second),
        "write": (limits.write_tokens, limits.write_tokens_per_second),
        "delete": (limits.delete_tokens, limits.delete_tokens_per_second),
    }[kind]


def _throttled(kind: str, subscription: str, per_second: int, tokens: float) -> Response:
    """By what others have met: code and sentence as in ARM's replies that users have published."""
    seconds = max(1, math.ceil((1 - tokens) / per_second)) if per_second else 3600
    message = (
        f"Number of '{kind}' requests for subscription '{subscription}' actor '{ACTOR}' exceeded. "
        f"Please try again after '{seconds}' seconds."
    )
    return arm_error(429, "SubscriptionRequestsThrottled", message, seconds)
