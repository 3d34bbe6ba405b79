"""A resource group of hundreds of resources is rescanned, in virtual time and by default settings.

Counted in the emulator's own books. Azure's limits per region: azure-docs,
container-instances-resource-and-quota-limits.
"""

import pytest

from local.azure_emulator.limits import Limits
from tests.simulation.fleet import (
    Rescanned,
    groups_and_apps,
    images_of,
    most_within,
    plan_of_rescans,
    rescanned,
)

pytestmark = pytest.mark.xdist_group("rescans")  # they share one run
IMAGES, GROUPS, APPS = 120, 300, 60
AZURE, MAX_CONCURRENT_SCANS = Limits(), 20
AGAIN_AFTER_SECONDS = 1500


@pytest.fixture(scope="module")
def twice() -> Rescanned:
    """The same resource group is rescanned, and again when that is over; nobody says force."""
    images = images_of(IMAGES)
    resources = list(groups_and_apps(images, GROUPS, APPS))
    plan = plan_of_rescans(images, resources, (0, AGAIN_AFTER_SECONDS))
    return rescanned(plan)


def test_what_runs_in_hundreds_of_resources_is_scanned_once_each(twice: Rescanned) -> None:
    scanned = [run.image.name for run in twice.run.containers.truth.runs]

    assert sorted(scanned) == [image.name for image in twice.run.plan.images]
    first = twice.rescans[0]
    assert (first["status"], first["total"]) == ("completed", IMAGES)
    assert first["counts"] == {"completed": IMAGES}


def test_there_are_never_more_groups_than_concurrent_scans_are_allowed(twice: Rescanned) -> None:
    """And the lanes use what is allowed."""
    assert twice.most_at_once() == MAX_CONCURRENT_SCANS


def test_creations_and_deletions_stay_within_each_of_azures_windows(twice: Rescanned) -> None:
    assert len(twice.creations) == len(twice.deletions) == IMAGES
    assert most_within(twice.creations, 300) <= AZURE.creates_per_5_minutes
    assert most_within(twice.creations, 3600) <= AZURE.creates_per_hour
    assert most_within(twice.deletions, 300) <= AZURE.deletes_per_5_minutes
    assert most_within(twice.deletions, 3600) <= AZURE.deletes_per_hour


def test_azure_never_had_to_refuse_anything(twice: Rescanned) -> None:
    """No quota, no throttling: all that it ever answered is done, begun, or not there."""
    assert set(twice.run.transport.statuses) <= {200, 201, 202, 404}


def test_no_history_grows_long(twice: Rescanned) -> None:
    """Each episode replays all that came before it."""
    longest = twice.run.durable.store.longest

    assert len(longest) > 5 * IMAGES
    assert max(longest.values()) < 300


def test_a_second_rescan_does_nothing_and_says_why_and_how_to_force(twice: Rescanned) -> None:
    second = twice.rescans[1]

    assert second["status"] == "completed"
    assert (second["counts"], second["skippedAsFresh"]) == ({"skipped": IMAGES}, IMAGES)
    assert '"force": true' in second["hint"]
    assert max(twice.creations).isoformat() < second["createdAt"]
