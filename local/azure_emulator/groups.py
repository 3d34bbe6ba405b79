"""The life of a container group: provisioning, containers over time, deletion."""

import copy
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from local.azure_emulator.clock import iso
from local.azure_emulator.runtime import ContainerSpec, Execution, Runtime

CREATING_AFTER = timedelta(seconds=0.3)
PULLED_AFTER = timedelta(seconds=1.0)
DELETED_AFTER = timedelta(seconds=1.0)  # 30 to 90 seconds on Azure
# Fields that ACI takes and never gives back (REST reference, "secure", write-only).
WRITE_ONLY = frozenset({"secureValue", "password", "storageAccountKey", "workspaceKey"})


@dataclass
class Container:
    """One container of a group and what has become of it."""

    spec: dict[str, Any]
    log: Path
    is_init: bool = False
    started_at: datetime | None = None
    finished_at: datetime | None = None
    exit_code: int | None = None
    execution: Execution | None = None

    @property
    def is_running(self) -> bool:
        return self.started_at is not None and self.finished_at is None

    def current_state(self) -> dict[str, Any]:
        """`currentState` as ACI tells it."""
        if self.started_at is None:
            return {"state": "Waiting", "detailStatus": ""}
        if self.finished_at is None:
            return {"state": "Running", "startTime": iso(self.started_at), "detailStatus": ""}
        return {
            "state": "Terminated",
            "startTime": iso(self.started_at),
            "finishTime": iso(self.finished_at),
            "exitCode": self.exit_code,
            "detailStatus": "Completed" if self.exit_code == 0 else "Error",
        }


