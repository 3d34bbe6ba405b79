"""What one sweep does, and whom the next one looks at."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from imagescan.reaping.fate import Circumstances, Sighting
from imagescan.reaping.plan import MOST_PER_SWEEP, LeftBehind, Plan, plan_sweep
from imagescan.reaping.turn import (
    LOOKS_PER_LIST,
    OpenList,
    Suspect,
    Turn,
    hand_over,
    next_turn,
)
from imagescan.records.ledger import GroupEntry, LedgerEntry
from imagescan.scan.request import Attempt

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
AN_HOUR_AGO = NOW - timedelta(hours=1)


def sighting(scan_id: str, group: str, intended_at: datetime = AN_HOUR_AGO) -> Sighting:
    attempt = Attempt(scan_id, "docker.io/library/nginx:1.27", 1, group)
    return Sighting(group, LedgerEntry(attempt, GroupEntry.INTENDED, 60, intended_at), False)


def plan(*sightings: Sighting, abandoned: list[str]) -> Plan:
    return plan_sweep(sightings, Circumstances(NOW, abandoned, NOW))


def test_the_groups_of_a_scan_go_together_and_end_it() -> None:
    """Groups of scans that go on stay, and are counted."""
    done = plan(sighting("a", "a1"), sighting("a", "a2"), sighting("b", "b1"), abandoned=["a"])

    assert done.left_behind == [LeftBehind("a", ["a1", "a2"], ends_scan=True)]
    assert sum(done.left_alone.values()) == 1


def test_an_abandoned_scan_without_a_group_is_ended_too() -> None:
    """It waited for its claim, or was never begun."""
    assert plan(abandoned=["a"]).left_behind == [LeftBehind("a", [], ends_scan=True)]


def test_a_scan_whose_create_may_be_under_way_is_not_ended_yet() -> None:
    """Another scan of the image would run beside the group that comes; its older groups go."""
    young = sighting("a", "a2", NOW)

    assert plan(young, abandoned=["a"]).left_behind == []
    both = plan(sighting("a", "a1"), young, abandoned=["a"])
    assert both.left_behind == [LeftBehind("a", ["a1"], ends_scan=False)]


def test_what_the_ledger_does_not_know_is_told_and_left_alone() -> None:
    """However it is named."""
    done = plan(Sighting("qscanner-mine", None, is_listed=True), abandoned=[])

    assert done.unknown == ["qscanner-mine"]
    assert done.left_behind == []


def test_a_sweep_takes_whole_scans_and_fits_into_the_history() -> None:
    """At most 8 KB cross the orchestrator, with ids and names as long as they get."""
    ids = [f"{number:036d}" for number in range(100)]
    sightings = [sighting(one, f"{one:q>56}") for one in ids]

    done = plan(*sightings, abandoned=ids)

    assert [left.scan_id for left in done.left_behind] == ids[:MOST_PER_SWEEP]
    assert len(json.dumps([left.to_dict() for left in done.left_behind])) < 7000


def suspects(open_list: OpenList, *scan_ids: str) -> list[Suspect]:
    return [Suspect(open_list, f"at-{scan_id}", scan_id) for scan_id in scan_ids]


def test_a_scan_on_both_lists_is_handed_over_once() -> None:
    """And the others not at all."""
    seen = suspects(OpenList.GROUPS, "a", "b") + suspects(OpenList.SCANS, "b", "c")

    handed, _ = hand_over(Turn(NOW), seen, {"b", "c"})

    assert handed == ["b", "c"]


def test_lists_that_were_seen_to_their_ends_start_over() -> None:
    """So everything that is open is looked at again and again."""
    before = Turn(NOW, {OpenList.GROUPS: "x", OpenList.SCANS: "y"})

    _, after = hand_over(before, suspects(OpenList.GROUPS, "a"), {"a"})

    assert after == Turn(NOW)


def test_a_long_list_goes_on_where_it_stopped() -> None:
    """Living scans at its start do not hide the dead ones after them."""
    seen = suspects(OpenList.SCANS, *(f"{number:03d}" for number in range(LOOKS_PER_LIST)))

    _, after = hand_over(Turn(NOW), seen, set())

    assert after.after == {OpenList.SCANS: f"at-{LOOKS_PER_LIST - 1:03d}"}


def test_more_than_one_sweep_takes_are_left_for_the_next_one() -> None:
    """It goes on with the first that was not handed over."""
    ids = [f"{number:03d}" for number in range(MOST_PER_SWEEP + 5)]
    seen = suspects(OpenList.GROUPS, *ids) + suspects(OpenList.SCANS, *ids)

    handed, after = hand_over(Turn(NOW), seen, set(ids))

    assert handed == ids[:MOST_PER_SWEEP]
    assert after.after == {OpenList.GROUPS: f"at-{MOST_PER_SWEEP - 1:03d}"}


def test_a_turn_comes_back_from_an_output_as_it_went_in() -> None:
    """It is JSON in between."""
    turn = Turn(AN_HOUR_AGO, {OpenList.SCANS: "key"})
    output = json.loads(json.dumps({"turn": turn.to_dict()}))

    assert next_turn(output, NOW - timedelta(minutes=5), NOW) == turn


@pytest.mark.parametrize("ended_at", [None, NOW - timedelta(minutes=13)])
def test_after_an_outage_the_app_counts_as_up_from_now(ended_at: datetime | None) -> None:
    """The place in the lists is kept."""
    output = {"turn": Turn(AN_HOUR_AGO, {OpenList.SCANS: "key"}).to_dict()}

    assert next_turn(output, ended_at, NOW) == Turn(NOW, {OpenList.SCANS: "key"})


@pytest.mark.parametrize(
    "output", [None, "It hung.", {}, {"turn": None}, {"turn": {"upSince": "x", "after": {}}},
               {"turn": {"upSince": NOW.isoformat(), "after": {"others": "x"}}}],
)  # fmt: skip
def test_an_output_that_is_not_understood_starts_over(output: object) -> None:
    """A sweep that was terminated has left a reason and no turn."""
    assert next_turn(output, NOW - timedelta(minutes=5), NOW) == Turn(NOW)
