"""A broken engine for every rule, each with a row that notices."""

from tests.local_host.rules.mutants import asking, living, refusing, waiting

CASES = [*waiting.CASES, *living.CASES, *asking.CASES, *refusing.CASES]