@dataclass
class Group:
    """A container group; `body` is as it was put, without what must not be kept."""

    resource_id: str
    resource_group: str
    name: str
    body: dict[str, Any]
    folder: Path
    created_at: datetime
    containers: list[Container]
    secrets: dict[tuple[str, str], str] = field(repr=False)
    states: list[tuple[str, datetime]] = field(default_factory=list)
    deleting_since: datetime | None = None
    deleted_at: datetime | None = None
    confirmed_at: datetime | None = None

    @property
    def is_gone(self) -> bool:
        return self.deleted_at is not None

    def provisioning_state(self, now: datetime) -> str:
        """Pending, Creating, then Succeeded: which means running, not done."""
        age = now - self.created_at
        if age < CREATING_AFTER:
            return "Pending"
        return "Creating" if age < PULLED_AFTER else "Succeeded"

    def state(self) -> str:
        """The group's state: over only when every container is."""
        main = [container for container in self.containers if not container.is_init]
        if any(container.started_at is None for container in main):
            return "Pending"
        if any(container.is_running for container in main):
            return "Running"
        return "Failed" if any(container.exit_code for container in main) else "Succeeded"

    def advance(self, now: datetime, runtime: Runtime) -> None:
        """Let happen what is due by now."""
        if self.deleting_since and not self.is_gone:
            if now - self.deleting_since >= DELETED_AFTER:
                self.deleted_at = now
                self._note("Deleted", now)
                shutil.rmtree(self.folder, ignore_errors=True)
            return
        if self.is_gone:
            return
        if now - self.created_at >= PULLED_AFTER:
            self._start_what_waits(now, runtime)
        self._end_what_has_ended(now)
        self._note(self.state(), now)

    def delete(self, now: datetime) -> None:
        """Begin deletion: the containers end at once, the group a little later."""
        if self.deleting_since is None:
            self.kill()
            self._end_what_has_ended(now)
            self.deleting_since = now
            self._note("Deleting", now)

    def kill(self) -> None:
        """End every process of the group."""
        for container in self.containers:
            if container.execution:
                container.execution.kill()

    def _note(self, state: str, now: datetime) -> None:
        if not self.states or self.states[-1][0] != state:
            self.states.append((state, now))

    def _start_what_waits(self, now: datetime, runtime: Runtime) -> None:
        for container in self.containers:
            if container.started_at is not None:
                continue
            container.started_at = now
            if container.is_init:
                container.finished_at, container.exit_code = now, 0
            else:
                container.execution = runtime.start(self._container_spec(container))
        self.secrets.clear()  # the processes have them now

    def _end_what_has_ended(self, now: datetime) -> None:
        for container in self.containers:
            if container.execution and container.is_running:
                container.exit_code = container.execution.exit_code()
                container.finished_at = None if container.exit_code is None else now

    def _container_spec(self, container: Container) -> ContainerSpec:
        properties, name = container.spec["properties"], container.spec["name"]
        mounts = {}
        for mount in properties.get("volumeMounts") or []:
            folder = self.folder / "volumes" / mount["name"]
            folder.mkdir(parents=True, exist_ok=True)
            mounts[mount["mountPath"]] = folder
        environment = {
            variable["name"]: self.secrets.get((name, variable["name"]), variable.get("value", ""))
            for variable in properties.get("environmentVariables") or []
        }
        image, command = properties["image"], properties.get("command") or []
        return ContainerSpec(name, image, command, environment, mounts, container.log)

    def to_arm(self, now: datetime, *, with_view: bool) -> dict[str, Any]:
        """The resource as GET shows it; lists leave every instanceView out."""
        shown = copy.deepcopy(self.body)
        shown |= {"id": self.resource_id, "name": self.name}
        shown["type"] = "Microsoft.ContainerInstance/containerGroups"
        provisioning = "Deleting" if self.deleting_since else self.provisioning_state(now)
        shown["properties"]["provisioningState"] = provisioning
        if with_view and provisioning not in ("Pending", "Creating"):
            shown["properties"]["instanceView"] = {"events": [], "state": self.state()}
            views = {c.spec["name"]: _view(c) for c in self.containers}
            for kind in ("containers", "initContainers"):
                for container in shown["properties"].get(kind) or []:
                    container["properties"]["instanceView"] = views[container["name"]]
        return shown

    def running_seconds(self, now: datetime) -> float:
        """From the first container's start to the last one's end."""
        starts = [c.started_at for c in self.containers if c.started_at]
        if not starts:
            return 0.0
        ends = [c.finished_at or self.deleting_since or now for c in self.containers]
        return round((max(ends) - min(starts)).total_seconds(), 1)

    def to_book(self, now: datetime) -> dict[str, Any]:
        """The entry in the emulator's own books."""
        return {
            "name": self.name,
            "resourceGroup": self.resource_group,
            "tags": self.body.get("tags") or {},
            "states": [{"state": state, "at": iso(at)} for state, at in self.states],
            "runningSeconds": self.running_seconds(now),
            "createdAt": iso(self.created_at),
            "deletedAt": iso(self.deleted_at),
            "confirmedAt": iso(self.confirmed_at),
            "containers": [
                {"name": c.spec["name"], "image": c.spec["properties"]["image"]}
                for c in self.containers
            ],
        }


def _view(container: Container) -> dict[str, Any]:
    return {"restartCount": 0, "currentState": container.current_state(), "events": []}


def new_group(
    resource_id: str, resource_group: str, name: str, body: dict[str, Any], folder: Path,
    now: datetime,
) -> Group:  # fmt: skip
    """A group from a PUT; secrets go aside for the processes, and nowhere else."""
    folder.mkdir(parents=True, exist_ok=True)
    properties = body["properties"]
    containers, secrets = [], {}
    for kind, is_init in (("initContainers", True), ("containers", False)):
        for spec in properties.get(kind) or []:
            containers.append(Container(spec, folder / f"{spec['name']}.log", is_init))
            for variable in spec["properties"].get("environmentVariables") or []:
                if "secureValue" in variable:
                    secrets[spec["name"], variable["name"]] = variable["secureValue"]
    kept = without_secrets(body)
    for container in containers:
        container.spec = without_secrets(container.spec)
    group = Group(resource_id, resource_group, name, kept, folder, now, containers, secrets)
    group.states.append(("Pending", now))
    return group


def without_secrets(value: Any) -> Any:
    """A copy without write-only fields."""
    if isinstance(value, dict):
        return {k: without_secrets(v) for k, v in value.items() if k not in WRITE_ONLY}
    return [without_secrets(item) for item in value] if isinstance(value, list) else value
