"""Broken variants that tell another price than what ran: it is the bill of what was left behind."""

from collections.abc import Sequence
from typing import Any

from imagescan.cost import UNKNOWN, Bill
from tests.simulation.checker import costs
from tests.simulation.endings import not_ready
from tests.simulation.mutants.mutant import CRUDE, SUBTLE, mutant
from tests.simulation.mutants.plans import ONE_SCAN, VULNERABLE, ask, takes, world


@mutant(
    "imagescan.bootstrap.App.bill_of",
    invariant=2, kind=SUBTLE, seen_by=costs.a_scan_costs_what_its_groups_ran,
    plan=world(ask(10, VULNERABLE), ending=takes(30, not_ready)),
)  # fmt: skip
def only_the_last_group_is_paid(real: Any, app: Any, entries: Sequence[Any]) -> Any:
    return real(app, entries[-1:])


@mutant(
    "imagescan.cost.second_usd",
    invariant=2, kind=CRUDE, seen_by=costs.seconds_have_their_price, plan=ONE_SCAN,
)  # fmt: skip
def memory_costs_nothing(real: Any, cpu: float, _: float, prices: Any) -> Any:
    return real(cpu, 0, prices)


@mutant(
    "activities.results._bill",
    invariant=2, kind=CRUDE, seen_by=costs.where_nothing_goes_wrong_every_price_is_known,
    plan=ONE_SCAN,
)  # fmt: skip
def no_price_is_known(*_: Any) -> Bill:
    return UNKNOWN
