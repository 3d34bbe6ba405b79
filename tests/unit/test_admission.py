"""The gate before ACI: slots, windows, order; pure, and as the row that scans share."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities import admission, container_groups
from imagescan.admission import (
    LONGEST_WAIT_SECONDS,
    MOST_IN_5_MINUTES,
    MOST_IN_AN_HOUR,
    MOST_WAITERS,
    SHORTEST_WAIT_SECONDS,
    VANISHED_AFTER_SECONDS,
    Gate,
    Priority,
    Wait,
    admit,
    begin_create,
    begin_delete,
)
from imagescan.container_group.refusals import closes_admission_seconds
from imagescan.ports import Refusal
from imagescan.records.admission import Admission
from imagescan.records.ledger import GroupEntry
from tests.fakes.storage import FakeTable
from tests.unit.test_cancelling import ATTEMPT, cancel, running

NOW = 1_767_225_600
DEPLOYMENT, RESCAN = Priority.DEPLOYMENT, Priority.RESCAN


def most_within(times: list[int], seconds: int) -> int:
    """The most that ever fell into a window of so many seconds, by the emulator's definition."""
    return max(
        (sum(start - seconds < time <= start for time in times) for start in times), default=0
    )


def test_slots_are_given_until_none_is_left_and_come_back_when_a_group_is_gone() -> None:
    """Asking again by whoever has one changes nothing."""
    gate, first = admit(Gate(), "a", DEPLOYMENT, NOW, slots=1)
    again, repeated = admit(gate, "a", DEPLOYMENT, NOW + 5, slots=1)
    waiting, second = admit(again, "b", DEPLOYMENT, NOW + 5, slots=1)
    _, at_last = admit(waiting.without(["a"]), "b", DEPLOYMENT, NOW + 9, slots=1)

    assert (first, repeated, at_last) == (None, None, None)
    assert isinstance(second, Wait)


def test_a_deployment_goes_before_a_rescan_that_waits_longer() -> None:
    """And among equals the one that waits longer."""
    gate, _ = admit(Gate(), "holder", DEPLOYMENT, NOW, slots=1)
    for second, (name, priority) in enumerate(
        [("rescan", RESCAN), ("early", DEPLOYMENT), ("late", DEPLOYMENT)]
    ):
        gate, _ = admit(gate, name, priority, NOW + second, slots=1)
    gate = gate.without(["holder"])
    order = []
    for _ in range(3):
        for name, priority in (("late", DEPLOYMENT), ("rescan", RESCAN), ("early", DEPLOYMENT)):
            if name in order:
                continue
            gate, wait = admit(gate, name, priority, NOW + 10, slots=1)
            if wait is None:
                order.append(name)
                gate = gate.without([name])

    assert order == ["early", "late", "rescan"]


def test_a_waiter_that_vanished_keeps_nobody_waiting() -> None:
    """Its host died; a step that comes back after five minutes has not vanished yet."""
    gate, _ = admit(Gate(), "holder", DEPLOYMENT, NOW, slots=1)
    gate, wait = admit(gate, "dead", DEPLOYMENT, NOW, slots=1)
    assert isinstance(wait, Wait)
    gate = gate.without(["holder"])
    asks_at = NOW + wait.seconds

    _, soon = admit(gate, "next", DEPLOYMENT, asks_at + VANISHED_AFTER_SECONDS - 1, slots=1)
    _, later = admit(gate, "next", DEPLOYMENT, asks_at + VANISHED_AFTER_SECONDS, slots=1)

    assert isinstance(soon, Wait)
    assert later is None


def test_a_full_queue_lets_nobody_write_more_into_the_row_than_it_holds() -> None:
    """Who comes then asks again, and is let in when there is room."""
    table = FakeTable()
    gate = Admission(table, slots=100)
    now = running()[0].clock.now()
    for number in range(MOST_WAITERS + 150):
        gate.admit(f"qscanner-{'x' * 30}-{number:016x}", RESCAN, now)

    [row] = table.query("admission")
    assert all(len(str(value)) < 32_000 for value in row.values.values())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["arrive", "arrive", "arrive", "gone", "again", "time"]),
            st.integers(0, 200),
        ),
        min_size=150,
        max_size=400,
    ),
    st.integers(1, 40),
)
def test_whatever_comes_no_window_and_no_number_of_slots_is_ever_passed(
    happenings: list[tuple[str, int]], slots: int
) -> None:
    """By the times at which Azure was asked, counted independently."""
    gate, now, created = Gate(), NOW, []
    holding: list[str] = []
    for number, (what, value) in enumerate(happenings):
        if what == "time":
            now += value
        if what == "arrive":
            gate, wait = admit(gate, f"g{number}", value % 2, now, slots)
            if wait is None:
                holding.append(f"g{number}")
        if what == "gone" and holding:
            gate = gate.without([holding.pop(value % len(holding))])
        if what in ("arrive", "again") and holding:
            gate, wait = begin_create(gate, holding[value % len(holding)], now, slots)
            if wait is None:
                created.append(now)
            else:
                assert SHORTEST_WAIT_SECONDS <= wait.seconds <= LONGEST_WAIT_SECONDS
        assert len(gate.holders) == len(holding) <= slots

    assert most_within(created, 300) <= MOST_IN_5_MINUTES
    assert most_within(created, 3600) <= MOST_IN_AN_HOUR


