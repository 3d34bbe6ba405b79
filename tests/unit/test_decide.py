"""The decision after each look: wait, collect or give up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescan.scan.decide import (
    LONGEST_WAIT_SECONDS,
    SHORTEST_WAIT_SECONDS,
    Collect,
    GiveUp,
    Observation,
    Phase,
    Wait,
    decide,
    first_wait,
)
from imagescan.scan.reasons import Reason, ReasonCode
from imagescan.scan.request import Policy

DEADLINE = datetime(2026, 1, 1, 12, tzinfo=UTC)
POLICY = Policy(timeout_seconds=1800, expected_seconds=60)
UNFINISHED = st.sampled_from([Observation(Phase.PROVISIONING), Observation(Phase.SCANNING)])


@given(UNFINISHED, st.floats(min_value=1, max_value=1800))
def test_an_unfinished_scan_before_its_deadline_is_looked_at_again_in_2_to_30_seconds(
    seen: Observation, left_seconds: float
) -> None:
    """Waits are whole seconds, long enough for a real timer, and end about the deadline."""
    decision = decide(seen, DEADLINE - timedelta(seconds=left_seconds), DEADLINE, POLICY)

    assert isinstance(decision, Wait)
    assert SHORTEST_WAIT_SECONDS <= decision.seconds <= LONGEST_WAIT_SECONDS
    assert decision.seconds <= max(left_seconds + 1, SHORTEST_WAIT_SECONDS)


@given(UNFINISHED, st.floats(min_value=-3600, max_value=0.99))
def test_an_unfinished_scan_within_a_second_of_its_deadline_has_timed_out(
    seen: Observation, left_seconds: float
) -> None:
    """A timer may fire a second early: waiting for that second would spin."""
    decision = decide(seen, DEADLINE - timedelta(seconds=left_seconds), DEADLINE, POLICY)

    assert isinstance(decision, GiveUp)
    assert decision.reason.code is ReasonCode.TIMED_OUT


def test_gaps_grow_with_the_time_that_has_passed() -> None:
    """A short scan is looked at often, a long one seldom."""
    gaps = []
    for passed_seconds in (4, 10, 30, 60, 600):
        now = DEADLINE - timedelta(seconds=POLICY.timeout_seconds - passed_seconds)
        decision = decide(Observation(Phase.SCANNING), now, DEADLINE, POLICY)
        assert isinstance(decision, Wait)
        gaps.append(decision.seconds)

    assert gaps == [2, 5, 15, 30, 30]


@given(st.integers(0, 255), st.floats(min_value=-3600, max_value=1800))
def test_an_end_that_was_seen_counts_even_after_the_deadline(
    exit_code: int, left_seconds: float
) -> None:
    """The work is done, and what it says is the truth."""
    seen = Observation(Phase.ENDED, exit_code, "2026-01-01T11:00:00+00:00")

    decision = decide(seen, DEADLINE - timedelta(seconds=left_seconds), DEADLINE, POLICY)

    assert decision == Collect(exit_code, "2026-01-01T11:00:00+00:00")


def test_an_end_without_an_exit_code_is_no_success() -> None:
    """What ACI does not say is never taken for a zero."""
    decision = decide(Observation(Phase.ENDED), DEADLINE, DEADLINE, POLICY)

    assert isinstance(decision, GiveUp)


@pytest.mark.parametrize(
    ("phase", "code"),
    [
        (Phase.BROKEN, ReasonCode.START_FAILED),
        (Phase.GONE, ReasonCode.SCANNER_CRASHED),
    ],
)
def test_a_group_that_cannot_bring_a_result_is_given_up_at_once(
    phase: Phase, code: ReasonCode
) -> None:
    """There is nothing to wait for."""
    decision = decide(Observation(phase), DEADLINE - timedelta(hours=1), DEADLINE, POLICY)

    assert isinstance(decision, GiveUp)
    assert decision.reason.code is code


@pytest.mark.parametrize("code", [ReasonCode.HOST_LOST, ReasonCode.CANCELLED])
def test_a_scan_that_was_stopped_is_given_up_for_the_reason_told(code: ReasonCode) -> None:
    """Another scan took over, or somebody cancelled it; another attempt would change nothing."""
    seen = Observation(Phase.STOPPED, reason=Reason(code, "why"))

    assert decide(seen, DEADLINE, DEADLINE, POLICY) == GiveUp(Reason(code, "why"))


def test_a_group_that_is_gone_after_the_deadline_is_worth_another() -> None:
    """The app was away for so long that its own reaper may have been first."""
    decision = decide(Observation(Phase.GONE), DEADLINE + timedelta(seconds=1), DEADLINE, POLICY)

    assert isinstance(decision, GiveUp)
    assert (decision.reason.code, decision.is_worth_retry) == (ReasonCode.HOST_LOST, True)


def test_the_first_look_comes_when_a_scan_is_expected_to_be_done() -> None:
    """Looking earlier would only cost."""
    start = DEADLINE - timedelta(seconds=1800)

    assert first_wait(start, DEADLINE, POLICY) == Wait(60)
    assert first_wait(start, start + timedelta(seconds=20), POLICY) == Wait(20)
