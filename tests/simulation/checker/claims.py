"""Never twice at once: one group per attempt, one scanner per group, one scan per image."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations

from tests.simulation.checker.evidence import Evidence, Record
from tests.simulation.truth import ScannerRun

CACHED = timedelta(hours=23)  # of SCAN_CACHE_HOURS


def no_group_is_created_twice(evidence: Evidence) -> Iterator[str]:
    """A name is used for one attempt of one scan, once."""
    for name, count in Counter(entry["name"] for entry in evidence.scan_groups).items():
        if count > 1:
            yield f"{name} was created {count} times"


def no_scanner_is_started_twice(evidence: Evidence) -> Iterator[str]:
    """A second PUT would start the containers again; Azure moving the group may."""
    for entry in evidence.scan_groups:
        lives = {run.life for run in evidence.truth.of_group(entry["name"])}
        if len(lives) > 1:
            yield f"the scanner of {entry['name']} was started {len(lives)} times"


def no_image_is_scanned_twice_at_once(evidence: Evidence) -> Iterator[str]:
    """Scanners of one digest in different groups do not run at the same time.

    Nor do those of one reference whose registry did not tell. A group that Azure said it had
    deleted does not count: the app has done its part.
    """
    for one, other in combinations(evidence.truth.runs, 2):
        if _claimed(one) != _claimed(other) or one.group == other.group:
            continue
        first_end, other_end = _end(evidence, one), _end(evidence, other)
        if one.started_at < other_end and other.started_at < first_end:
            yield f"{one.image.name} ran in {one.group} and {other.group} at the same time"


def _claimed(run: ScannerRun) -> str:
    return run.image.digest if run.image.digest in run.target else run.target


def what_is_fresh_is_not_scanned_again(evidence: Evidence) -> Iterator[str]:
    """A deployment of what was scanned whole, under this tag or another of its digest, takes that.

    Deployments are never forced.
    """
    for scan_id, record in evidence.records.items():
        if record["source"]["kind"] != "deployment" or record["startedAt"] is None:
            continue
        fresh = [one["scanId"] for one in _completed_before(evidence, record)]
        if fresh:
            yield f"{scan_id} scanned {record['digest']} again after {fresh}"


def _completed_before(evidence: Evidence, record: Record) -> Iterator[Record]:
    """Whole scans of the same digest that had ended when this one began, and were let end."""
    hindered = timedelta(seconds=evidence.run.hindered_seconds())
    for one in evidence.records.values():
        if one["status"] != "completed" or one["digest"] is None:
            continue
        if one["digest"] != record["digest"] or one["scanId"] in evidence.run.operators.terminated:
            continue
        since = _moment(record["startedAt"]) - _moment(one["finishedAt"])
        if hindered <= since < CACHED:
            yield one


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _end(evidence: Evidence, run: ScannerRun) -> datetime:
    deleted_at = evidence.run.transport.deleted_at.get(run.group)
    ends = [end for end in (run.ended_at, deleted_at) if end]
    return min(ends, default=evidence.run.schedule.now())


CHECKS = (
    no_group_is_created_twice,
    no_scanner_is_started_twice,
    no_image_is_scanned_twice_at_once,
    what_is_fresh_is_not_scanned_again,
)
