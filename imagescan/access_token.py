"""When Qualys' access token expires: it is a JWT (RFC 7519), which is read here and never verified.

Only Qualys can say whether a token is good. That it is good no more anybody can read, before a
container group is paid for to be told so. Nothing of a token but its expiry leaves this module.
"""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.record import iso

# Qualys' own rule ends at 1,000 characters; what is far longer is nothing to spend time on.
LONGEST_READ = 16_384
PARTS = 3  # header, claims, signature
DAY_SECONDS = 86_400


class TokenState(StrEnum):
    """What the expiry means now."""

    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class AccessToken:
    """What is known of the token; `days_left` are whole days, and below 0 once it has expired.

    Both are None where the state is unknown: it is no JWT, or one that names no expiry.
    """

    state: TokenState
    expires_at: datetime | None = None
    days_left: int | None = None

    @property
    def message(self) -> str:
        """One sentence for a person, with what to do where something is to be done."""
        match self.state:
            case TokenState.EXPIRED:
                return f"QUALYS_ACCESS_TOKEN expired at {iso(self.expires_at)}: renew it."
            case TokenState.EXPIRING:
                return f"QUALYS_ACCESS_TOKEN expires at {iso(self.expires_at)}: renew it."
            case TokenState.VALID:
                return f"QUALYS_ACCESS_TOKEN expires at {iso(self.expires_at)}."
            case TokenState.UNKNOWN:
                return "QUALYS_ACCESS_TOKEN is no JWT with an expiry: when it expires is not known."

    @property
    def refusal(self) -> Reason | None:
        """Why no scan can be begun with it; None unless it has expired."""
        if self.state is not TokenState.EXPIRED:
            return None
        message = f"{self.message} No container group was created."
        return Reason(ReasonCode.SCANNER_AUTH_FAILED, message)

    def to_wire(self) -> dict[str, Any]:
        """As /api/health shows it."""
        return {
            "state": self.state.value,
            "expiresAt": iso(self.expires_at),
            "daysLeft": self.days_left,
            "message": self.message,
        }


def judge(token: str, now: datetime, warning_days: float) -> AccessToken:
    """What the token's expiry means at `now`; it is expiring for the last `warning_days` days."""
    expires_at = read_expiry(token)
    if expires_at is None:
        return AccessToken(TokenState.UNKNOWN)
    left_days = (expires_at - now).total_seconds() / DAY_SECONDS
    state = TokenState.EXPIRING if left_days < warning_days else TokenState.VALID
    if left_days <= 0:
        state = TokenState.EXPIRED
    return AccessToken(state, expires_at, int(left_days // 1))


def read_expiry(token: str) -> datetime | None:
    """The claim `exp` (RFC 7519, 4.1.4: seconds since 1970); None for whatever has none.

    Total: any text has an answer, and none takes long.
    """
    parts = token.split(".")
    if len(token) > LONGEST_READ or len(parts) != PARTS:
        return None
    try:
        claims = json.loads(_decoded(parts[1]))
    except (ValueError, RecursionError):
        return None
    return _moment(claims.get("exp")) if isinstance(claims, dict) else None


def _decoded(part: str) -> bytes:
    """Base64url without padding, as in RFC 7515; raises `ValueError`."""
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _moment(seconds: object) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):  # not a number, or no year that there is
        return None
