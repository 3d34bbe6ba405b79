"""Never twice at once: one group per attempt, one scanner per group, one scan per image."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import combinations

from tests.simulation.checker.evidence import Evidence
from tests.simulation.truth import ScannerRun


def no_group_is_created_twice(evidence: Evidence) -> Iterator[str]:
    """A name is used for one attempt of one scan, once."""
    for name, count in Counter(entry["name"] for entry in evidence.scan_groups).items():
        if count > 1:
            yield f"{name} was created {count} times"


def no_scanner_is_started_twice(evidence: Evidence) -> Iterator[str]:
    """A second PUT would start the containers again; Azure moving the group may."""
    for entry in evidence.scan_groups:
        runs = evidence.truth.of_group(entry["name"])
        moved = max((one["restartCount"] for one in entry["containers"]), default=0)
        if len(runs) > 1 + moved:
            yield f"the scanner of {entry['name']} was started {len(runs)} times"


def no_image_is_scanned_twice_at_once(evidence: Evidence) -> Iterator[str]:
    """Scanners of one image in different groups do not run at the same time.

    A group that Azure said it had deleted does not count: the app has done its part.
    """
    for one, other in combinations(evidence.truth.runs, 2):
        if one.image.name != other.image.name or one.group == other.group:
            continue
        first_end, other_end = _end(evidence, one), _end(evidence, other)
        if one.started_at < other_end and other.started_at < first_end:
            yield f"{one.image.name} ran in {one.group} and {other.group} at the same time"


def _end(evidence: Evidence, run: ScannerRun) -> datetime:
    deleted_at = evidence.run.transport.deleted_at.get(run.group)
    ends = [end for end in (run.ended_at, deleted_at) if end]
    return min(ends, default=evidence.run.schedule.now())


CHECKS = (
    no_group_is_created_twice,
    no_scanner_is_started_twice,
    no_image_is_scanned_twice_at_once,
)
