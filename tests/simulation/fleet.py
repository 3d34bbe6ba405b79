"""Many resources that were there before the app, and rescans of them in which nothing goes wrong.

By default rates and settings; judged by the emulator's books and what the app answers over HTTP.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.qscanner_stand_in.findings import Finding
from tests.simulation.arrivals import ACI, APPS, SHOP_GROUP, Deploy
from tests.simulation.checker.evidence import scan_groups
from tests.simulation.endings import Ending, whole
from tests.simulation.plan import Plan
from tests.simulation.rescans import Rescan
from tests.simulation.simulation import Simulation
from tests.simulation.truth import Image

# Azure has room for 100 groups in a region: users' are elsewhere, and the scans' region is free.
REGIONS = ("northeurope", "francecentral", "swedencentral", "uksouth")
DEPLOY_EVERY_SECONDS = 0.2  # Azure Resource Manager lets 10 writes a second through
INSTALLED_AFTER_SECONDS = 60
DEFAULT_SCAN_TIMEOUT_SECONDS = 1800
FOUND = Finding(
    100001, "Something old", 4, ("CVE-2020-0001",), "vulnerability", "lib", "1.0", "1.1"
)


def images_of(count: int) -> tuple[Image, ...]:
    """So many different ones; a third of them clean."""
    names = [f"registry.example.com/fleet/app-{number:04d}:1.0" for number in range(count)]
    return tuple(
        Image(name, (name,), (FOUND,) if number % 3 else ()) for number, name in enumerate(names)
    )


def groups_and_apps(images: Sequence[Image], groups: int, apps: int) -> Iterator[Deploy]:
    """Resources of one or two containers each, so that images run in several of them."""
    for number in range(groups + apps):
        names = [images[number % len(images)].name]
        if number % 3 == 0:
            names.append(images[number * 7 % len(images)].name)
        kind, name = (ACI, f"group-{number}") if number < groups else (APPS, f"app-{number}")
        region = REGIONS[number % len(REGIONS)]
        at = number * DEPLOY_EVERY_SECONDS
        yield Deploy(at, kind, SHOP_GROUP, name, tuple(dict.fromkeys(names)), region)


def apps_of(images: Sequence[Image], images_each: int) -> Iterator[Deploy]:
    """Container apps that run each image once."""
    names = [image.name for image in images]
    for number, start in enumerate(range(0, len(names), images_each)):
        at, some = number * DEPLOY_EVERY_SECONDS, tuple(names[start : start + images_each])
        yield Deploy(at, APPS, SHOP_GROUP, f"app-{number}", some, REGIONS[0])


def plan_of_rescans(
    images: Sequence[Image],
    resources: Sequence[Deploy],
    gaps_seconds: Sequence[float] = (0,),
    ending: Ending = whole,
) -> Plan:
    """A rescan of the resource group once all is there, and again after each further gap."""
    at = max(one.at_seconds for one in resources) + INSTALLED_AFTER_SECONDS
    moments = [at + sum(gaps_seconds[: number + 1]) for number in range(len(gaps_seconds))]
    asked = {"resourceGroup": SHOP_GROUP}
    return Plan(
        seed=1,
        images=tuple(images),
        arrivals=tuple(resources),
        rescans=tuple(Rescan(moment, asked) for moment in moments),
        scan_timeout_seconds=DEFAULT_SCAN_TIMEOUT_SECONDS,
        weights={ending: 1},
        at_last=ending,
        environment={},
        subscribed_after_seconds=at,
    )


@dataclass(frozen=True)
class Rescanned:
    """What became of a plan's rescans: the API's last word on each, and the scans' groups."""

    run: Simulation
    rescans: Sequence[Mapping[str, Any]]
    groups: Sequence[Mapping[str, Any]]

    @property
    def creations(self) -> list[datetime]:
        """When a group was created, by the books."""
        return [_time(group["createdAt"]) for group in self.groups]

    @property
    def deletions(self) -> list[datetime]:
        """When a group's deletion began, by the books."""
        states = (one for group in self.groups for one in group["states"])
        return [_time(one["at"]) for one in states if one["state"] == "Deleting"]

    def most_at_once(self) -> int:
        """How many groups were there at the same time, until they were really gone."""
        changes = [(at, 1) for at in self.creations]
        changes += [(_time(group["deletedAt"]), -1) for group in self.groups]
        there = most = 0
        for _, change in sorted(changes):  # who goes at a moment goes first
            there += change
            most = max(most, there)
        return most


def most_within(times: Sequence[datetime], seconds: float) -> int:
    """How many fall into the fullest window of so many seconds."""
    ordered = sorted(times)
    return max(
        sum(0 <= (other - one).total_seconds() < seconds for other in ordered[number:])
        for number, one in enumerate(ordered)
    )


def rescanned(plan: Plan) -> Rescanned:
    """Let a plan happen, and ask what became of its rescans."""
    run = Simulation(plan)
    run.run()
    with run.in_place():
        replies = [run.http.ask("GET", f"/api/rescans/{one}") for one in run.rescanners.promised]
    return Rescanned(run, [reply.body for reply in replies], list(scan_groups(run, run.books())))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
