"""One seed from plan to verdict, as a plain value; and what many of them come to."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.simulation.checker import check
from tests.simulation.checker.evidence import gather
from tests.simulation.faults import PAIRS
from tests.simulation.phases import Phase
from tests.simulation.plan import Plan, plan_of
from tests.simulation.simulation import Simulation

Hits = Counter[tuple[str, Phase]]
# How often each pair of fault and phase should be met, in so many seeds.
WANTED_HITS, WANTED_IN_SEEDS = 20, 2000


@dataclass(frozen=True)
class Result:
    """How a seed went."""

    seed: int
    breaches: tuple[str, ...]
    requests: int
    crashes: int
    hits: Hits
    cpu_seconds: float
    virtual_hours: float
    digest: str
    trace: str = field(repr=False)

    @property
    def faults(self) -> int:
        """How many strikes had their effect, crashes not counted."""
        hits = (count for (name, _), count in self.hits.items() if not _is_crash(name))
        return sum(hits)


def _is_crash(name: str) -> bool:
    return name.startswith(("crash", "long outage"))


def run_seed(seed: int) -> Result:
    """Simulate the plan of a seed and check what came of it."""
    return run_plan(plan_of(seed))


def run_plan(plan: Plan) -> Result:
    """Simulate a plan and check what came of it."""
    began = time.process_time()
    run = Simulation(plan)
    run.run()
    breaches = tuple(str(breach) for breach in check(gather(run)))
    return Result(
        seed=plan.seed,
        breaches=breaches,
        requests=len(run.users.promised) + len(run.users.resources),
        crashes=run.host.crashes,
        hits=run.faults.hits,
        cpu_seconds=time.process_time() - began,
        virtual_hours=run.schedule.seconds / 3600,
        digest=run.trace.digest(),
        trace=run.trace.text(),
    )


def coverage(results: Iterable[Result]) -> Hits:
    """How often each kind of fault met each phase."""
    total: Hits = Counter({(kind.name, phase): 0 for kind, phase in PAIRS})
    for result in results:
        total.update(result.hits)
    return total


def table(hits: Hits) -> Iterator[str]:
    """A row for each kind of fault, a column for each phase; `-` where it cannot be."""
    kinds = list(dict.fromkeys(name for name, _ in hits))
    width = max(len(kind) for kind in kinds)
    yield " ".join([" " * width, *(f"{phase[:8]:>8}" for phase in Phase)])
    for kind in kinds:
        cells = (str(hits.get((kind, phase), "-")) for phase in Phase)
        yield " ".join([kind.ljust(width), *(f"{cell:>8}" for cell in cells)])


def summary(results: Sequence[Result], seconds: float) -> Iterator[str]:
    """A few lines about all of them."""
    failed = [result.seed for result in results if result.breaches]
    hits = coverage(results)
    fewest = min(hits.items(), key=lambda item: item[1])
    hours = sum(result.virtual_hours for result in results)
    yield f"{len(results)} seeds in {seconds:.0f} s: {len(results) / seconds:.2f} a second,"
    yield f"  {median(one.cpu_seconds for one in results):.2f} s of CPU in the median"
    yield f"  {hours:.0f} virtual hours"
    yield (
        f"  the median seed: {median(one.requests for one in results):g} requests, "
        f"{median(one.faults for one in results):g} faults, "
        f"{median(one.crashes for one in results):g} crashes"
    )
    wanted = WANTED_HITS * len(results) / WANTED_IN_SEEDS
    rare = sum(count < wanted for count in hits.values())
    yield f"  {len(hits)} pairs of fault and phase, the rarest {fewest[1]} times: {fewest[0]}"
    yield f"  {rare} pairs were met less than {wanted:g} times"
    yield f"  failed: {len(failed)} {failed[:50]}"
