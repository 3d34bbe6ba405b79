"""Never lost: every accepted request ends in exactly one terminal record, with a reason."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from local.qscanner_stand_in.behaviour import normal_name
from tests.simulation.arrivals import Resource
from tests.simulation.checker.evidence import TERMINAL, Evidence
from tests.simulation.phases import Phase

NOT_OF_THE_IMAGE = frozenset({"cancelled", "timed_out", "host_lost", "internal"})


def everything_ends(evidence: Evidence) -> Iterator[str]:
    """Nothing is under way any more."""
    if not evidence.run.is_quiet:
        yield f"after {evidence.run.schedule.seconds:.0f} s still busy: {evidence.run.busy_with()}"


def every_promised_scan_has_ended(evidence: Evidence) -> Iterator[str]:
    """Who was told 202 finds a terminal record under that id."""
    for scan_id, image in evidence.run.users.promised.items():
        record = evidence.records.get(scan_id)
        if record is None:
            yield f"{scan_id} of {image} was promised and is not there"
        elif record["image"] != normal_name(image):
            yield f"{scan_id} of {image} is one of {record['image']}"


def every_record_is_terminal(evidence: Evidence) -> Iterator[str]:
    """Whatever was begun has ended."""
    for scan_id, record in evidence.records.items():
        if record["status"] not in TERMINAL:
            yield f"{scan_id} is {record['status']} for ever"


def every_end_has_a_reason(evidence: Evidence) -> Iterator[str]:
    """A code, a sentence and a remedy, or the scan that it joined."""
    for scan_id, record in evidence.records.items():
        reason = record["reason"] or {}
        is_told = all(reason.get(part) for part in ("code", "message", "remedy"))
        is_good = "completed" in (record["status"], record["joinedStatus"])
        if record["status"] in TERMINAL and is_told is is_good:
            yield f"{scan_id} is {record['status']} for the reason {reason}"


def every_deployment_is_scanned(evidence: Evidence) -> Iterator[str]:
    """Each event that was taken has a record for each image that its resource ran since."""
    for event_id, event in evidence.run.events.accepted.items():
        resource = evidence.run.users.resources.get(event["subject"])
        if resource is None or event["eventType"] != "Microsoft.Resources.ResourceWriteSuccess":
            continue
        scanned = {
            record["image"]
            for record in evidence.records.values()
            if record["source"]["eventId"] == event_id
        }
        is_told_unreadable = scanned == {""}
        is_gone = resource.is_deleted and not scanned
        if not (is_told_unreadable or is_gone or _ran(resource, event, scanned)):
            yield f"{event_id} of {event['subject']} has {sorted(scanned)}"


def _ran(resource: Resource, event: Mapping[str, Any], scanned: set[str]) -> bool:
    """Whether a look at the resource after its event would have shown these images.

    A container app shows those of its earlier revisions too, as long as they are active.
    """
    runs = [(one.at, {normal_name(image) for image in one.images}) for one in resource.writes]
    since = [images for at, images in runs if at >= event["eventTime"]]
    if "/containerApps/" not in event["subject"]:
        return scanned in since
    ever = set().union(*(images for _, images in runs))
    return scanned <= ever and any(images <= scanned for images in since)


def no_event_is_scanned_twice(evidence: Evidence) -> Iterator[str]:
    """However often it was delivered."""
    sources = [(record["source"], record["image"]) for record in evidence.records.values()]
    counted = Counter((source["eventId"], image) for source, image in sources if source["eventId"])
    for (event_id, image), count in counted.items():
        if count > 1:
            yield f"{event_id} has {count} records of {image!r}"


def scans_of_nobody_are_not_made(evidence: Evidence) -> Iterator[str]:
    """The app's own groups start nothing."""
    users = {path.lower() for path in evidence.run.users.resources}
    for scan_id, record in evidence.records.items():
        resource = record["source"]["resourceId"]
        if resource and resource.lower() not in users:
            yield f"{scan_id} was started by {resource}"


def an_end_is_told_as_it_stays(evidence: Evidence) -> Iterator[str]:
    """What the webhook was told is what the record says in the end."""
    for message in evidence.run.notifier.sent:
        record = evidence.records.get(message["scanId"])
        if record is None or record["status"] != message["status"]:
            yield f"{message['scanId']} was told as {message['status']}, and is {record}"


def a_cancelled_scan_does_not_complete(evidence: Evidence) -> Iterator[str]:
    """Who was told 202 early enough gets it."""
    for scan_id, phase in evidence.run.operators.cancelled.items():
        status = evidence.records[scan_id]["status"]
        is_early = phase in (Phase.QUEUED, Phase.PROVISIONING, Phase.SCANNING)
        if is_early and status not in ("cancelled", "failed", "timed_out"):
            yield f"{scan_id} was cancelled while {phase}, and is {status}"


def nobody_else_is_cancelled(evidence: Evidence) -> Iterator[str]:
    """Cancelling a scan cancels neither those that joined it nor the one that it joined."""
    run = evidence.run
    asked = run.operators.asked_to_cancel | run.rescanners.asked_to_cancel
    for scan_id, record in evidence.records.items():
        is_cancelled = "cancelled" in (record["status"], record["joinedStatus"])
        if is_cancelled and not asked & {scan_id, record["source"]["rescanId"]}:
            yield f"{scan_id} is cancelled, and nobody asked for it"


def joiners_share_only_what_tells_of_the_image(evidence: Evidence) -> Iterator[str]:
    """Who waited for a scan that was given up scans by itself."""
    for scan_id, record in evidence.records.items():
        code = (record["reason"] or {}).get("code")
        if record["status"] == "skipped" and code in NOT_OF_THE_IMAGE:
            yield f"{scan_id} joined {record['joinedScanId']}, which ended for {code}"


CHECKS = (
    a_cancelled_scan_does_not_complete,
    nobody_else_is_cancelled,
    joiners_share_only_what_tells_of_the_image,
    everything_ends,
    every_promised_scan_has_ended,
    every_record_is_terminal,
    every_end_has_a_reason,
    every_deployment_is_scanned,
    no_event_is_scanned_twice,
    scans_of_nobody_are_not_made,
    an_end_is_told_as_it_stays,
)
