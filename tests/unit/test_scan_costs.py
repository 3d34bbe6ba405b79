"""What the record of a scan says it cost, by the steps that look at its container groups."""

from dataclasses import replace

import pytest

from activities import container_groups, left_behind, results
from imagescan.bootstrap import App
from imagescan.cost import UnitPrices
from imagescan.errors import TransientError
from imagescan.ports import GroupState
from imagescan.records.ledger import GroupEntry
from imagescan.scan.outcome import Outcome
from imagescan.scan.reasons import ReasonCode
from imagescan.scan.status import Status, Verdict
from tests.fakes.app import Fakes, fake_app
from tests.fakes.azure import FakeContainerGroups
from tests.unit.test_cost import NOW, at, group, ran, used
from tests.unit.test_left_behind import FIRST, GROUP, attempt, record_of, scanning


class Unreadable(FakeContainerGroups):
    """Groups that can be deleted and not read."""

    def get(self, name: str) -> GroupState | None:
        raise TransientError(f"No answer about {name}.")


COMPLETED = Outcome(Status.COMPLETED, Verdict.CLEAN, counts={"total": 0})
ENDED = COMPLETED.with_attempt(1, GROUP, "confirmed")


def show(fakes: Fakes, seen: GroupState) -> None:
    """What a look at the group shows from now on."""
    fakes.groups.groups[GROUP] = replace(seen, name=GROUP)


def remove(app: App, fakes: Fakes, deleted: float, gone: float) -> None:
    """Delete the group and see it gone, at these seconds."""
    fakes.clock.moment = at(deleted)
    container_groups.delete(app, FIRST)
    fakes.clock.moment = at(gone)
    assert container_groups.confirm_gone(app, FIRST)


def cost_of(app: App) -> tuple[float | None, float | None]:
    """As the API shows it."""
    told = record_of(app).to_wire()
    return told["runningSeconds"], told["costUsd"]


@pytest.mark.parametrize(
    "outcome",
    [
        COMPLETED,
        Outcome.failed(ReasonCode.SCANNER_CRASHED),
        Outcome.failed(ReasonCode.TIMED_OUT),
        Outcome.failed(ReasonCode.CANCELLED),
    ],
    ids=lambda outcome: outcome.status.value,
)
def test_however_a_scan_ends_its_record_tells_what_it_cost(outcome: Outcome) -> None:
    """The courier ran from the pull at 0 s to the deletion at 100 s; Azure bills failures too."""
    app, fakes = scanning()
    show(fakes, group(ran(5, 60), ran(6), pulling=0))
    remove(app, fakes, deleted=100, gone=130)

    results.record(app, "s1", outcome.with_attempt(1, GROUP, "confirmed"))

    assert cost_of(app) == (100.0, 0.002746)


def test_a_group_that_stopped_before_its_deletion_is_paid_for_until_then() -> None:
    """By Azure's time, and not by when somebody looked."""
    app, fakes = scanning()
    show(fakes, group(ran(5, 60), ran(6, 80), pulling=0))
    remove(app, fakes, deleted=300, gone=330)

    results.record(app, "s1", ENDED)

    assert cost_of(app)[0] == 80.0


def test_a_group_that_azure_says_runs_after_its_deletion_was_taken_is_paid_for_so_long() -> None:
    """Deletions take up to 90 seconds, and some do not take at all."""
    app, fakes = scanning()
    show(fakes, group(ran(0, 60), ran(0)))
    fakes.groups.immortal.add(GROUP)
    fakes.clock.moment = at(100)
    container_groups.delete(app, FIRST)
    fakes.clock.moment = at(160)
    assert not container_groups.confirm_gone(app, FIRST)
    fakes.groups.immortal.clear()
    remove(app, fakes, deleted=170, gone=190)

    results.record(app, "s1", ENDED)

    assert cost_of(app)[0] == 170.0


def test_the_end_that_azure_tells_after_the_deletion_counts() -> None:
    """Its containers were killed before the app heard that the deletion was taken."""
    app, fakes = scanning()
    show(fakes, group(ran(0, 60), ran(0)))
    fakes.groups.immortal.add(GROUP)
    fakes.clock.moment = at(100)
    container_groups.delete(app, FIRST)
    show(fakes, group(ran(0, 60), ran(0, 98)))
    assert not container_groups.confirm_gone(app, FIRST)
    fakes.groups.groups.clear()
    assert container_groups.confirm_gone(app, FIRST)

    results.record(app, "s1", ENDED)

    assert cost_of(app)[0] == 98.0


