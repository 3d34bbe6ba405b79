"""`python -m tests.simulation --seed N` or `--runs N`: see `make simulate`."""

import argparse
import gc
import multiprocessing
import sys
import time
from collections.abc import Iterator

from tests.simulation.functions import load_app
from tests.simulation.report import Result, coverage, run_seed, summary, table

PROCESSES = 2
OBJECTS_UNTIL_COLLECTED = 50_000  # as the local host does: replays make thousands that die young
SEEDS_A_PROCESS = 250


def main() -> int:
    """Exit with 1 where an invariant was broken."""
    parser = argparse.ArgumentParser(prog="make simulate")
    parser.add_argument("--seed", type=int, help="one seed, with everything that happened")
    parser.add_argument("--runs", type=int, default=100, help="so many seeds")
    parser.add_argument("--start", type=int, default=1, help="the first of them")
    options = parser.parse_args()
    if options.seed is not None:
        return _one(options.seed)
    return _many(range(options.start, options.start + options.runs))


def _one(seed: int) -> int:
    result = run_seed(seed)
    print(result.trace)
    print(f"\nseed {seed}: {result.requests} requests, trace {result.digest}")
    for (kind, phase), count in sorted(result.hits.items()):
        print(f"  {count} x {kind} while {phase}")
    return _tell(result)


def _many(seeds: range) -> int:
    began, results = time.monotonic(), []
    for result in _results(seeds):
        results.append(result)
        _tell(result)
    print("\n".join(table(coverage(results))))
    print("\n".join(summary(results, time.monotonic() - began)))
    return int(any(result.breaches for result in results))


def _results(seeds: range) -> Iterator[Result]:
    with multiprocessing.Pool(PROCESSES, _prepare, maxtasksperchild=SEEDS_A_PROCESS) as pool:
        yield from pool.imap_unordered(_without_trace, seeds)


def _prepare() -> None:
    load_app()
    gc.freeze()
    gc.set_threshold(OBJECTS_UNTIL_COLLECTED)


def _without_trace(seed: int) -> Result:
    """A trace is asked for by its seed."""
    result = run_seed(seed)
    vars(result)["trace"] = ""
    return result


def _tell(result: Result) -> int:
    for breach in result.breaches:
        print(f"seed {result.seed}  {breach}", flush=True)
    return int(bool(result.breaches))


sys.exit(main())
