"""What a scan costs is worked out from Azure's own times, and is never a guess."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescan.container_group.body import COURIER, SCANNER
from imagescan.cost import UNKNOWN, Bill, UnitPrices, Usage, bill, read_usage
from imagescan.ports import ContainerState, GroupShape, GroupState

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
LIST_PRICES = UnitPrices(0.00001125, 0.00000124)
WAITING = ContainerState("Waiting")
SHAPE = GroupShape("westeurope", 2.0, 4.0)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def ran(begin: float, end: float | None = None) -> ContainerState:
    if end is None:
        return ContainerState("Running", at(begin))
    return ContainerState("Terminated", at(begin), at(end), 0, "Completed")


def group(
    scanner: ContainerState, courier: ContainerState, pulling: float | None = None
) -> GroupState:
    states = {SCANNER: scanner, COURIER: courier}
    is_over = all(state.finished_at for state in states.values())
    state = "Succeeded" if is_over else "Running"
    pulling_at = None if pulling is None else at(pulling)
    return GroupState(
        "g", "Succeeded", state, containers=states, shape=SHAPE, pulling_at=pulling_at
    )


def used(begin: float, stop: float | None = None, seen: float = 0) -> Usage:
    return Usage(at(begin), None if stop is None else at(stop), at(seen), 2.0, 4.0)


def test_a_group_of_two_vcpus_and_four_gb_for_two_minutes_costs_a_third_of_a_cent() -> None:
    """By hand: 240 vCPU-seconds at $0.00001125 and 480 GB-seconds at $0.00000124."""
    assert bill([(used(0, 120), None)], LIST_PRICES) == Bill(120.0, 0.003295)


@pytest.mark.parametrize(
    ("seen", "usage"),
    [
        (group(ran(5, 60), ran(6, 90), pulling=0), used(0, 90, 100)),
        (group(ran(5, 60), ran(6, 90)), used(5, 90, 100)),
        (group(ran(5, 60), ran(6)), used(5, None, 100)),
        (group(WAITING, WAITING, pulling=3), used(3, None, 100)),
        (group(WAITING, WAITING), None),
        (replace(group(ran(5, 60), ran(6, 90)), state="Running"), used(5, None, 100)),
        (replace(group(ran(5, 60), WAITING), state="Failed"), used(5, None, 100)),
        (GroupState("g", "Deleting", shape=SHAPE), None),
        (replace(group(ran(5), ran(6)), shape=None), None),
    ],
)
def test_a_look_tells_from_the_pull_to_the_end_of_the_last_container(
    seen: GroupState, usage: Usage | None
) -> None:
    """Nothing is made up where the view does not tell."""
    assert read_usage(seen, at(100)) == usage


@pytest.mark.parametrize(
    ("usage", "deleted", "seconds"),
    [
        (used(0, 90, 95), 100, 90),
        (used(0, None, 95), 100, 100),
        (used(0, None, 130), 100, 130),
        (used(0, None, 95), None, None),
        (used(50, 10, 95), 100, None),
    ],
)
def test_a_group_runs_until_it_stops_or_azure_takes_its_deletion(
    usage: Usage, deleted: float | None, seconds: float | None
) -> None:
    """One seen to run after that ran on; clocks that contradict each other say nothing."""
    deleted_at = None if deleted is None else at(deleted)

    assert usage.seconds(deleted_at) == seconds


def test_a_bill_with_one_group_unknown_is_unknown_and_one_without_groups_is_nothing() -> None:
    """Half a price would look like the price."""
    known = (used(0, 90), None)

    assert bill([known, (None, at(5))], LIST_PRICES) == UNKNOWN
    assert bill([known, known], LIST_PRICES).running_seconds == 180
    assert bill([], LIST_PRICES) == Bill(0.0, 0.0)


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=3),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_a_bill_is_its_seconds_at_its_prices_to_a_millionth(
    spans: list[tuple[int, int]], vcpu_usd: float, gb_usd: float
) -> None:
    """By another way of adding up."""
    runs = [(used(begin, begin + length), None) for begin, length in spans]

    billed = bill(runs, UnitPrices(vcpu_usd, gb_usd))

    seconds = sum(length for _, length in spans)
    assert billed.running_seconds == seconds
    assert billed.cost_usd == pytest.approx(seconds * (2 * vcpu_usd + 4 * gb_usd), abs=1e-6)


def test_a_group_that_was_put_anew_is_paid_for_since_it_was_first_put() -> None:
    """What outlived its deletion is put in the same place, to be deleted again."""
    assert used(0, 90, 95).then(used(300, None, 310)) == used(0, None, 310)


def test_usage_is_the_same_after_it_was_kept() -> None:
    """In the ledger, as JSON."""
    for usage in (used(1, 2, 3), used(1, None, 3)):
        assert Usage.from_dict(usage.to_dict()) == usage
