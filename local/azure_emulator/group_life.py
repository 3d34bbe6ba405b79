"""The life of a container group: provisioning, containers over time, stop and start, deletion.

States and what they mean: azure-docs, container-state; restart policies: azure-docs,
container-instances-restart-policy; stop and start: azure-docs, container-instances-stop-start.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local.azure_emulator.containers import Container, containers_of
from local.azure_emulator.provisioning import WELL, Course, Provisioning, Timings
from local.azure_emulator.runtime import Runtime
from local.azure_emulator.write_only import public_group

GROUP_TYPE = "Microsoft.ContainerInstance/containerGroups"


@dataclass
class Group:
    """A container group; `body` is what may be shown of what was put.

    `is_settled`: nothing is to happen to it of itself but that a container ends.
    """

    key: str
    resource_id: str
    timings: Timings
    created_at: datetime
    body: dict[str, Any] = field(default_factory=dict)
    containers: list[Container] = field(default_factory=list)
    provisioning: Provisioning = field(init=False)
    was_interrupted: bool = False
    repaired_at: datetime | None = None
    stopped_at: datetime | None = None
    deleting_since: datetime | None = None
    delete_seconds: float = 0.0
    deleted_at: datetime | None = None
    confirmed_at: datetime | None = None
    is_immortal: bool = False
    outlived_delete: bool = False
    delete_failed: bool = False
    states: list[tuple[str, datetime]] = field(default_factory=list)
    earlier_seconds: float = 0.0
    is_settled: bool = False

    @property
    def name(self) -> str:
        """The last part of the id."""
        return self.resource_id.rpartition("/")[2]

    @property
    def resource_group(self) -> str:
        """As it was spelled when the group was created."""
        return self.resource_id.split("/")[4]

    @property
    def region(self) -> tuple[str, str]:
        """Subscription and location, comparable: limits hold per region and subscription."""
        return region_of(self.resource_id.split("/")[2], self.body["location"])

    @property
    def is_gone(self) -> bool:
        """Removed: GET answers 404."""
        return self.deleted_at is not None

    @property
    def is_over(self) -> bool:
        """Every container has ended for good: a PUT deploys it as new."""
        return self.state() in ("Succeeded", "Failed", "Stopped")

    def put(self, body: dict[str, Any], now: datetime, course: Course = WELL) -> None:
        """Begin a run, the containers of an earlier one having been killed."""
        self.earlier_seconds = self.running_seconds(now)
        self.body = public_group(body)
        self.is_immortal = self.outlived_delete = False
        self._deploy(containers_of(self.key, body["properties"]), now, course)

    def start(self, now: datetime) -> None:
        """Deploy it anew as it was put, after it was stopped or has ended."""
        self.kill(now)
        self.earlier_seconds = self.running_seconds(now)
        self._deploy([Container(one.spec, one.cpu) for one in self.containers], now, WELL)

    def restart(self, runtime: Runtime, now: datetime) -> None:
        """Start what has started over again, in place."""
        self.is_settled = False
        for container in self.containers:
            if not container.is_init and container.started_at is not None:
                container.kill(now)
                container.start_again(runtime, now)

    def stop(self, now: datetime) -> None:
        """End its containers; nothing happens to one that is over."""
        if not self.is_over:
            self.kill(now)
            self.stopped_at = now
            self._note("Stopped", now)

    def kill(self, now: datetime) -> None:
        """End every container."""
        for container in self.containers:
            container.kill(now)

    def outlive_delete(self, *, for_good: bool) -> None:
        """Go on running though it was said to be deleted; `for_good`: after later deletes too.

        Support article "aci-still-running-after-stop-delete-command". A new group of the same
        resource id in the same region is what removes it.
        """
        self.outlived_delete = True
        self.is_immortal = self.is_immortal or for_good

    def delete(self, now: datetime, seconds: float) -> None:
        """Begin deletion: containers end at once, the group is gone after so many seconds."""
        if self.deleting_since is None:
            self.kill(now)
            self.deleting_since, self.delete_seconds = now, seconds
            self.is_settled = False
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
        has_ended = [container.look() for container in self.containers]
        if self.is_settled and not any(has_ended):
            return
        if self.stopped_at is None:
            self._pull_and_start(now, runtime)
            self._start_again(now, runtime)
        self._note(self.state(), max(now, self.states[-1][1]))
        self.is_settled = all(at <= now for at in self.due())

    def due(self) -> Iterator[datetime]:
        """When something is to happen of itself, past moments included.

        How long a container runs is the runtime's own business.
        """
        if self.deleting_since is not None:
            yield self.deleting_since + timedelta(seconds=self.delete_seconds)
            return
        yield self.provisioning.pulling_at
        yield self.provisioning.pulled_at
        yield self.provisioning.over_at
        yield from filter(None, (self.provisioning.starts_at, self.repaired_at))
        yield from self._interrupted_at()
        yield from (one.restarts_at for one in self.containers if one.restarts_at)

    def _deploy(self, containers: list[Container], now: datetime, course: Course) -> None:
        self.containers, self.stopped_at = containers, None
        self.provisioning = Provisioning(now, self.timings, course)
        self.was_interrupted = self.delete_failed = False
        self.repaired_at, self.is_settled = None, False
        self._note("Pending", now)

    def _pull_and_start(self, now: datetime, runtime: Runtime) -> None:
        for container in self.containers:
            self.provisioning.note_pull(container, now)
        if self.provisioning.may_start(now):
            self._start_what_may(now, runtime)

    def _start_what_may(self, now: datetime, runtime: Runtime) -> None:
        """Init containers one after the other, each ending with 0; then all the others."""
        for container in self.containers:
            if container.started_at is None:
                container.start(runtime, now)
                container.look()
            if container.is_init and container.exit_code != 0:
                return

    def _start_again(self, now: datetime, runtime: Runtime) -> None:
        """By the restart policy (Always where none is named), and where the platform moves it."""
        if any(now >= at for at in self._interrupted_at()):
            self._interrupt(now)
        policy = self.body["properties"].get("restartPolicy") or "Always"
        for container in self.containers:
            if container.restarts_at and now >= container.restarts_at:
                container.start_again(runtime, now)
                container.look()
            if _is_to_start_again(container, policy):
                container.back_off()

    def _interrupted_at(self) -> Iterator[datetime]:
        """When the platform interrupts the group, if it is going to."""
        started = [one.first_started_at for one in self.containers if one.first_started_at]
        seconds = self.provisioning.course.interrupted_after_seconds
        if seconds is not None and not self.was_interrupted and started and not self.is_over:
            yield min(started) + timedelta(seconds=seconds)

    def _interrupt(self, now: datetime) -> None:
        self.was_interrupted = True
        if self.provisioning.course.comes_back:
            self.repaired_at = now + timedelta(seconds=self.timings.pull_seconds)
        for container in self.containers:
            if not container.is_init and container.started_at is not None:
                container.interrupt(now, self.repaired_at)

    def provisioning_state(self, now: datetime) -> str:
        """The state of the last operation: as `provisioning` has it, or how its deletion goes."""
        if self.deleting_since is not None:
            return "Deleting"
        if self.delete_failed:
            return "Failed"
        if self.repaired_at is not None and now < self.repaired_at:
            return "Repairing"
        return self.provisioning.state(now)

    def is_transitioning(self, now: datetime) -> bool:
        """It can be deleted, and nothing else.

        Support article "Container group remains in transitioning state".
        """
        if self.stopped_at is not None:
            return now < self.stopped_at + timedelta(seconds=self.timings.stop_seconds)
        return self.provisioning_state(now) in ("Pending", "Creating", "Deleting")

    def state(self) -> str:
        """`instanceView.state`: over only once every container is."""
        if self.stopped_at is not None:
            return "Stopped"
        if any(one.is_init and one.exit_code for one in self.containers):
            return "Failed"
        main = [container for container in self.containers if not container.is_init]
        if any(container.started_at is None for container in main):
            return "Pending"
        if any(container.is_running or container.restarts_at for container in main):
            return "Running"
        return "Failed" if any(container.exit_code for container in main) else "Succeeded"

    def running_seconds(self, now: datetime) -> float:
        """From the first container's start to the last one's end, over all runs."""
        ran = [one for one in self.containers if one.first_started_at]
        if not ran:
            return self.earlier_seconds
        first = min(one.first_started_at for one in ran if one.first_started_at)
        ends = [now if one.restarts_at else one.finished_at or now for one in ran]
        return self.earlier_seconds + (max(ends) - first).total_seconds()

    def to_arm(self, now: datetime, *, with_view: bool) -> dict[str, Any]:
        """The resource as replies show it.

        instanceView is absent from lists (azure-sdk-for-node #5144) and at first.
        """
        shown = copy.deepcopy(self.body)
        shown |= {"id": self.resource_id, "name": self.name, "type": GROUP_TYPE}
        provisioning = self.provisioning_state(now)
        shown["properties"]["provisioningState"] = provisioning
        if with_view and provisioning != "Pending":
            events = self.provisioning.events(now)
            shown["properties"]["instanceView"] = {"events": events, "state": self.state()}
            views = {one.name: one.instance_view() for one in self.containers}
            for kind in ("initContainers", "containers"):
                for entry in shown["properties"].get(kind) or []:
                    entry["properties"]["instanceView"] = views[entry["name"]]
        return shown

    def _note(self, state: str, at: datetime) -> None:
        if not self.states or self.states[-1][0] != state:
            self.states.append((state, at))


def region_of(subscription: str, location: str) -> tuple[str, str]:
    """Comparable whatever the spelling: `West Europe` is `westeurope`."""
    return subscription.lower(), location.replace(" ", "").lower()


def _is_to_start_again(container: Container, policy: str) -> bool:
    if container.is_init or container.finished_at is None or container.restarts_at:
        return False
    return policy == "Always" or (policy == "OnFailure" and container.exit_code != 0)
