"""The simulation bites: every broken variant of the app is seen, by the check that is there for it,
and the same plan on the app as it is breaks nothing."""

from dataclasses import replace
from functools import cache

import pytest

from tests.simulation.checker import CHECKS
from tests.simulation.mutants import CRUDE, MUTANTS, SUBTLE, Mutant
from tests.simulation.plan import Plan
from tests.simulation.report import Result, run_plan

# Seeds to draw from in a mutant's plan: what is to meet there may just miss each other in some.
SEEDS = range(1, 7)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: str(one.name))
def test_a_broken_app_is_seen_and_the_real_one_breaks_nothing(mutant: Mutant) -> None:
    """In the same world: every fault of the plan strikes there."""
    plan = next(plan for plan in plans(mutant) if is_seen(mutant, plan))
    result = unbroken(MUTANTS.index(mutant), plan.seed)

    assert result.breaches == ()
    assert len(result.hits) == len(plan.strikes)


def plans(mutant: Mutant) -> list[Plan]:
    return [replace(mutant.plan, seed=seed) for seed in SEEDS]


def is_seen(mutant: Mutant, plan: Plan) -> bool:
    with mutant.in_place():
        result = run_plan(plan)
    return mutant.seen_by.__name__ in {told.partition(":")[0] for told in result.breaches}


FIRST_WITH_PLAN = {id(mutant.plan): number for number, mutant in enumerate(MUTANTS)}


def unbroken(number: int, seed: int) -> Result:
    """Several mutants share a plan."""
    return _unbroken(FIRST_WITH_PLAN[id(MUTANTS[number].plan)], seed)


@cache
def _unbroken(number: int, seed: int) -> Result:
    return run_plan(replace(MUTANTS[number].plan, seed=seed))


def test_every_check_is_seen_to_fire() -> None:
    """A check that no broken app ever made fire proves nothing."""
    assert {mutant.seen_by for mutant in MUTANTS} == set(CHECKS)


@pytest.mark.parametrize("invariant", range(1, 7))
def test_every_invariant_has_a_crude_and_a_subtle_mutant(invariant: int) -> None:
    kinds = {mutant.kind for mutant in MUTANTS if mutant.invariant == invariant}

    assert kinds == {CRUDE, SUBTLE}
