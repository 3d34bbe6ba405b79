"""A sweep of the reaper, replayed through the SDK's own executor."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagescan import function_names as names
from imagescan.reaping.plan import MOST_PER_SWEEP
from tests.replay.harness import World
from tests.replay.scans import Step, always, in_turn, world

SWEEP = {
    "abandoned": ["s1"],
    "turn": {"upSince": "2026-01-01T00:00:00+00:00", "after": {"scans": "next"}},
    "before": {"upSince": "2026-01-01T00:00:00+00:00", "after": {"scans": "this"}},
}
START = datetime(2026, 1, 1, tzinfo=UTC)
SWEEPS_EVERY = timedelta(minutes=5)


def left(scan_id: str, *groups: str, ends: bool = True) -> dict[str, Any]:
    return {"scanId": scan_id, "groups": list(groups), "endsScan": ends}


def found(*left_behind: dict[str, Any], unknown: int = 0) -> Step:
    return always({"stopped": None, "leftBehind": list(left_behind), "unknown": unknown})


def taken(*, stubborn: bool = False) -> Step:
    def take(step: Any) -> Any:
        group = step["group"]
        attempt = {"scan_id": "s1", "image": "a.io/b:1", "number": 2, "group": group}
        return {"attempt": attempt, "isStubborn": stubborn}

    return take


def sweeping(**changed: Step) -> World:
    steps: dict[str, Step] = {
        names.FIND_LEFT_BEHIND: found(left("s1", "g1")),
        names.TAKE_OVER_CONTAINER_GROUP: taken(),
        names.REVIVE_CONTAINER_GROUP: always({}),
        names.END_ABANDONED_SCAN: always({"isNews": True}),
    }
    return world(**(steps | changed))


def test_a_sweep_finds_takes_over_deletes_confirms_and_ends() -> None:
    """Fenced before anything is deleted, ended after it is gone, told last."""
    happened = sweeping()

    run = happened.run(names.REAP_CONTAINER_GROUPS, SWEEP)

    assert happened.names() == [
        names.FIND_LEFT_BEHIND,
        names.TAKE_OVER_CONTAINER_GROUP,
        names.DELETE_CONTAINER_GROUP,
        names.CONFIRM_CONTAINER_GROUP_GONE,
        names.END_ABANDONED_SCAN,
        names.NOTIFY,
    ]
    assert run.output == {
        "stopped": None, "unknown": 0, "scans": 1, "pending": 0, "turn": SWEEP["turn"],
    }  # fmt: skip


def test_the_reaper_deletes_as_the_attempt_after_the_dead_one() -> None:
    """So its steps renew no claim of the dead scan as that scan's own would."""
    happened = sweeping()

    happened.run(names.REAP_CONTAINER_GROUPS, SWEEP)

    deletes = [data for name, data in happened.calls if name == names.DELETE_CONTAINER_GROUP]
    assert [one["number"] for one in deletes] == [2]


@pytest.mark.parametrize(
    "find",
    [
        always({"stopped": "Azure refused.", "leftBehind": [], "unknown": 0}),
        always(RuntimeError("no answer")),
    ],
)
def test_groups_that_cannot_be_listed_stop_the_sweep_and_leave_the_turn(find: Step) -> None:
    """No deletes on a part of the picture; the next sweep takes up the same scans."""
    happened = sweeping(find_left_behind=find)

    run = happened.run(names.REAP_CONTAINER_GROUPS, SWEEP)

    assert set(happened.names()) == {names.FIND_LEFT_BEHIND}
    assert run.output["stopped"]
    assert run.output["turn"] == SWEEP["before"]


def test_a_scan_without_a_group_is_ended_and_one_that_goes_on_is_not() -> None:
    """A group may go without its scan."""
    both = found(left("s1"), left("s2", "g2", ends=False))
    happened = sweeping(find_left_behind=both)

    happened.run(names.REAP_CONTAINER_GROUPS, SWEEP)

    ended = [data["scanId"] for name, data in happened.calls if name == names.END_ABANDONED_SCAN]
    deleted = [
        data["group"] for name, data in happened.calls if name == names.DELETE_CONTAINER_GROUP
    ]
    assert (ended, deleted) == (["s1"], ["g2"])


def test_an_end_that_is_no_news_is_not_told() -> None:
    """A later sweep over the same scan."""
    happened = sweeping(end_abandoned_scan=always({"isNews": False}))

    happened.run(names.REAP_CONTAINER_GROUPS, SWEEP)

    assert names.NOTIFY not in happened.names()


def test_a_group_that_stays_is_left_to_the_next_sweep_in_time_and_its_scan_is_ended() -> None:
    """A sweep that took longer would hold up everybody else's."""
    happened = sweeping(confirm_container_group_gone=always({"isGone": False}))

    run = happened.run(names.REAP_CONTAINER_GROUPS, SWEEP)

    assert run.output["pending"] == 1
    assert names.END_ABANDONED_SCAN in happened.names()
    assert run.now - START < SWEEPS_EVERY


