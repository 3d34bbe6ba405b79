"""The steps of the reaper on fakes: what they touch, what they leave, and that they repeat."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest

from activities import claims, container_groups, left_behind, results
from imagescan.bootstrap import App
from imagescan.container_group.body import build_body
from imagescan.container_group.name import group_name
from imagescan.errors import TransientError
from imagescan.ports import GroupState, Refusal
from imagescan.scan.decide import Phase
from imagescan.scan.record import ScanRecord
from imagescan.scan.request import Attempt, ScanRequest, Source
from tests.fakes.app import Fakes, fake_app
from tests.unit.environment import COMPLETE

IMAGE = "docker.io/library/nginx:1.27"


def attempt(number: int = 1, scan_id: str = "s1") -> Attempt:
    return Attempt(scan_id, IMAGE, number, group_name(scan_id, number, IMAGE))


FIRST, GROUP = attempt(), attempt().group


def request(app: App, scan_id: str = "s1") -> ScanRequest:
    return ScanRequest(scan_id, IMAGE, Source("request"), app.policy, force=True)


def scanning() -> tuple[App, Fakes]:
    """A scan whose group runs."""
    app, fakes = fake_app()
    assert claims.acquire(app, request(app), None)["isHeld"]
    app.ledger.intend(FIRST, app.clock.now(), app.policy.timeout_seconds)
    assert container_groups.create(app, FIRST)["refusal"] is None
    return app, fakes


def found(app: App, *abandoned: str) -> dict[str, Any]:
    return left_behind.find(app, abandoned, app.clock.now() - timedelta(days=1))


def record_of(app: App, scan_id: str = "s1") -> ScanRecord:
    record = app.scans.get(scan_id)
    assert record is not None
    return record


def removed(app: App) -> None:
    """The reaper's own way: taken over, deleted, seen gone."""
    mine = Attempt.from_dict(left_behind.take_over(app, GROUP)["attempt"])
    container_groups.delete(app, mine)
    assert container_groups.confirm_gone(app, mine)


def test_the_group_of_an_abandoned_scan_is_found_and_that_of_a_living_one_is_not() -> None:
    """By the ledger; the list only tells what is there."""
    app, _ = scanning()

    assert found(app)["leftBehind"] == []
    assert found(app, "s1")["leftBehind"] == [{"scanId": "s1", "groups": [GROUP], "endsScan": True}]


def test_a_list_that_is_refused_or_breaks_stops_the_sweep() -> None:
    """Nothing is deleted on a part of the picture (virtual-kubelet's sweeper went on)."""
    app, fakes = scanning()
    fakes.groups.listing = Refusal("AuthorizationFailed", "no", 403)

    stopped = found(app, "s1")

    assert "AuthorizationFailed" in stopped["stopped"]
    assert stopped["leftBehind"] == []
    fakes.groups.listing = TransientError("no answer")
    with pytest.raises(TransientError):
        found(app, "s1")


def test_groups_of_others_are_counted_and_named_in_the_log_and_never_left_behind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Without tags, with ours, with our name: the ledger does not know them."""
    app, fakes = fake_app()
    for name in ("web", "QScanner-mine"):
        fakes.groups.groups[name] = GroupState(name, "Succeeded")
    theirs = build_body(attempt(scan_id="theirs"), app.settings, app.clock.now())
    fakes.groups.create("qscanner-tagged", theirs)

    with caplog.at_level(logging.WARNING):
        seen = found(app)

    assert (seen["unknown"], seen["leftBehind"]) == (3, [])
    assert "3 unknown groups: qscanner-mine, qscanner-tagged, web" in caplog.text


def test_a_group_that_comes_back_after_it_was_seen_gone_goes_again() -> None:
    """A create that Azure applied late; its scan is not touched."""
    app, fakes = scanning()
    kept = fakes.groups.groups[GROUP]
    container_groups.delete(app, FIRST)
    assert container_groups.confirm_gone(app, FIRST)
    fakes.groups.groups[GROUP] = kept
    fakes.clock.pass_seconds(300)

    assert found(app)["leftBehind"] == [{"scanId": "s1", "groups": [GROUP], "endsScan": False}]


def test_an_overdue_group_goes_although_its_scan_seems_to_run() -> None:
    """A hung scanner is the reaper's job; an earlier attempt goes without its scan."""
    app, fakes = scanning()
    fakes.clock.pass_seconds(app.policy.timeout_seconds + 3601)

    assert found(app)["leftBehind"][0]["endsScan"] is True
    app.ledger.intend(attempt(2), app.clock.now())
    assert found(app)["leftBehind"] == [{"scanId": "s1", "groups": [GROUP], "endsScan": False}]


def test_taking_over_fences_the_dead_scan_and_lets_nobody_else_in() -> None:
    """Its steps come back late, and neither create nor look nor store; another scan waits."""
    app, fakes = scanning()

    left_behind.take_over(app, GROUP)

    assert container_groups.create(app, FIRST)["stopped"]
    assert container_groups.look(app, FIRST).phase is Phase.STOPPED
    assert results.store(app, FIRST) is not None
    assert not claims.acquire(app, request(app, "s2"), "s1")["isHeld"]
    assert fakes.groups.created == [GROUP]


def test_a_removal_keeps_the_claim_of_the_scan_however_long_it_takes() -> None:
    """Or the image would be scanned twice at once."""
    app, fakes = scanning()
    mine = Attempt.from_dict(left_behind.take_over(app, GROUP)["attempt"])
    for _ in range(4):
        fakes.clock.pass_seconds(300)
        container_groups.delete(app, mine)

    assert not claims.acquire(app, request(app, "s2"), "s1")["isHeld"]


def test_taking_over_does_not_disturb_a_scan_that_took_the_image_over() -> None:
    """Its claim is its own."""
    app, fakes = scanning()
    fakes.clock.pass_seconds(601)
    assert claims.acquire(app, request(app, "s2"), "s1")["isHeld"]

    left_behind.take_over(app, GROUP)

    second = attempt(1, "s2")
    app.ledger.intend(second, app.clock.now())
    assert container_groups.create(app, second)["stopped"] is None


def test_a_group_that_outlived_its_deletion_is_stubborn_and_revived_without_credentials() -> None:
    """What runs in its place does nothing, and the next deletion takes it away."""
    app, fakes = scanning()
    fakes.groups.immortal.add(GROUP)
    container_groups.delete(app, FIRST)
    assert not left_behind.take_over(app, GROUP)["isStubborn"]
    fakes.clock.pass_seconds(240)
    taken = left_behind.take_over(app, GROUP)
    assert taken["isStubborn"]

    left_behind.revive(app, Attempt.from_dict(taken["attempt"]))
    body = json.dumps(fakes.groups.bodies[GROUP])
    removed(app)

    assert '"command": ["true"]' in body
    assert COMPLETE["QUALYS_ACCESS_TOKEN"] not in body


def test_a_group_that_went_by_itself_is_not_revived_and_a_refusal_breaks_nothing() -> None:
    """Or the reaper would create what it removes."""
    app, fakes = scanning()
    fakes.groups.refusals = [Refusal("ContainerGroupTransitioning", "wait", 409)]
    left_behind.revive(app, FIRST)
    fakes.groups.delete(GROUP)

    left_behind.revive(app, FIRST)

    assert fakes.groups.groups == {}
