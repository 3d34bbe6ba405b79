"""A broken variant of the app: one part of it stands in for the real one while a plan runs."""

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from tests.simulation.checker import Check
from tests.simulation.plan import Plan

CRUDE, SUBTLE = "crude", "subtle"
# Takes the real function and what it is called with.
Broken = Callable[..., Any]


@dataclass(frozen=True)
class Mutant:
    """What is broken (`places`: name to replacement), and which check has to see it in `plan`."""

    name: str
    invariant: int
    kind: str
    seen_by: Check
    plan: Plan
    places: Mapping[str, Callable[[Any], Any]]

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The app is broken meanwhile."""
        with ExitStack() as stack:
            for place, replacement in self.places.items():
                where, _, name = place.rpartition(".")
                owner = pkgutil.resolve_name(where)
                real = getattr(owner, name)
                stack.enter_context(patch.object(owner, name, replacement(real)))
            yield


MUTANTS: list[Mutant] = []


def mutant(
    *places: str, invariant: int, kind: str, seen_by: Check, plan: Plan
) -> Callable[[Broken], Broken]:
    """The decorated function stands in for each of the places; it is given the real one first."""

    def add(broken: Broken) -> Broken:
        def replacement(real: Any) -> Any:
            return lambda *args, **more: broken(real, *args, **more)

        where = dict.fromkeys(places, replacement)
        MUTANTS.append(Mutant(broken.__name__, invariant, kind, seen_by, plan, where))
        return broken

    return add


def mutant_value(
    *places: str, invariant: int, kind: str, seen_by: Check, plan: Plan
) -> Callable[[Broken], Broken]:
    """What the decorated function makes of the real value stands in for it."""

    def add(broken: Broken) -> Broken:
        where = dict.fromkeys(places, broken)
        MUTANTS.append(Mutant(broken.__name__, invariant, kind, seen_by, plan, where))
        return broken

    return add
