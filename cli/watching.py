"""Looking at something again and again until it is over."""

import time
from collections.abc import Callable
from typing import Any

from cli.api import Reply
from cli.exit_codes import Away, ExitCode, Failure

FIRST_LOOKS = 10  # a second apart: a fresh result is there at once
LONGEST_AWAY_SECONDS, AWAY_PAUSE_SECONDS = 60, 2


def follow(
    look: Callable[[], Reply],
    tell: Callable[[dict[str, Any]], None],
    pause: Callable[[float], None],
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


def patient(
    look: Callable[[], Reply],
    say: Callable[[str], None],
    pause: Callable[[float], None],
    clock: Callable[[], float] = time.monotonic,
) -> Reply:
    """What `look` answers, asked again for a minute where the app is away: hosts are restarted.

    `say` hears once of it. Raises the last `Away` where it stays away.
    """
    end, is_told = clock() + LONGEST_AWAY_SECONDS, False
    while True:
        try:
            return look()
        except Away as away:
            if clock() >= end:
                raise
            if not is_told:
                say(f"{away.message} It is asked again for a minute.")
            is_told = True
        pause(AWAY_PAUSE_SECONDS)


def goes_on(kind: str, its_id: str) -> Failure:
    """What somebody is told who stops looking."""
    advice = (
        f"come back:  imagescan status {its_id} --watch",
        f"cancel it:  imagescan cancel {its_id}",
    )
    message = f"Interrupted. The {kind} goes on."
    return Failure(ExitCode.INTERRUPTED, "interrupted", message, advice, {"id": its_id})
