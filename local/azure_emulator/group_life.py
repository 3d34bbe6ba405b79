"""The life of a container group: provisioning, containers over time, deletion.

Restart policies other than Never are kept and shown, and not acted on.
"""

import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local.azure_emulator.containers import Container, containers_of
from local.azure_emulator.runtime import Runtime
from local.azure_emulator.write_only import public_group

GROUP_TYPE = "Microsoft.ContainerInstance/containerGroups"


@dataclass(frozen=True)
class Timings:
    """How long things take: short here, tens of seconds on Azure."""

    pending_seconds: float = 0.3
    pull_seconds: float = 0.7
    delete_seconds: float = 1.0


@dataclass
class Group:
    """A container group; `body` is what may be shown of what was put."""

    key: str
    resource_id: str
    timings: Timings
    created_at: datetime
    body: dict[str, Any] = field(default_factory=dict)
    containers: list[Container] = field(default_factory=list)
    put_at: datetime | None = None
    deleting_since: datetime | None = None
    delete_seconds: float = 0.0
    deleted_at: datetime | None = None
    confirmed_at: datetime | None = None
    states: list[tuple[str, datetime]] = field(default_factory=list)
    earlier_seconds: float = 0.0
    fails: bool = False

    @property
    def name(self) -> str:
        """The last part of the id."""
        return self.resource_id.rpartition("/")[2]

    @property
    def resource_group(self) -> str:
        """As it was spelled when the group was created."""
        return self.resource_id.split("/")[4]

    @property
    def is_gone(self) -> bool:
        """Removed: GET answers 404."""
        return self.deleted_at is not None

    def put(self, body: dict[str, Any], now: datetime, *, fails: bool = False) -> None:
        """Begin a run, the containers of an earlier one having been killed.

        A run that `fails` never starts a container: its provisioning ends as Failed.
        """
        self.fails = fails
        self.earlier_seconds = self.running_seconds(now)
        self.body = public_group(body)
        self.containers = containers_of(self.key, body["properties"])
        self.put_at = now
        self._note("Pending", now)

    def kill(self, now: datetime) -> None:
        """End every container."""
        for container in self.containers:
            container.kill(now)

    def delete(self, now: datetime, seconds: float) -> None:
        """Begin deletion: containers end at once, the group is gone after so many seconds."""
        if self.deleting_since is None:
            self.kill(now)
            self.deleting_since, self.delete_seconds = now, seconds
            self._note("Deleting", now)

    def advance(self, now: datetime, runtime: Runtime) -> None:
        """Let happen what is due by now; nothing happens twice."""
        if self.is_gone:
            return
        if self.deleting_since is not None:
            due = self.deleting_since + timedelta(seconds=self.delete_seconds)
            if now >= due:
                runtime.remove(self.key)
                self.deleted_at = due
                self._note("Deleted", due)
            return
        for container in self.containers:
            container.look()
        self._pull_and_start(now, runtime)
        self._note(self.state(), max(now, self.states[-1][1]))

    def _pull_and_start(self, now: datetime, runtime: Runtime) -> None:
        pulling_at, pulled_at = self._due()
        for container in self.containers:
            if now >= pulling_at and not container.events:
                container.note("Pulling", f'pulling image "{container.image}"', pulling_at)
            if now >= pulled_at and len(container.events) == 1:
                message = f'Successfully pulled image "{container.image}"'
                container.note("Pulled", message, pulled_at)
        if now >= pulled_at and not self.fails:
            self._start_what_may(now, runtime)

    def _start_what_may(self, now: datetime, runtime: Runtime) -> None:
        """Init containers one after the other, each ending with 0; then all the others."""
        for container in self.containers:
            if container.started_at is None:
                container.start(runtime, now)
                container.look()
            if container.is_init and container.exit_code != 0:
                return

    def _due(self) -> tuple[datetime, datetime]:
        assert self.put_at is not None
        pulling_at = self.put_at + timedelta(seconds=self.timings.pending_seconds)
        return pulling_at, pulling_at + timedelta(seconds=self.timings.pull_seconds)

    def provisioning_state(self, now: datetime) -> str:
        """Pending, Creating, then Failed or Succeeded: that it runs, not that it is done."""
        if self.deleting_since is not None:
            return "Deleting"
        pulling_at, pulled_at = self._due()
        if now < pulling_at:
            return "Pending"
        if now < pulled_at:
            return "Creating"
        return "Failed" if self.fails else "Succeeded"

    def state(self) -> str:
        """`instanceView.state`: over only once every container is."""
        if any(one.is_init and one.exit_code for one in self.containers):
            return "Failed"
        main = [container for container in self.containers if not container.is_init]
        if any(container.started_at is None for container in main):
            return "Pending"
        if any(container.is_running for container in main):
            return "Running"
        return "Failed" if any(container.exit_code for container in main) else "Succeeded"

    def running_seconds(self, now: datetime) -> float:
        """From the first container's start to the last one's end, over all runs."""
        starts = [one.started_at for one in self.containers if one.started_at]
        if not starts:
            return self.earlier_seconds
        ends = [one.finished_at or now for one in self.containers if one.started_at]
        return self.earlier_seconds + (max(ends) - min(starts)).total_seconds()

    def to_arm(self, now: datetime, *, with_view: bool) -> dict[str, Any]:
        """The resource as replies show it.

        instanceView is absent from lists (azure-sdk-for-node #5144) and at first.
        """
        shown = copy.deepcopy(self.body)
        shown |= {"id": self.resource_id, "name": self.name, "type": GROUP_TYPE}
        provisioning = self.provisioning_state(now)
        shown["properties"]["provisioningState"] = provisioning
        if with_view and provisioning != "Pending":
            shown["properties"]["instanceView"] = {"events": [], "state": self.state()}
            views = {one.name: one.instance_view() for one in self.containers}
            for kind in ("initContainers", "containers"):
                for entry in shown["properties"].get(kind) or []:
                    entry["properties"]["instanceView"] = views[entry["name"]]
        return shown

    def _note(self, state: str, at: datetime) -> None:
        if not self.states or self.states[-1][0] != state:
            self.states.append((state, at))