@pytest.mark.parametrize(("seconds", "most"), [(300, MOST_IN_5_MINUTES), (3600, MOST_IN_AN_HOUR)])
def test_deletes_and_creates_fill_their_windows_and_no_more(seconds: int, most: int) -> None:
    """Asked as often as the gate says, for two hours; a bucket would let twice as many in."""
    times: list[int] = []
    gate, now = Gate(), NOW
    while now < NOW + 7200:
        gate, wait = begin_delete(gate, now)
        if wait is None:
            times.append(now)
        else:
            now += wait.seconds

    assert most_within(times, seconds) == most
    assert len(times) >= 2 * MOST_IN_AN_HOUR
    assert all(one <= other for one, other in pairwise(times))


def test_a_create_that_was_refused_is_counted_and_waits_for_room_of_its_own() -> None:
    """The room that is left belongs to those who were let in and have not asked yet."""
    gate = Gate(creates=[NOW] * (MOST_IN_5_MINUTES - 2))
    gate, _ = admit(gate, "first", DEPLOYMENT, NOW, slots=9)
    gate, _ = admit(gate, "second", DEPLOYMENT, NOW, slots=9)
    gate, begun = begin_create(gate, "first", NOW, slots=9)

    gate, refused_once = begin_create(gate, "first", NOW, slots=9)
    _, second = begin_create(gate, "second", NOW, slots=9)

    assert begun is None
    assert isinstance(refused_once, Wait)
    assert second is None


@pytest.mark.parametrize(
    ("code", "seconds"),
    [
        ("ContainerGroupQuotaReached", 180),
        ("ServiceUnavailable", 60),
        ("TooManyRequests", 30),
        ("InaccessibleImage", 0),
        ("AuthorizationFailed", 0),
    ],
)
def test_the_gate_closes_for_a_while_where_azure_has_no_room_for_anybody(
    code: str, seconds: int
) -> None:
    """Others would only be refused as well, and every refusal counts."""
    app, fakes = running()
    fakes.groups.refusals = [Refusal(code, "", 409)]
    fakes.groups.groups.clear()

    container_groups.create(app, ATTEMPT)

    assert closes_admission_seconds(Refusal(code, "", 409)) == seconds
    wait = app.admission.admit("qscanner-other", DEPLOYMENT, fakes.clock.now())
    assert (wait is None) is (seconds == 0)


def test_the_slot_comes_back_with_the_404_and_not_with_the_deletion() -> None:
    """A group that still runs is still billed, and counts for Azure's quota."""
    app, fakes = running()
    full = Admission(FakeTable(), slots=1)
    app = replace(app, admission=full)
    assert admission.admit(app, ATTEMPT, DEPLOYMENT)["waitSeconds"] is None
    kept = fakes.groups.groups[ATTEMPT.group]

    container_groups.delete(app, ATTEMPT)
    fakes.groups.groups[ATTEMPT.group] = kept
    container_groups.confirm_gone(app, ATTEMPT)
    assert full.admit("next", DEPLOYMENT, fakes.clock.now()) is not None

    fakes.groups.groups.clear()
    container_groups.confirm_gone(app, ATTEMPT)
    fakes.clock.pass_seconds(20)
    assert full.admit("next", DEPLOYMENT, fakes.clock.now()) is None


@pytest.mark.parametrize("is_known", [True, False])
def test_a_slot_of_a_scan_that_died_before_its_group_could_exist_comes_back(
    is_known: bool,
) -> None:
    """By then the ledger would know its group; one that it knows is left to the reaper."""
    app, fakes = running()
    app = replace(app, admission=Admission(FakeTable(), slots=1))
    app.admission.admit("qscanner-dead", DEPLOYMENT, fakes.clock.now())
    if is_known:
        app.admission.free("qscanner-dead")
        app.admission.admit(ATTEMPT.group, DEPLOYMENT, fakes.clock.now())
        assert app.ledger.state_of(ATTEMPT.group) is GroupEntry.CREATED
    fakes.clock.pass_seconds(599)
    other = type(ATTEMPT)("s1", ATTEMPT.image, 2, "qscanner-nginx-2")
    assert admission.admit(app, other, DEPLOYMENT)["waitSeconds"]
    fakes.clock.pass_seconds(timedelta(minutes=1).total_seconds())

    waits = admission.admit(app, other, DEPLOYMENT)["waitSeconds"]

    assert bool(waits) is is_known


def test_a_cancelled_scan_leaves_the_queue() -> None:
    """It neither gets a slot nor keeps others from one."""
    app, fakes = running()
    app = replace(app, admission=Admission(FakeTable(), slots=1))
    app.admission.admit("qscanner-holder", DEPLOYMENT, fakes.clock.now())
    assert admission.admit(app, ATTEMPT, DEPLOYMENT)["waitSeconds"]
    cancel(app)

    assert admission.admit(app, ATTEMPT, DEPLOYMENT)["outcome"]["status"] == "cancelled"
    app.admission.free("qscanner-holder")
    assert app.admission.admit("qscanner-next", DEPLOYMENT, fakes.clock.now()) is None
