"""What a rescan that is only planned would take and cost. Pure.

By the medians of scans that ended lately; where there are none, by assumptions, and the reply says
which. Medians, for one image of 10 GB says little about the others. Seconds are priced at the size
and the unit prices that are set now, whatever those scans paid.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from statistics import median
from typing import Any, Self

from imagescan.admission import (
    FIVE_MINUTES_SECONDS,
    HOUR_SECONDS,
    MOST_IN_5_MINUTES,
    MOST_IN_AN_HOUR,
)
from imagescan.scan.record import ScanRecord

# What others saw on ACI: 30 to 60 seconds until containers start, 30 to 90 until a group is gone.
ASSUMED_START_SECONDS, ASSUMED_REMOVAL_SECONDS = 45, 60
WINDOWS = ((MOST_IN_5_MINUTES, FIVE_MINUTES_SECONDS), (MOST_IN_AN_HOUR, HOUR_SECONDS))


@dataclass(frozen=True)
class Usual:
    """One scan as it usually goes: how long it holds its slot, how long its group is paid for.

    `measured` is how many scans that rests on; 0 says that it is assumed.
    """

    slot_seconds: float
    running_seconds: float
    measured: int = 0

    @classmethod
    def assumed(cls, expected_seconds: float) -> Self:
        """A scanner that takes EXPECTED_SCAN_SECONDS, and what ACI takes before and after it."""
        running_seconds = expected_seconds + ASSUMED_START_SECONDS
        return cls(running_seconds + ASSUMED_REMOVAL_SECONDS, running_seconds)

    @classmethod
    def of(cls, scans: Iterable[ScanRecord], expected_seconds: float) -> Self:
        """Medians of the scans that had a container group; without any it is assumed."""
        known = [
            ((one.finished_at - one.started_at).total_seconds(), one.running_seconds)
            for one in scans
            if one.finished_at and one.started_at and one.running_seconds
        ]
        if not known:
            return cls.assumed(expected_seconds)
        slots, runs = zip(*known, strict=True)
        return cls(median(slots), median(runs), len(known))

    @property
    def basis(self) -> str:
        """One sentence: what it rests on."""
        if self.measured:
            return f"Medians of the last {self.measured} scans that completed in a container group."
        return (
            "No scan has completed yet whose cost is known. Assumed are EXPECTED_SCAN_SECONDS, "
            f"{ASSUMED_START_SECONDS} seconds to start and {ASSUMED_REMOVAL_SECONDS} to remove a "
            "container group."
        )


def estimate(scans: int, usual: Usual, slots: int, second_usd: float) -> dict[str, Any]:
    """The `estimate` of the HTTP API; `second_usd` is the price of a second of one group."""
    usd_each = usual.running_seconds * second_usd
    return {
        "scans": scans,
        "seconds": round(makespan_seconds(scans, usual.slot_seconds, slots)),
        "costUsd": round(scans * usd_each, 6),
        "secondsPerScan": round(usual.slot_seconds, 1),
        "costUsdPerScan": round(usd_each, 6),
        "maxConcurrentScans": slots,
        "isMeasured": usual.measured > 0,
        "basis": usual.basis,
    }


def makespan_seconds(scans: int, seconds_each: float, slots: int) -> float:
    """When the last of so many scans ends, if nobody else asks for container groups meanwhile.

    Each takes the slot that comes free first, and waits until Azure's windows let its group be
    created (see `imagescan.admission`).
    """
    free_at = [0.0] * min(slots, scans)
    created_at: list[float] = []
    for number in range(scans):
        opens_at = [
            created_at[number - most] + seconds for most, seconds in WINDOWS if number >= most
        ]
        created_at.append(max(heappop(free_at), *opens_at, 0.0))
        heappush(free_at, created_at[-1] + seconds_each)
    return max(free_at, default=0.0)
