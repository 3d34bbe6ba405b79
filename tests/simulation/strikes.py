"""Which faults a seed holds: each pair of fault and phase in turn, with what leads into it.

Many seeds in a row so meet all pairs about alike often. Where a scan comes to by itself needs no
lead; the reaper finds nothing to do unless something has gone wrong before.
"""

import random
from collections.abc import Iterator, Sequence

from tests.simulation.faults import (
    AFTER_EFFECT,
    AFTER_RESULT,
    AFTER_STEP,
    CRASHES,
    KINDS,
    MOMENTS,
    OPERATOR,
    OTHERS,
    RESCAN_PAIRS,
    SCANNER,
    TERMINATES,
    TERMINATES_CHILD,
    Kind,
    Strike,
)
from tests.simulation.phases import Phase

CRASHES_A_SEED, OTHERS_A_SEED, OF_RESCANS_A_SEED = 2, 10, 13
# There are few steps of these in a run.
RARE = frozenset({Phase.REAPING, Phase.INVENTORY})
# Missed every other time or more often in spite of their leads: they come twice as often.
HARD_TO_MEET = frozenset({
    (Phase.READING, "arm revisions"), (Phase.REAPING, "arm get"), (Phase.REMOVING, "arm logs"),
    (Phase.COLLECTING, "arm logs"), (Phase.ACCEPTING, "registry"),
    (Phase.INVENTORY, "arm list"), (Phase.INVENTORY, "arm get"),
    (Phase.INVENTORY, "arm revisions"), (Phase.INVENTORY, "durable"),
    (Phase.GATHERING, "arm get"), (Phase.GATHERING, "arm revisions"),
    (Phase.GATHERING, AFTER_EFFECT), (Phase.GATHERING, AFTER_RESULT),
    (Phase.LANES, "table"), (Phase.LANES, AFTER_STEP),
})  # fmt: skip
Pair = tuple[Kind, Phase]


def strikes_of(chance: random.Random, seed: int) -> Iterator[Strike]:
    """The strikes of a seed; those that lead come first."""
    for kind, phase in _in_turn(CRASHES, seed, CRASHES_A_SEED):
        yield from _leading_to(chance, kind, phase)
        times = chance.choices((1, 2), (90, 10))[0]
        most = 2 if phase in RARE else 8
        yield Strike(kind, phase, skip=chance.randrange(most), times=times)
    for kind, phase in _in_turn(_weighted(OTHERS), seed, OTHERS_A_SEED):
        yield from _leading_to(chance, kind, phase)
        times = chance.choices((1, 2, 4, 8, 50), (60, 20, 10, 7, 3))[0]
        is_single = kind.request in (SCANNER, OPERATOR)
        yield Strike(kind, phase, _skip(chance, kind, phase), 1 if is_single else times)


def strikes_of_rescans(chance: random.Random, seed: int) -> Iterator[Strike]:
    """The strikes of a seed's rescans, beside all others."""
    for kind, phase in _in_turn(_weighted(RESCAN_PAIRS), seed, OF_RESCANS_A_SEED):
        times = chance.choices((1, 2, 4, 8, 50), (60, 20, 10, 7, 3))[0]
        skip = chance.choice((0, 0, 1, 2, 8)) if kind.request in ("table", *MOMENTS) else 0
        yield Strike(kind, phase, skip, times)


def needs_an_app(strike: Strike) -> bool:
    """Whether it strikes only where a container app runs several revisions, or goes on late."""
    return strike.phase is Phase.INVENTORY or strike.kind.request == "arm revisions"


def _weighted(pairs: Sequence[Pair]) -> list[Pair]:
    hard = [(kind, phase) for kind, phase in pairs if (phase, kind.request) in HARD_TO_MEET]
    return [*pairs, *hard]


def _in_turn(pairs: Sequence[Pair], seed: int, count: int) -> Iterator[Pair]:
    """Each pair comes once in a turn, and has other neighbours in the next: some hide others."""
    for number in range(seed * count, (seed + 1) * count):
        turn, place = divmod(number, len(pairs))
        yield random.Random(f"pairs/{turn}").sample(pairs, len(pairs))[place]


def _skip(chance: random.Random, kind: Kind, phase: Phase) -> int:
    if kind.request == "table":
        return chance.randrange(3 if phase in RARE else 10)
    is_usual = kind.request in ("arm get", "arm put", "arm delete") and phase not in RARE
    return chance.choice((0, 0, 1, 2)) if is_usual else 0


def _leading_to(chance: random.Random, kind: Kind, phase: Phase) -> Iterator[Strike]:
    if phase is Phase.REAPING and kind.request in ("arm get", "arm put"):
        yield _strike("delete misbehaves: immortal", Phase.REMOVING)  # is put anew
    elif phase is Phase.REAPING:
        yield chance.choice(LEFT_BEHIND)
    elif phase is Phase.REMOVING and kind.request == "arm logs":
        yield _strike("scanner: fails", Phase.SCANNING)  # its last words are kept


def _strike(name: str, phase: Phase, skip: int = 0) -> Strike:
    (kind,) = [one for one in KINDS if one.name == name]
    return Strike(kind, phase, skip)


# What the reaper has to see to.
LEFT_BEHIND = (
    _strike(TERMINATES, Phase.SCANNING),
    _strike(TERMINATES, Phase.PROVISIONING),
    _strike(TERMINATES, Phase.QUEUED, skip=1),
    _strike(TERMINATES_CHILD, Phase.REMOVING),
    _strike("delete misbehaves: immortal", Phase.REMOVING),
    _strike("long outage", Phase.SCANNING),
)
