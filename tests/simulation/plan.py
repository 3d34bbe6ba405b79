"""What a seed decides before anything happens: images, who asks for what, what goes wrong.

What is decided on the way (how long things take, in which order) is drawn from the seed as well.
A plan can be written by hand too: so a bug that was found stays found when the draws change.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from imagescan.ports import ResolveProblem
from local.qscanner_stand_in.behaviour import normal_name
from local.qscanner_stand_in.catalogue import KNOWN, entry
from local.qscanner_stand_in.findings import Finding
from tests.simulation.arrivals import (
    LATEST_SECONDS,
    Arrival,
    Deploy,
    app_of_several_revisions,
    arrivals,
    deployments,
)
from tests.simulation.chance import Chance
from tests.simulation.endings import ENDINGS, Ending, whole
from tests.simulation.faults import Strike
from tests.simulation.registry import Move
from tests.simulation.rescans import Rescan, rescans
from tests.simulation.strikes import needs_an_app, strikes_of, strikes_of_rescans
from tests.simulation.truth import Image

SEEDS_WITH_RESCANS = 0.25
SCAN_TIMEOUTS_SECONDS = (300, 600, 600, 900, 1800)


@dataclass(frozen=True)
class Plan:
    """One run, which is broken off after `longest_seconds` where it does not end by itself.

    `weights` say how often scans end in each way; `at_last` is how they do once nothing goes wrong
    any more.
    `environment` has the settings that differ from the usual. What happens on Azure before
    `subscribed_after_seconds` raises no event that the app could get: it was not installed yet.
    With `most_in_5_minutes` the windows for creates and deletes are that narrow, and Azure's own a
    little wider.
    """

    seed: int
    images: tuple[Image, ...]
    arrivals: tuple[Arrival, ...]
    strikes: tuple[Strike, ...] = ()
    scan_timeout_seconds: int = 600
    longest_seconds: int = 30 * 3600
    limits: dict[str, int] = field(default_factory=dict)
    weights: dict[Ending, float] = field(default_factory=lambda: dict(ENDINGS))
    at_last: Ending = whole
    rescans: tuple[Rescan, ...] = ()
    moves: tuple[Move, ...] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: {"EXPECTED_SCAN_SECONDS": "20"})
    subscribed_after_seconds: float = 0
    most_in_5_minutes: int | None = None

    def with_strikes(self, *strikes: Strike) -> "Plan":
        """The same with other faults."""
        return replace(self, strikes=strikes)


def plan_of(seed: int) -> Plan:
    """The plan of a seed."""
    chance = Chance(seed).of("plan")
    images = tuple(_image(chance, number) for number in range(chance.randint(2, 4)))
    pushes = Chance(seed).of("registries")
    images = tuple(_in_registries(pushes, images))
    planned = list(arrivals(chance, images))
    strikes = tuple(strikes_of(Chance(seed).of("strikes"), seed))
    if any(needs_an_app(strike) for strike in strikes):
        # Late, so that something is under way when the inventory of half past comes.
        planned += app_of_several_revisions(chance, images, LATEST_SECONDS - 300, LATEST_SECONDS)
    plan = Plan(
        seed=seed,
        images=images,
        arrivals=tuple(planned),
        strikes=strikes,
        scan_timeout_seconds=chance.choice(SCAN_TIMEOUTS_SECONDS),
        limits={"standardCores": chance.randint(2, 6)} if chance.random() < 0.1 else {},
        moves=tuple(_moves(pushes, images)),
    )
    of_rescans = Chance(seed).of("rescans")
    return _with_rescans(plan, of_rescans) if of_rescans.random() < SEEDS_WITH_RESCANS else plan


def _with_rescans(plan: Plan, chance: random.Random) -> Plan:
    """More images that run somewhere, rescans of them with faults, few slots, narrow windows."""
    more = tuple(_image(chance, len(NAMES) - 1 - number) for number in range(chance.randint(1, 3)))
    images = tuple(_in_registries(chance, more))
    numbers = range(FIRST_OF_RESCANS, FIRST_OF_RESCANS + chance.randint(1, 3))
    slots = chance.choice((1, 2, 3, 20))
    arriving = [*deployments(chance, numbers, images)]
    for number in range(3):  # before most rescans
        arriving += app_of_several_revisions(chance, images, 0, 60, f"revised-{number}")
    return replace(
        plan,
        images=(*plan.images, *images),
        arrivals=tuple(map(_elsewhere, (*plan.arrivals, *arriving))),
        rescans=tuple(rescans(chance)),
        strikes=(*plan.strikes, *strikes_of_rescans(chance, plan.seed)),
        environment={**plan.environment, "MAX_CONCURRENT_SCANS": str(slots)},
        most_in_5_minutes=chance.choice((None, None, 4, 8)),
    )


def _elsewhere(arrival: Arrival) -> Arrival:
    """Users' groups would count in the windows of the scans' region."""
    return replace(arrival, location=ELSEWHERE) if isinstance(arrival, Deploy) else arrival


# The last three run only where rescans are asked for.
NAMES = (
    "nginx:1.27", "team/api:2.0", "registry.example.com/shop/cart:7", "ghcr.io/org/tool:v3",
    "redis:7", "registry.example.com/shop/pay:2", "quay.io/org/agent:1.4",
)  # fmt: skip
FIRST_OF_RESCANS, ELSEWHERE = 10, "northeurope"


def _image(chance: random.Random, number: int) -> Image:
    """A third of the images is clean; some hold secrets."""
    spelled = NAMES[number]
    name = normal_name(spelled)
    count = 0 if chance.random() < 0.35 else chance.randint(1, 12)
    found = [_vulnerability(at) for at in sorted(chance.sample(range(len(KNOWN) + 20), count))]
    if count and chance.random() < 0.3:
        found.append(Finding(990001, "AWS access key", 5, type="secret", path="/app/.env"))
    return Image(name, (spelled, name), tuple(found))


REFUSALS = (ResolveProblem.NOT_FOUND, ResolveProblem.DENIED, ResolveProblem.FORBIDDEN_ADDRESS)


def _in_registries(chance: random.Random, images: Sequence[Image]) -> Iterator[Image]:
    """Half of them have another tag; some cannot be had, but for the first."""
    for number, image in enumerate(images):
        other = f"{image.name.rpartition(':')[0]}:stable"
        spellings = (*image.spellings, other) if chance.random() < 0.5 else image.spellings
        problem = chance.choice(REFUSALS) if number and chance.random() < 0.1 else None
        yield replace(image, spellings=spellings, problem=problem)


def _moves(chance: random.Random, images: Sequence[Image]) -> Iterator[Move]:
    """In a third of the seeds a tag moves to another image, some to that of another repository."""
    there = [image for image in images if image.problem is None]
    if chance.random() < 0.35:
        name = chance.choice(chance.choice(there).names)
        yield Move(chance.uniform(10, LATEST_SECONDS), name, chance.choice(there))


def _vulnerability(number: int) -> Finding:
    known = entry(number)
    return Finding(
        known.qid, known.title, known.severity, (known.cve,), "vulnerability",
        known.package, known.installed, known.fixed or None,
    )  # fmt: skip
