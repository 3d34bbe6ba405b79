"""Who wants what and when: deployments, updates and deletions on Azure, requests over HTTP."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.azure_emulator.arm_routes import Emulator
from local.azure_emulator.clock import iso
from tests.simulation.arm import ask
from tests.simulation.front import Http, Reply
from tests.simulation.schedule import Schedule
from tests.simulation.trace import Trace
from tests.simulation.truth import Image
from tests.unit.environment import COMPLETE

SUBSCRIPTION = COMPLETE["AZURE_SUBSCRIPTION_ID"]
SCANS_GROUP = COMPLETE["QSCANNER_RESOURCE_GROUP"]
SHOP_GROUP = "shop-rg"
LATEST_SECONDS = 1500
ACI, APPS, JOBS = (
    "Microsoft.ContainerInstance/containerGroups", "Microsoft.App/containerApps",
    "Microsoft.App/jobs",
)  # fmt: skip


@dataclass(frozen=True)
class Deploy:
    """Somebody writes a resource with these images; again under the same name is an update.

    A container app with `keeps_revisions` runs its earlier ones on.
    """

    at_seconds: float
    kind: str
    resource_group: str
    name: str
    images: tuple[str, ...]
    location: str = "westeurope"
    keeps_revisions: bool = False


@dataclass(frozen=True)
class Delete:
    """Somebody deletes a resource."""

    at_seconds: float
    kind: str
    resource_group: str
    name: str


@dataclass(frozen=True)
class Ask:
    """Somebody posts a scan, and asks again where no reply came."""

    at_seconds: float
    body: Any = field(hash=False)


Arrival = Deploy | Delete | Ask


def arrivals(chance: random.Random, images: Sequence[Image]) -> Iterator[Arrival]:
    """Deployments, posts, and what else people do."""
    yield from deployments(chance, range(chance.randint(3, 5)), images)
    for _ in range(chance.randint(3, 5)):
        image = chance.choice(chance.choice(images).spellings)
        yield Ask(_moment(chance), {"image": image, "force": chance.random() < 0.4})
    if chance.random() < 0.1:
        wrong: list[Any] = [{"image": "UPPER/no good"}, {}, [], {"image": 7}, b"{"]
        yield Ask(_moment(chance), chance.choice(wrong))


def deployments(
    chance: random.Random, numbers: Sequence[int], images: Sequence[Image]
) -> Iterator[Arrival]:
    """Resources by number, some of them written again or deleted later."""
    for number in numbers:
        yield from _deployment(chance, number, images)


def _deployment(chance: random.Random, number: int, images: Sequence[Image]) -> Iterator[Arrival]:
    kind = chance.choice((ACI, ACI, APPS, JOBS))
    hides = kind == ACI and chance.random() < 0.15  # looks like a scan, and is none
    group = chance.choice((SCANS_GROUP, SHOP_GROUP)) if hides else SHOP_GROUP
    name = f"qscanner-{number}" if hides else f"app-{number}"
    at = _moment(chance)
    for _ in range(chance.choice((1, 1, 1, 2))):
        chosen = chance.sample(list(images), chance.randint(1, min(3, len(images))))
        spelled = tuple(chance.choice(one.spellings) for one in chosen)
        yield Deploy(at, kind, group, name, spelled)
        at += chance.expovariate(1 / 120)
    if chance.random() < 0.1:
        yield Delete(at, kind, group, name)


def app_of_several_revisions(
    chance: random.Random,
    images: Sequence[Image],
    earliest_seconds: float,
    latest_seconds: float,
    name: str = "revised",
) -> Iterator[Deploy]:
    """A container app whose first revision runs on beside its second."""
    at = chance.uniform(earliest_seconds, latest_seconds)
    for one in chance.choices(list(images), k=2):
        yield Deploy(at, APPS, SHOP_GROUP, name, (one.name,), keeps_revisions=True)
        at += 60


def _moment(chance: random.Random) -> float:
    """Half of what happens comes in bursts."""
    bursts = (30.0, 400.0)
    if chance.random() < 0.5:
        return chance.choice(bursts) + chance.random() * 3
    return chance.uniform(0, LATEST_SECONDS)


@dataclass(frozen=True)
class Write:
    """What a resource ran from a moment on, which is written as its event writes it."""

    at: str
    images: tuple[str, ...]


@dataclass
class Resource:
    """A deployed resource: every write of it in order."""

    writes: list[Write] = field(default_factory=list)
    is_deleted: bool = False


@dataclass
class Users:
    """They do what the plan says, and remember what they were told."""

    emulator: Emulator
    http: Http
    schedule: Schedule
    trace: Trace
    resources: dict[str, Resource] = field(default_factory=dict)
    promised: dict[str, str] = field(default_factory=dict)
    refused: list[Reply] = field(default_factory=list)
    waiting: int = 0

    def expect(self, planned: Sequence[Arrival]) -> None:
        """Let all of it happen in its time."""
        for arrival in planned:
            self.waiting += 1
            self.schedule.after(arrival.at_seconds, self._bound(arrival))

    def _bound(self, arrival: Arrival) -> Callable[[], None]:
        return lambda: self._act(arrival)

    def _act(self, arrival: Arrival) -> None:
        match arrival:
            case Deploy():
                self._deploy(arrival)
            case Delete():
                self._delete(arrival)
            case Ask():
                self._ask(arrival)

    def _deploy(self, one: Deploy) -> None:
        self.waiting -= 1
        path = resource_id(one)
        body = _body(one)
        reply = ask(self.emulator, "PUT", path, body, **{"api-version": "2023-05-01"})
        self.trace.note("users", f"deploy {one.name} {one.images} -> {reply.status}")
        if reply.status < 300:
            resource = self.resources.setdefault(path, Resource())
            resource.writes.append(Write(iso(self.schedule.now()) or "", one.images))

    def _delete(self, one: Delete) -> None:
        self.waiting -= 1
        path = resource_id(one)
        reply = ask(self.emulator, "DELETE", path, **{"api-version": "2023-05-01"})
        self.trace.note("users", f"delete {one.name} -> {reply.status}")
        if reply.status < 300 and path in self.resources:
            self.resources[path].is_deleted = True

    def _ask(self, one: Ask, tries: int = 0) -> None:
        def told(reply: Reply | None) -> None:
            self.trace.note("users", f"post {one.body} -> {reply.status if reply else 'nothing'}")
            if reply is None or reply.status >= 500:
                gap = min(30 * 2**tries, 3600)
                self.schedule.after(gap, lambda: self._ask(one, tries + 1))
                return
            self.waiting -= 1
            if reply.status == 202:
                self.promised[reply.body["scanId"]] = one.body["image"]
            else:
                self.refused.append(reply)

        self.http.send("POST", "/api/scans", one.body, told)


def resource_id(one: Deploy | Delete) -> str:
    """The ARM id."""
    place = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{one.resource_group}"
    return f"{place}/providers/{one.kind}/{one.name}"


def _body(one: Deploy) -> dict[str, Any]:
    containers = [
        {
            "name": f"c{number}",
            "properties": {
                "image": image,
                "resources": {"requests": {"cpu": 0.1, "memoryInGB": 0.5}},
            },
        }
        for number, image in enumerate(one.images)
    ]
    if one.kind == ACI:
        properties: dict[str, Any] = {"osType": "Linux", "containers": containers}
    else:
        listed = [{"name": f"c{n}", "image": image} for n, image in enumerate(one.images)]
        mode = "Multiple" if one.keeps_revisions else "Single"
        properties = {
            "configuration": {"activeRevisionsMode": mode},
            "template": {"containers": listed[:1], "initContainers": listed[1:]},
        }
    return {"location": one.location, "properties": properties}
