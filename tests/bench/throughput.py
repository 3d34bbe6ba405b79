"""Orchestrations of three activities per second, beside durabletask's in-memory backend."""

from collections.abc import Callable
from importlib.metadata import version
from statistics import median

from tests.bench import engine, in_memory, over_http
from tests.bench.apart import apart
from tests.bench.tables import Section, tell

IN_MEMORY = f"durabletask {version('durabletask')} in memory"
WAYS: dict[str, Callable[[int], float]] = {
    IN_MEMORY: lambda n: apart(in_memory.rate, n),
    "engine, NORMAL": lambda n: apart(engine.rate, n, "normal", is_sdk_patched=False),
    "engine, NORMAL, SDK patched": lambda n: apart(engine.rate, n, "normal", is_sdk_patched=True),
    "engine, FULL": lambda n: apart(engine.rate, n, "full", is_sdk_patched=False),
    "engine, FULL, SDK patched": lambda n: apart(engine.rate, n, "full", is_sdk_patched=True),
    "host over HTTP, NORMAL": lambda n: apart(over_http.rate, n, is_sdk_patched=False),
}


def section(instances: int, rounds: int) -> Section:
    """Every way once a round, in turn forwards and backwards, so that noise hits all of them."""
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    for number in range(rounds):
        for way in list(WAYS)[:: 1 if number % 2 == 0 else -1]:
            tell(f"throughput, round {number + 1} of {rounds}: {way}")
            rates[way].append(WAYS[way](instances))
    return Section(
        "Orchestrations of 3 activities per second",
        [_row(way, found, rates[IN_MEMORY]) for way, found in rates.items()],
        (
            f"{rounds} rounds of {instances} instances, all started at once, after a warm-up.",
            "`ratio` divides medians; `least ratio` is that of the worst round.",
            "Engine and in-memory backend are called within their process, without HTTP.",
            "The in-memory backend keeps nothing; it talks gRPC to itself, it has no other way.",
            "Over HTTP: a function of the app starts and polls them with the SDK's own client.",
        ),
    )


def _row(way: str, rates: list[float], in_memory_rates: list[float]) -> dict[str, str | float]:
    ratios = [own / other for own, other in zip(rates, in_memory_rates, strict=True)]
    return {
        "": way,
        "median": median(rates),
        "min": min(rates),
        "max": max(rates),
        "ratio": median(rates) / median(in_memory_rates),
        "least ratio": min(ratios),
    }
