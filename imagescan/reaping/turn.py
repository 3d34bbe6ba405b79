"""Whom the reaper looks at when: scans with something open, the oldest first, each in its turn.

What one sweep hands to the next is plain data in its output: where it stopped, and since when
sweeps have followed one another without an outage.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from imagescan.reaping.plan import MOST_PER_SWEEP

LOOKS_PER_LIST = 200
# Sweeps come every five minutes: when one did not, the app was away.
OUTAGE = timedelta(minutes=12)


class OpenList(StrEnum):
    """The lists of what is open: of container groups, and of scans."""

    GROUPS = "groups"
    SCANS = "scans"


@dataclass(frozen=True)
class Suspect:
    """A scan with something open; its place on the list that it stands on is `cursor`."""

    open_list: OpenList
    cursor: str
    scan_id: str


@dataclass(frozen=True)
class Turn:
    """Where the next sweep goes on in each list (from the start where nothing is said)."""

    up_since: datetime
    after: Mapping[OpenList, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON for the Durable history."""
        return {"upSince": self.up_since.isoformat(), "after": dict(self.after)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        after = {OpenList(name): cursor for name, cursor in data["after"].items()}
        return cls(datetime.fromisoformat(data["upSince"]), after)


def next_turn(output: object, ended_at: datetime | None, now: datetime) -> Turn:
    """The turn that the last sweep left in its output; a new one where it left none.

    `ended_at` is when that sweep was last heard of; None where there was none. Output that is not
    understood (of another version, or why it was terminated) counts as none: a sweep that goes on
    from the start is right, and a reaper that stumbles over it at every sweep would never be.
    """
    was_away = ended_at is None or now - ended_at > OUTAGE
    try:
        turn = Turn.from_dict(output["turn"])  # type: ignore[index]  # whatever it is
    except (AttributeError, KeyError, TypeError, ValueError):
        return Turn(now)
    return replace(turn, up_since=now) if was_away else turn


def hand_over(
    turn: Turn, suspects: Sequence[Suspect], abandoned: Collection[str]
) -> tuple[list[str], Turn]:
    """The abandoned ones among the suspects, as many as one sweep takes, and the turn after it."""
    handed: list[str] = []
    after = dict(turn.after)
    for suspect in suspects:
        if suspect.scan_id in abandoned and suspect.scan_id not in handed:
            if len(handed) == MOST_PER_SWEEP:
                return handed, replace(turn, after=after)
            handed.append(suspect.scan_id)
        after[suspect.open_list] = suspect.cursor
    seen = Counter(suspect.open_list for suspect in suspects)
    going_on = {one: cursor for one, cursor in after.items() if seen[one] == LOOKS_PER_LIST}
    return handed, replace(turn, after=going_on)
