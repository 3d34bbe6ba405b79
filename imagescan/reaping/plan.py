"""What one sweep of the reaper does: the fates of all groups, by scan. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from imagescan.reaping.fate import (
    Circumstances,
    LeaveAlone,
    Remove,
    ReportUnknown,
    Sighting,
    Why,
    decide_fate,
)

# Azure takes 100 deletions in five minutes, of which running scans need theirs; and 40 scans with
# their groups fit into the history of an orchestration (8 KB).
MOST_PER_SWEEP = 40


@dataclass
class LeftBehind:
    """The groups of one scan that are to go; with `ends_scan` its record is ended too."""

    scan_id: str
    groups: list[str] = field(default_factory=list)
    ends_scan: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON for the Durable history."""
        return {"scanId": self.scan_id, "groups": self.groups, "endsScan": self.ends_scan}


@dataclass(frozen=True)
class Plan:
    """What is to go, what is nobody's, and how much was left alone for which reason."""

    left_behind: Sequence[LeftBehind]
    unknown: Sequence[str]
    left_alone: Mapping[Why, int]


def plan_sweep(sightings: Iterable[Sighting], given: Circumstances) -> Plan:
    """Decide on every group, and end every abandoned scan of which nothing is left waiting.

    At most `MOST_PER_SWEEP` groups, or scans without any; the rest has its turn in the next sweep.
    """
    found = {scan_id: LeftBehind(scan_id, ends_scan=True) for scan_id in given.abandoned}
    unknown: list[str] = []
    left_alone: Counter[Why] = Counter()
    waiting: set[str] = set()
    for seen in sightings:
        fate = decide_fate(seen, given)
        match fate:
            case ReportUnknown():
                unknown.append(seen.group)
            case LeaveAlone(why):
                left_alone[why] += 1
                if why is Why.JUST_INTENDED:
                    waiting.add(_scan(seen))
            case Remove(ends_scan):
                of_scan = found.setdefault(_scan(seen), LeftBehind(_scan(seen)))
                of_scan.groups.append(seen.group)
                of_scan.ends_scan = of_scan.ends_scan or ends_scan
    for scan_id in waiting & found.keys():
        found[scan_id].ends_scan = False
    return Plan(_bounded(list(found.values())), unknown, left_alone)


def _scan(seen: Sighting) -> str:
    assert seen.entry is not None
    return seen.entry.attempt.scan_id


def _bounded(found: Sequence[LeftBehind]) -> list[LeftBehind]:
    """Whole scans, as many as fit; one that has nothing to be done is left out."""
    taken: list[LeftBehind] = []
    left = MOST_PER_SWEEP
    for one in found:
        left -= max(1, len(one.groups))
        if left < 0:
            break
        if one.groups or one.ends_scan:
            taken.append(one)
    return taken
