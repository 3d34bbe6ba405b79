"""The simulation itself: it repeats itself, knows every function, and finds a whole world whole."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from local.functions_host.app import Function
from local.system.lifecycle import ROOT
from tests.simulation.endings import report_written_on, whole
from tests.simulation.faults import PAIRS, Strike
from tests.simulation.functions import load_app
from tests.simulation.phases import NOT_YET, PHASE_OF, REQUESTS, Phase
from tests.simulation.plan import plan_of
from tests.simulation.report import coverage, run_plan, run_seed, table
from tests.simulation.simulation import Simulation


@pytest.mark.parametrize("seed", range(1, 7))
def test_where_nothing_goes_wrong_every_scan_completes_and_nothing_is_broken(seed: int) -> None:
    """Slow reports included; nobody dies, and what is deployed is scanned."""
    plan = replace(plan_of(seed), strikes=(), limits={}, weights={whole: 4, report_written_on: 1})

    result = run_plan(plan)

    assert result.breaches == ()
    assert result.crashes == 0
    assert "completed" in result.trace


def test_a_seed_repeats_itself_whatever_order_python_gives_to_sets() -> None:
    """A failing seed has to fail again, in another process and on another day."""
    code = "from tests.simulation.report import run_seed; print(run_seed(7).digest)"
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": number}, check=True,
            capture_output=True, text=True,
        ).stdout
        for number in ("1", "2")
    }  # fmt: skip

    assert digests == {f"{run_seed(7).digest}\n"}


def test_seeds_differ() -> None:
    assert run_seed(7).digest != run_seed(8).digest


def only_reads(function: Function) -> bool:
    methods = function.trigger.get("methods") or ()
    return [str(getattr(method, "value", method)) for method in methods] == ["GET"]


def test_every_function_of_the_app_has_its_phase() -> None:
    """Whoever adds a function says which part of a scan it serves; what only reads has none."""
    named = {
        one.name
        for one in load_app().functions.values()
        if one.kind != "orchestrationTrigger" and not only_reads(one)
    }

    assert named == set(PHASE_OF) | NOT_YET


def test_what_can_strike_is_what_the_functions_ask_for() -> None:
    """A request that is declared for a phase is made there, and no other is."""
    made: dict[Phase, set[str]] = {phase: set() for phase in Phase}
    plans = [plan_of(seed) for seed in range(1, 50)]
    of_rescans = [plan for plan in plans if plan.rescans]
    for plan in (*plans[:7], of_rescans[0]):
        run = Simulation(plan)
        run.run()
        for phase, request in run.requests.made:
            made[phase].add(request)

    assert all(made[phase] <= REQUESTS[phase] for phase in Phase)
    rare = {Phase.REAPING, Phase.INVENTORY, Phase.GATHERING}  # not in every handful of seeds
    usual = set(Phase) - rare
    assert all(made[phase] == REQUESTS[phase] for phase in usual)


def test_a_strike_hits_when_its_phase_comes_and_is_counted_once() -> None:
    """However often it repeats."""
    kind, phase = next(pair for pair in PAIRS if pair[0].name == "get: BadGateway")
    plan = replace(plan_of(3), strikes=(Strike(kind, phase, times=3),))

    result = run_plan(plan)

    assert result.hits == {(kind.name, phase): 1}
    assert result.trace.count("fault     get: BadGateway") == 3


def test_the_table_has_a_row_for_each_kind_and_a_column_for_each_phase() -> None:
    lines = list(table(coverage([run_seed(3)])))

    assert len(lines) == 1 + len({kind.name for kind, _ in PAIRS})
    assert all(len(line.split()[-len(Phase) :]) == len(Phase) for line in lines)
