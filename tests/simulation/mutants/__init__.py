"""Broken variants of the app, each of which the checker has to see: so the simulation bites.

One module per invariant of design. A mutant stands in for one function or value of the real app;
the plan in which it shows stands with it, so that it shows whatever else the seeds come to hold.
"""

from tests.simulation.mutants import (
    at_once,
    costs,
    falsely_clean,
    left_behind,
    lost,
    own_trigger,
    rescanned,
    told,
)
from tests.simulation.mutants.mutant import CRUDE, MUTANTS, SUBTLE, Mutant

__all__ = [
    "CRUDE", "MUTANTS", "SUBTLE", "Mutant", "at_once", "costs", "falsely_clean", "left_behind",
    "lost", "own_trigger", "rescanned", "told",
]  # fmt: skip