def test_a_stubborn_group_is_revived_and_deleted_in_time_for_the_next_sweep() -> None:
    """What was put anew has a while to take the place of the old one."""
    happened = sweeping(
        take_over_container_group=taken(stubborn=True),
        confirm_container_group_gone=always({"isGone": False}),
    )

    run = happened.run(names.REAP_CONTAINER_GROUPS, SWEEP)

    called = happened.names()
    assert called.index(names.REVIVE_CONTAINER_GROUP) < called.index(names.DELETE_CONTAINER_GROUP)
    assert happened.waits_seconds[0] == 30
    assert run.now - START < SWEEPS_EVERY


def test_a_group_that_does_not_let_itself_be_revived_is_deleted_all_the_same() -> None:
    """The remedy helps; nothing rests on it."""
    happened = sweeping(
        take_over_container_group=taken(stubborn=True),
        revive_container_group=always(RuntimeError("no ARM")),
    )

    run = happened.run(names.REAP_CONTAINER_GROUPS, SWEEP)

    assert names.DELETE_CONTAINER_GROUP in happened.names()
    assert run.output["pending"] == 0


def test_a_removal_that_an_outage_interrupted_looks_once_more_before_it_gives_up() -> None:
    """The group went while nobody looked."""
    attempt = taken()({"group": "g"})["attempt"]
    away = {"attempt": attempt, "since": (START - timedelta(hours=3)).isoformat()}

    gone = sweeping().run(names.REMOVE_CONTAINER_GROUP, away)
    there = sweeping(confirm_container_group_gone=always({"isGone": False})).run(
        names.REMOVE_CONTAINER_GROUP, away
    )

    assert gone.output == {"cleanup": "confirmed"}
    assert there.output == {"cleanup": "pending"}


def test_a_deletion_that_azure_would_count_once_too_often_waits_for_the_next_sweep() -> None:
    """The gate of the region may be closed for longer than a sweep lasts."""
    happened = sweeping(delete_container_group=always({"waitSeconds": 300}))

    run = happened.run(names.REAP_CONTAINER_GROUPS, SWEEP)

    assert run.output["pending"] == 1
    assert happened.waits_seconds == []


def test_one_scan_whose_removal_breaks_does_not_abandon_the_others() -> None:
    """It is pending, and the others are gone."""
    many = found(*(left(f"s{number}", f"g{number}") for number in range(3)))
    broken = in_turn([RuntimeError("no storage")] * 5 + [taken()({"group": "g"})])
    happened = sweeping(find_left_behind=many, take_over_container_group=broken)

    run = happened.run(names.REAP_CONTAINER_GROUPS, SWEEP)

    assert (run.output["scans"], run.output["pending"]) == (3, 1)
    assert happened.names().count(names.CONFIRM_CONTAINER_GROUP_GONE) == 2


def test_the_largest_sweep_keeps_its_history_short() -> None:
    """Every episode replays all of it."""
    ids = [f"{number:036d}" for number in range(MOST_PER_SWEEP)]
    happened = sweeping(find_left_behind=found(*(left(one, f"{one:q>56}") for one in ids)))

    run = happened.run(names.REAP_CONTAINER_GROUPS, SWEEP | {"abandoned": ids})

    assert run.output["scans"] == MOST_PER_SWEEP
    assert happened.longest_history < 250


_LOOKS = [{"isGone": True}, {"isGone": False}, RuntimeError("transient")]
_DELETES = [{"waitSeconds": None}, {"waitSeconds": 60}, RuntimeError("no ARM")]


@settings(max_examples=40, deadline=None)
@given(
    looks=st.lists(st.sampled_from(_LOOKS), min_size=1, max_size=8),
    deletes=st.lists(st.sampled_from(_DELETES), min_size=1, max_size=6),
    stubborn=st.booleans(),
)
def test_whatever_happens_a_sweep_ends_and_no_scan_is_ended_before_its_groups_were_seen_to(
    looks: list[Any], deletes: list[Any], *, stubborn: bool
) -> None:
    """Confirmed only where every group was seen gone."""
    happened = sweeping(
        find_left_behind=found(left("s1", "g1", "g2")),
        take_over_container_group=taken(stubborn=stubborn),
        confirm_container_group_gone=in_turn(looks),
        delete_container_group=in_turn(deletes),
    )

    run = happened.run(names.REAP_CONTAINER_GROUPS, SWEEP)

    assert run.error is None
    called = happened.names()
    assert called.count(names.END_ABANDONED_SCAN) == 1
    assert set(called[called.index(names.END_ABANDONED_SCAN) :]) <= {
        names.END_ABANDONED_SCAN, names.NOTIFY,
    }  # fmt: skip
    if all(look != {"isGone": True} for look in looks):
        assert run.output["pending"] == 1
