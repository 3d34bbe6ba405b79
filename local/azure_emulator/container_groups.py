"""Requests about container groups, answered as ACI does."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from local.azure_emulator.books import entry
from local.azure_emulator.clock import Clock
from local.azure_emulator.containers import Container
from local.azure_emulator.events import Publish, resource_event
from local.azure_emulator.faults import Faults
from local.azure_emulator.group_life import GROUP_TYPE, Group, Timings
from local.azure_emulator.logs import limit_bytes, tail_of
from local.azure_emulator.messages import Request, Response, arm_error, resource_not_found
from local.azure_emulator.operations import HEADERS, Operation
from local.azure_emulator.runtime import Runtime
from local.azure_emulator.validation import refuse_group

# The default quotas of a subscription in a region (azure-docs, quota limits).
QUOTAS = {"ContainerGroups": 100, "StandardCores": 100}
Part = Mapping[str, str]


class ContainerGroups:
    """Every container group there is or was. Ids are compared without regard to case, as in ARM."""

    def __init__(
        self,
        clock: Clock,
        runtime: Runtime,
        publish: Publish,
        faults: Faults,
        timings: Timings,
        new_id: Callable[[], str],
    ) -> None:
        """Start with no group."""
        self._clock, self._runtime, self._publish = clock, runtime, publish
        self._faults, self._timings, self._new_id = faults, timings, new_id
        self._live: dict[str, Group] = {}
        self._ever: list[Group] = []
        self._operations: dict[str, Operation] = {}

    def advance(self) -> None:
        """Let everything happen that is due by now."""
        now = self._clock.now()
        for path, group in list(self._live.items()):
            group.advance(now, self._runtime)
            if group.is_gone:
                del self._live[path]
                self._announce(group, "Delete", "DELETE")

    def close(self) -> None:
        """End every container."""
        for group in self._live.values():
            group.kill(self._clock.now())

    def books(self) -> list[dict[str, Any]]:
        """Every group ever, oldest first."""
        return [entry(group, self._clock.now()) for group in self._ever]

    def put(self, request: Request, part: Part) -> Response:
        """201 for a new group; 200 for an update, which restarts the containers.

        Repeating a PUT is an update too (azure-docs, container-instances-update).
        """
        body = request.json()
        refused = refuse_group(part["name"], body)
        if refused:
            return refused
        path = resource_id(part)
        existing = self._live.get(path.lower())
        if existing and existing.deleting_since:
            message = f"The container group '{part['name']}' is still transitioning, retry later."
            return arm_error(409, "ContainerGroupTransitioning", message)
        group = existing or self._new_group(path)
        if existing:
            existing.kill(self._clock.now())
            self._runtime.remove(existing.key)
        wrong = self._faults.misbehaviour("put", part["group"], part["name"])
        group.put(body, self._clock.now(), fails=wrong.get("code") == "provisioningFailed")
        self._announce(group, "Write", "PUT" if existing else None)
        shown = group.to_arm(self._clock.now(), with_view=False)
        operation = self._begin(group, is_delete=False)
        return Response(200 if existing else 201, shown, self._headers(operation, request, part))

    def get(self, request: Request, part: Part) -> Response:
        """With instanceView; the first 404 after a deletion is written down in the books."""
        path = resource_id(part)
        group = self._live.get(path.lower())
        if group is not None:
            return Response(200, group.to_arm(self._clock.now(), with_view=True))
        for gone in self._ever:
            if gone.resource_id.lower() == path.lower() and gone.confirmed_at is None:
                gone.confirmed_at = self._clock.now()
        return resource_not_found(path)

    def list(self, request: Request, part: Part) -> Response:
        """Of a resource group, or of the subscription where none is named."""
        prefix = f"/subscriptions/{part['subscription']}/"
        if "group" in part:
            prefix += f"resourceGroups/{part['group']}/"
        now = self._clock.now()
        found = [group for path, group in self._live.items() if path.startswith(prefix.lower())]
        return Response(200, {"value": [group.to_arm(now, with_view=False) for group in found]})

    def delete(self, request: Request, part: Part) -> Response:
        """202 for a group that is there, 204 for one that is not."""
        group = self._live.get(resource_id(part).lower())
        if group is None:
            return Response(204)
        wrong = self._faults.misbehaviour("delete", part["group"], part["name"])
        is_stuck = wrong.get("code") == "stuck"
        if not is_stuck:
            seconds = float(wrong.get("seconds", self._timings.delete_seconds))
            group.delete(self._clock.now(), seconds)
        operation = self._begin(group, is_delete=True, ends_at_once=is_stuck)
        return Response(202, None, self._headers(operation, request, part))

    def logs(self, request: Request, part: Part) -> Response:
        """The end of a container's log; 404 with a code of its own before the container ran."""
        group = self._live.get(resource_id(part).lower())
        if group is None:
            return resource_not_found(resource_id(part))
        named = [one for one in group.containers if one.name == part["container"]]
        if not named:
            message = f"The container '{part['container']}' is not in '{group.name}'."
            return arm_error(404, "ContainerNotFound", message)
        if group.provisioning_state(self._clock.now()) in ("Pending", "Creating"):
            message = f"The deployment of '{group.name}' is not ready yet, retry later."
            return arm_error(404, "ContainerGroupDeploymentNotReady", message)
        if named[0].execution is None:
            message = f"The log of '{named[0].name}' is not available yet, check InstanceView."
            return arm_error(404, "ContainerLogNotAvailable", message)
        tail = request.query.get("tail")
        if tail is not None and not (tail.isdecimal() and int(tail) > 0):
            return arm_error(400, "InvalidTail", "'tail' needs to be a number above 0.")
        wrong = self._faults.misbehaviour("logs", part["group"], part["name"])
        return Response(200, {"content": _log(named[0], tail, wrong)})

    def operation(self, request: Request, part: Part) -> Response:
        """How a PUT or DELETE is getting on."""
        operation = self._operations.get(part["operation"])
        if operation is None:
            return arm_error(404, "OperationNotFound", "There is no such operation.")
        return Response(200, operation.to_arm(request.path, self._clock.now()), HEADERS)

    def usages(self, request: Request, part: Part) -> Response:
        """How many groups and cores are in use in a location."""
        location = _place(part["location"])
        groups = [one for one in self._live.values() if _place(one.body["location"]) == location]
        cores = sum(container.cpu for group in groups for container in group.containers)
        used = {"ContainerGroups": len(groups), "StandardCores": round(cores)}
        return Response(200, {"value": [
            {"unit": "Count", "currentValue": count, "limit": QUOTAS[name],
             "name": {"value": name, "localizedValue": name}}
            for name, count in used.items()
        ]})  # fmt: skip

    def _new_group(self, path: str) -> Group:
        now = self._clock.now()
        # Unique per creation: volumes of a group that was there before under this name are gone.
        key = hashlib.sha256(f"{path.lower()} {len(self._ever)}".encode()).hexdigest()[:16]
        group = Group(key, path, self._timings, now)
        self._live[path.lower()] = group
        self._ever.append(group)
        return group

    def _announce(self, group: Group, verb: str, method: str | None) -> None:
        now = self._clock.now()
        self._publish(
            resource_event(group.resource_id, GROUP_TYPE, verb, now, self._new_id, method)
        )

    def _begin(self, group: Group, *, is_delete: bool, ends_at_once: bool = False) -> Operation:
        operation = Operation(self._new_id(), group, is_delete, self._clock.now(), ends_at_once)
        self._operations[operation.operation_id] = operation
        return operation

    def _headers(self, operation: Operation, request: Request, part: Part) -> dict[str, str]:
        address = operation.address(request.base_url, part["subscription"])
        return {"Azure-AsyncOperation": address, **HEADERS}


def resource_id(part: Part) -> str:
    """The id of the container group that a path names."""
    group = f"/subscriptions/{part['subscription']}/resourceGroups/{part['group']}"
    return f"{group}/providers/{GROUP_TYPE}/{part['name']}"


def _log(container: Container, tail: str | None, wrong: Mapping[str, Any]) -> str | None:
    assert container.execution is not None
    is_running = container.is_running
    content = container.execution.log_tail(limit_bytes(is_running=is_running))
    shown = tail_of(content, is_running=is_running, lines=int(tail) if tail else None)
    shown = shown[int(wrong.get("truncateHeadBytes", 0)) :]
    unwanted = wrong.get("dropLinesContaining")
    if unwanted:
        kept = [line for line in shown.splitlines(keepends=True) if unwanted not in line]
        shown = "".join(kept)
    # null, not "", as clients have met it (airflow #34516)
    return None if wrong.get("code") == "empty" else shown or None


def _place(location: str) -> str:
    return location.replace(" ", "").lower()
