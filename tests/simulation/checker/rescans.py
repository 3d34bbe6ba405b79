"""Rescans: every image is dealt with, once, and told; a cancelled one goes on with nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from local.qscanner_stand_in.behaviour import normal_name
from tests.simulation.arrivals import Resource
from tests.simulation.checker.evidence import Evidence, Record

NOT_BEGUN, ENDS = {"pending", "running"}, {"completed", "cancelled", "failed"}
# What a step that has looked before somebody cancelled may still do: its requests, slow ones too.
STEP_UNDER_WAY = timedelta(seconds=90)
# Lists may be of a moment ago, and an app runs its former revision until the new one is ready.
SETTLED = timedelta(seconds=60)


def every_image_of_a_rescan_ends(evidence: Evidence) -> Iterator[str]:
    """Who was told 202 finds a rescan that has ended, with every image in one of the counts."""
    for rescan_id, rescan in evidence.rescans.items():
        counts, total = rescan["counts"], rescan["total"]
        left = NOT_BEGUN & set(counts) if not rescan["dryRun"] else set()
        if rescan["status"] not in ENDS or left or sum(counts.values()) != total:
            yield f"{rescan_id} is {rescan['status']} with {counts} of {total}"
        if rescan["status"] == "failed" and not rescan["problem"]:
            yield f"{rescan_id} failed, and nobody knows why"
        for failure in rescan["failures"]:
            reason = failure["reason"] or {}
            if not all(reason.get(part) for part in ("code", "message", "remedy")):
                yield f"{failure['image']} of {rescan_id} is {failure['status']}: {reason}"


def a_rescan_tells_what_its_scans_tell(evidence: Evidence) -> Iterator[str]:
    """Its counts are the ends of its scans, and of images that were never given to one."""
    for rescan_id, rescan in evidence.rescans.items():
        ends = Counter(record["status"] for record in _scans(evidence, rescan_id))
        ends.update(one["status"] for one in rescan["failures"] if not one["scanId"])
        if not rescan["dryRun"] and ends != Counter(rescan["counts"]):
            yield f"{rescan_id} tells {rescan['counts']}, its scans {dict(ends)}"
        if rescan["dryRun"] and any(_scans(evidence, rescan_id)):
            yield f"{rescan_id} was to be a dry run, and scans"


def an_image_is_scanned_once_for_a_rescan(evidence: Evidence) -> Iterator[str]:
    """However many resources run it, and whoever dies."""
    for rescan_id in evidence.rescans:
        counted = Counter(record["image"] for record in _scans(evidence, rescan_id))
        for image, count in counted.items():
            if count > 1:
                yield f"{rescan_id} has {count} scans of {image}"


def what_runs_is_in_its_rescan(evidence: Evidence) -> Iterator[str]:
    """Each image that ran in the scope all the while, unless Azure did not let it be listed."""
    for rescan_id, rescan in evidence.rescans.items():
        could_not_look = any(not failure["image"] for failure in rescan["failures"])
        if rescan["problem"] or rescan["cancelRequested"] or could_not_look:
            continue
        listed = {record["image"] for record in _scans(evidence, rescan_id)}
        listed |= {one["image"] for one in (*rescan["failures"], *(rescan["images"] or ()))}
        for path, resource in evidence.run.users.resources.items():
            if not _is_in_scope(path, rescan) or not _ran_all_the_while(resource, rescan):
                continue
            missing = {normal_name(one) for one in resource.writes[-1].images} - listed
            is_fresh = rescan["dryRun"] and rescan["skippedAsFresh"]
            if missing and not is_fresh:
                yield f"{rescan_id} leaves out {sorted(missing)} of {path}"


def a_cancelled_rescan_goes_on_with_nothing(evidence: Evidence) -> Iterator[str]:
    """Once somebody was told 202: no group is created, no scan ends as if nothing had been."""
    told = evidence.run.rescanners.cancelled_at
    for rescan_id, rescan in evidence.rescans.items():
        is_cancelled = rescan["status"] == "cancelled"
        asked = rescan_id in evidence.run.rescanners.asked_to_cancel
        if (rescan_id in told and not is_cancelled) or (is_cancelled and not asked):
            yield f"{rescan_id} is {rescan['status']}, and {'' if asked else 'not '}asked to cancel"
        if rescan_id not in told:
            continue
        since = told[rescan_id] + STEP_UNDER_WAY
        for record in _scans(evidence, rescan_id):
            yield from _went_on(evidence, record, since)


def azure_refuses_nothing_for_its_limits(evidence: Evidence) -> Iterator[str]:
    """Creates and deletes stay within the windows of the region: no 429 that no fault made."""
    yield from evidence.run.transport.throttled


def _went_on(evidence: Evidence, record: Record, since: datetime) -> Iterator[str]:
    scan_id, hindered = record["scanId"], timedelta(seconds=evidence.run.hindered_seconds())
    if record["status"] == "completed" and _time(record["finishedAt"]) > since + hindered:
        yield f"{scan_id} completed long after its rescan was cancelled"
    for entry in evidence.scan_groups:
        is_its = entry["tags"].get("scan-id") == scan_id
        if is_its and _time(entry["createdAt"]) > since:
            yield f"{entry['name']} was created though the rescan of {scan_id} was cancelled"


def _scans(evidence: Evidence, rescan_id: str) -> Iterator[Record]:
    for record in evidence.records.values():
        if record["source"]["rescanId"] == rescan_id:
            yield record


def _is_in_scope(path: str, rescan: Mapping[str, Any]) -> bool:
    group = rescan["resourceGroup"]
    return group is None or path.split("/")[4].lower() == group.lower()


def _ran_all_the_while(resource: Resource, rescan: Mapping[str, Any]) -> bool:
    """Written long before it was asked for, and neither written again nor deleted."""
    begun = _time(rescan["createdAt"]) - SETTLED
    return not resource.is_deleted and _time(resource.writes[-1].at) < begun


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


CHECKS = (
    every_image_of_a_rescan_ends,
    a_rescan_tells_what_its_scans_tell,
    an_image_is_scanned_once_for_a_rescan,
    what_runs_is_in_its_rescan,
    a_cancelled_rescan_goes_on_with_nothing,
    azure_refuses_nothing_for_its_limits,
)
