"""Azure in memory: container groups that do what a test says, resources, a clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from imagescan.deployment import ResourceKind, Scope
from imagescan.ports import (
    ContainerState,
    Deployed,
    GroupShape,
    GroupState,
    ListedResource,
    NotThere,
    Refusal,
    ResourcePage,
)


class FakeClock:
    """See `Clock`; it stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def pass_seconds(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class FakeContainerGroups:
    """See `ContainerGroups`; a group that was created runs until `end` is called.

    Each is pulled and started at `starts_at`. What is `immortal` outlives every deletion until it
    is created again; `listing` is what comes of a list instead of the groups.
    """

    def __init__(self) -> None:
        self.groups: dict[str, GroupState] = {}
        self.bodies: dict[str, Mapping[str, Any]] = {}
        self.logs: dict[tuple[str, str], str] = {}
        self.refusals: list[Refusal] = []
        self.created: list[str] = []
        self.immortal: set[str] = set()
        self.listing: Refusal | Exception | None = None
        self.starts_at = FakeClock().moment

    def create(self, name: str, body: Mapping[str, Any]) -> Refusal | None:
        if self.refusals:
            return self.refusals.pop(0)
        self.bodies[name] = body
        self.created.append(name)
        running = {
            one["name"]: ContainerState("Running", self.starts_at)
            for one in body["properties"]["containers"]
        }
        tags = dict(body.get("tags") or {})
        self.groups[name] = GroupState(
            name, "Succeeded", "Running", tags, running, (), _shape(body), self.starts_at
        )
        self.immortal.discard(name)
        return None

    def get(self, name: str) -> GroupState | None:
        return self.groups.get(name)

    def list(self) -> Sequence[GroupState] | Refusal:
        if isinstance(self.listing, Exception):
            raise self.listing
        return self.listing or [
            replace(group, state=None, containers={}) for group in self.groups.values()
        ]

    def log(self, name: str, container: str) -> str | None:
        return self.logs.get((name, container)) if name in self.groups else None

    def delete(self, name: str) -> Refusal | None:
        if name not in self.immortal:
            self.groups.pop(name, None)
        return None

    def end(self, name: str, container: str, exit_code: int, at: datetime) -> None:
        """Let a container end."""
        group = self.groups[name]
        ended = ContainerState("Terminated", self.starts_at, at, exit_code, "Completed")
        containers = {**group.containers, container: ended}
        is_over = all(one.state == "Terminated" for one in containers.values())
        state = "Succeeded" if is_over else group.state
        self.groups[name] = replace(group, state=state, containers=containers)


def _shape(body: Mapping[str, Any]) -> GroupShape:
    properties = body["properties"]
    requests = [one["properties"]["resources"]["requests"] for one in properties["containers"]]
    return GroupShape(
        location=body["location"],
        cpu=round(sum(one["cpu"] for one in requests), 2),
        memory_gb=round(sum(one["memoryInGB"] for one in requests), 2),
        subnet_ids=tuple(one["id"] for one in properties.get("subnetIds", [])),
    )


class FakeDeployedResources:
    """See `DeployedResources`; a resource group is there once a resource is.

    What has several revisions tells its images only where it is read. `refusals` are what lists
    of a kind are answered with; `on_list` is called before each.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Deployed | Refusal] = {}
        self.with_revisions: set[str] = set()
        self.refusals: dict[ResourceKind, Refusal | Exception] = {}
        self.per_page = 50
        self.on_list: Callable[[], None] = lambda: None

    def read(self, resource_id: str) -> Deployed | NotThere | Refusal:
        return self.answers.get(resource_id, NotThere())

    def list_page(
        self, scope: Scope, kind: ResourceKind, continuation: str | None
    ) -> ResourcePage | NotThere | Refusal:
        self.on_list()
        prefix = f"{scope}/".lower()
        inside = sorted(one for one in self.answers if one.lower().startswith(prefix))
        if scope.resource_group and not inside:
            return NotThere()
        refusal = self.refusals.get(kind)
        if isinstance(refusal, Exception):
            raise refusal
        if refusal:
            return refusal
        of_kind = [one for one in inside if f"/providers/{kind}/".lower() in one.lower()]
        start = int(continuation or 0)
        end = start + self.per_page
        shown = tuple(ListedResource(one, self._listed(one)) for one in of_kind[start:end])
        return ResourcePage(shown, str(end) if end < len(of_kind) else None)

    def _listed(self, resource_id: str) -> tuple[str, ...] | None:
        answer = self.answers[resource_id]
        if resource_id in self.with_revisions or isinstance(answer, Refusal):
            return None
        return answer.images


class FakeNotifier:
    """See `Notifier`."""

    def __init__(self) -> None:
        self.sent: list[Mapping[str, Any]] = []

    def send(self, message: Mapping[str, Any]) -> None:
        self.sent.append(message)
