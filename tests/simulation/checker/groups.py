"""Never left behind: every group that was created is gone, confirmed, and was paid for no longer
than the timeouts promise."""

from collections.abc import Iterator, Mapping
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
    other_peoples_resources_stay,
    nothing_runs_longer_than_promised,
)
