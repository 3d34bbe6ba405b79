"""Looking at something again and again until it is over."""

import time
from collections.abc import Callable
from typing import Any

from cli.api import Reply
from cli.exit_codes import ExitCode, Failure

FIRST_LOOKS = 10  # a second apart: a fresh result is there at once


def follow(
    look: Callable[[], Reply],
    tell: Callable[[dict[str, Any]], None],
    pause: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """What `look` answers once that is final; `tell` hears of every look."""
    looks = 0
    while True:
        reply = look()
        tell(reply.body)
        if reply.is_final:
            return reply.body
        looks += 1
        pause(1 if looks <= FIRST_LOOKS else max(1, reply.retry_after_seconds))


def goes_on(kind: str, its_id: str) -> Failure:
    """What somebody is told who stops looking."""
    advice = (
        f"come back:  imagescan status {its_id} --watch",
        f"cancel it:  imagescan cancel {its_id}",
    )
    message = f"Interrupted. The {kind} goes on."
    return Failure(ExitCode.INTERRUPTED, "interrupted", message, advice, {"id": its_id})
