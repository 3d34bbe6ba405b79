"""Never left behind: every group that was created is gone, confirmed, and was paid for no longer
than the timeouts promise."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.simulation.checker.evidence import Evidence

# A group whose scanner ends stops by itself within SCAN_TIMEOUT of its start, whoever is dead: up
# to what the courier's rounds take.
ROUNDS_SECONDS = 20
# One whose scanner hangs runs until it is deleted: the last look, the delete, its confirmation.
LAST_LOOK_SECONDS = 180


def every_group_is_gone(evidence: Evidence) -> Iterator[str]:
    """Deleted, and a GET was answered with 404 after that."""
    for entry in evidence.scan_groups:
        if entry["deletedAt"] is None:
            yield f"{entry['name']} of {entry['createdAt']} was left behind"
        elif entry["confirmedAt"] is None:
            yield f"nobody confirmed that {entry['name']} is gone"


def records_tell_of_the_cleanup(evidence: Evidence) -> Iterator[str]:
    """A record whose group is gone does not say pending for ever."""
    for scan_id, record in evidence.records.items():
        if record["containerGroup"] and record["cleanup"] != "confirmed":
            yield f"{scan_id} says cleanup {record['cleanup']} of {record['containerGroup']}"


def an_end_hides_no_group(evidence: Evidence) -> Iterator[str]:
    """Who was told of an end with nothing pending: no group of the scan was there any more."""
    for message in evidence.run.notifier.sent:
        told = message["finishedAt"] or message["createdAt"]  # cut to seconds
        ended_at = datetime.fromisoformat(told) + timedelta(seconds=1)
        for entry in evidence.scan_groups:
            is_its = entry["tags"].get("scan-id") == message["scanId"]
            if is_its and message["cleanup"] != "pending" and _was_there(entry, ended_at):
                yield f"{message['scanId']} ended at {ended_at} while {entry['name']} was there"


def _was_there(entry: Mapping[str, Any], moment: datetime) -> bool:
    created_at, deleted_at = _lifetime(entry)
    return created_at <= moment and (deleted_at is None or deleted_at > moment)


def _lifetime(entry: Mapping[str, Any]) -> tuple[datetime, datetime | None]:
    deleted_at = entry["deletedAt"]
    return (
        datetime.fromisoformat(entry["createdAt"]),
        datetime.fromisoformat(deleted_at) if deleted_at else None,
    )


def no_more_groups_than_slots(evidence: Evidence) -> Iterator[str]:
    """A slot is free only once its group is gone."""
    slots = evidence.run.settings.max_concurrent_scans
    for entry in evidence.scan_groups:
        created_at, _ = _lifetime(entry)
        there = sum(_was_there(other, created_at) for other in evidence.scan_groups)
        if there > slots:
            yield f"{there} groups were there with {entry['name']}, for {slots} slots"


def other_peoples_resources_stay(evidence: Evidence) -> Iterator[str]:
    """The app deletes what it created and nothing else."""
    living = {entry["id"].lower() for entry in evidence.books if entry["deletedAt"] is None}
    for path, resource in evidence.run.users.resources.items():
        is_group = "containergroups" in path.lower()
        if is_group and not resource.is_deleted and path.lower() not in living:
            yield f"{path} was deleted, and not by its owner"


def nothing_runs_longer_than_promised(evidence: Evidence) -> Iterator[str]:
    """The bill: running seconds in the books."""
    for entry in evidence.scan_groups:
        allowed = _allowed_seconds(evidence, entry)
        if entry["runningSeconds"] > allowed:
            seconds = entry["runningSeconds"]
            yield f"{entry['name']} ran for {seconds:.0f} s, {allowed:.0f} s are promised"


def _allowed_seconds(evidence: Evidence, entry: Mapping[str, Any]) -> float:
    runs = evidence.truth.of_group(entry["name"])
    timeout = evidence.run.plan.scan_timeout_seconds
    of_itself = max(1, len(runs)) * (timeout + ROUNDS_SECONDS)
    if all(run.ending != "hangs" for run in runs):
        return of_itself
    return of_itself + LAST_LOOK_SECONDS + evidence.run.hindered_seconds()


CHECKS = (
    every_group_is_gone,
    records_tell_of_the_cleanup,
    an_end_hides_no_group,
    no_more_groups_than_slots,
    other_peoples_resources_stay,
    nothing_runs_longer_than_promised,
)
