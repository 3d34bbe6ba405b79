"""What a container group's state says of the scan in it."""

from datetime import UTC, datetime

import pytest

from imagescan.container_group.observe import observe
from imagescan.ports import ContainerState, GroupState
from imagescan.scan.decide import Phase

FINISHED = datetime(2026, 1, 1, 12, tzinfo=UTC)


def group(
    provisioning: str = "Succeeded", state: str | None = "Running", **containers: ContainerState
) -> GroupState:
    return GroupState("qscanner-x", provisioning, state, {}, containers, ("pull failed",))


def test_a_missing_instance_view_is_still_pending_and_never_an_end() -> None:
    """ACI leaves instanceView out at first."""
    assert observe(group("Pending", None)).phase is Phase.PROVISIONING
    assert observe(group("Succeeded", None)).phase is Phase.PROVISIONING


def test_the_scanners_own_end_counts_while_the_courier_runs_on() -> None:
    """The group is Running as long as any container is."""
    seen = observe(
        group(
            qscanner=ContainerState("Terminated", exit_code=0, finished_at=FINISHED),
            courier=ContainerState("Running"),
        )
    )

    assert (seen.phase, seen.exit_code) == (Phase.ENDED, 0)
    assert seen.finished_at == "2026-01-01T12:00:00+00:00"


def test_a_courier_that_ended_says_nothing_about_the_scanner() -> None:
    """Its neighbour may still be scanning."""
    ended = ContainerState("Terminated", exit_code=3)

    assert observe(group(qscanner=ContainerState("Running"), courier=ended)).phase is Phase.SCANNING


@pytest.mark.parametrize(
    "broken", [group("Failed", None), group("Canceled", None), group("Succeeded", "Stopped")]
)
def test_a_group_that_failed_without_a_scanners_end_is_broken(broken: GroupState) -> None:
    """A pull that failed is a failure of the start, with what ACI said of it."""
    seen = observe(broken)

    assert seen.phase is Phase.BROKEN
    assert seen.detail == "pull failed"


def test_a_group_that_answers_404_is_gone() -> None:
    """Somebody else deleted it."""
    assert observe(None).phase is Phase.GONE
