"""Says what was broken: from the emulator's books, the scanners' truth and HTTP replies alone.

One module per invariant of design; each is a list of functions from `Evidence` to sentences. Only
`secrets` looks further, at everything that is kept anywhere, for what must not be there.
"""

from collections.abc import Callable, Iterator

from tests.simulation.checker import claims, costs, groups, records, rescans, secrets, verdicts
from tests.simulation.checker.evidence import Breach, Evidence

Check = Callable[[Evidence], Iterator[str]]
CHECKS: tuple[Check, ...] = (
    *verdicts.CHECKS,
    *groups.CHECKS,
    *records.CHECKS,
    *claims.CHECKS,
    *rescans.CHECKS,
    *costs.CHECKS,
    *secrets.CHECKS,
)


def check(evidence: Evidence) -> list[Breach]:
    """Every breach of every invariant."""
    return [Breach(one.__name__, what) for one in CHECKS for what in one(evidence)]