def test_a_group_that_was_put_anew_goes_on_with_its_bill() -> None:
    """The reaper does that to what outlived its deletion."""
    app, fakes = scanning()
    show(fakes, group(ran(0, 60), ran(0)))
    fakes.groups.immortal.add(GROUP)
    container_groups.delete(app, FIRST)
    show(fakes, group(ran(400, 401), ran(400, 402)))
    assert not container_groups.confirm_gone(app, FIRST)
    fakes.groups.immortal.clear()
    remove(app, fakes, deleted=420, gone=430)

    results.record(app, "s1", ENDED)

    assert cost_of(app)[0] == 402.0


def test_a_view_that_tells_nothing_takes_nothing_back() -> None:
    """Of a group that is being deleted Azure may tell no containers any more."""
    app, fakes = scanning()
    show(fakes, group(ran(0, 60), ran(0, 70)))
    fakes.groups.immortal.add(GROUP)
    container_groups.delete(app, FIRST)
    show(fakes, GroupState(GROUP, "Deleting"))
    assert not container_groups.confirm_gone(app, FIRST)
    fakes.groups.immortal.clear()
    remove(app, fakes, deleted=170, gone=190)

    results.record(app, "s1", ENDED)

    assert cost_of(app)[0] == 70.0


def test_groups_of_all_attempts_are_added_up() -> None:
    """A retry in a new group is paid for as well."""
    app, _ = scanning()
    for number in (1, 2):
        app.ledger.intend(attempt(number), NOW)
        app.ledger.note_usage(attempt(number).group, used(0, 30 * number))
        app.ledger.note(attempt(number).group, GroupEntry.GONE, at(100))

    results.record(app, "s1", COMPLETED.with_attempt(2, attempt(2).group, "confirmed"))

    assert cost_of(app)[0] == 90.0


def test_the_prices_are_those_of_the_settings() -> None:
    """Another region, another contract."""
    app, fakes = scanning()
    prices = UnitPrices(vcpu_second_usd=0.5, gb_second_usd=0.25)
    app = replace(app, settings=replace(app.settings, unit_prices=prices))
    show(fakes, group(ran(0, 8), ran(0, 10)))
    remove(app, fakes, deleted=20, gone=21)

    results.record(app, "s1", ENDED)

    assert cost_of(app)[1] == 10 * (2 * 0.5 + 4 * 0.25)


def test_what_azure_never_told_is_unknown_and_not_nothing() -> None:
    """Somebody else deleted the group, or it was refused, or the ledger does not know it."""
    app, fakes = scanning()
    fakes.groups.groups.clear()
    remove(app, fakes, deleted=20, gone=21)
    results.record(app, "s1", ENDED)
    assert cost_of(app) == (None, None)

    app, _ = fake_app()
    app.scans.open(record_of(scanning()[0]))
    results.record(app, "s1", ENDED)
    assert cost_of(app) == (None, None)


def test_a_scan_that_had_no_container_group_cost_nothing() -> None:
    """It joined another one, which is billed for itself."""
    app, _ = fake_app()
    app.scans.open(record_of(scanning()[0]))

    results.record(app, "s1", Outcome(Status.SKIPPED, joined_scan_id="s0"))

    assert cost_of(app) == (0.0, 0.0)


def test_while_the_group_may_be_there_the_cost_is_unknown_and_the_reaper_fills_it_in() -> None:
    """It goes on costing."""
    app, fakes = scanning()
    show(fakes, group(ran(0, 60), ran(0)))
    fakes.groups.immortal.add(GROUP)
    container_groups.delete(app, FIRST)
    results.record(app, "s1", COMPLETED.with_attempt(1, GROUP, "pending"))
    assert cost_of(app) == (None, None)
    fakes.groups.immortal.clear()
    remove(app, fakes, deleted=500, gone=520)

    left_behind.end(app, "s1", app.clock.now())

    assert cost_of(app)[0] == 500.0


def test_a_bill_is_not_forgotten_when_the_end_is_recorded_once_more() -> None:
    """Steps run at least once."""
    app, fakes = scanning()
    show(fakes, group(ran(0, 60), ran(0, 70)))
    remove(app, fakes, deleted=100, gone=101)
    for _ in range(2):
        results.record(app, "s1", ENDED)

    assert cost_of(app)[0] == 70.0


def test_a_look_that_breaks_delays_no_deletion() -> None:
    """The price is lost, and the group is not left behind."""
    app, _ = scanning()
    app = replace(app, groups=Unreadable())

    assert container_groups.delete(app, FIRST) is None

    assert app.ledger.state_of(GROUP) is GroupEntry.DELETED


def test_a_group_that_is_put_anew_is_paid_from_its_first_run_on() -> None:
    """Nobody could look at it before; found by the simulation."""
    app, fakes = scanning()
    show(fakes, group(ran(5, 60), ran(6, 200), pulling=0))
    left_behind.revive(app, FIRST)
    show(fakes, group(ran(905), ran(906), pulling=900))
    remove(app, fakes, deleted=930, gone=940)

    results.record(app, "s1", ENDED)

    assert cost_of(app)[0] == 930.0
