"""Requests for containers' logs, answered as ACI does."""

from collections.abc import Mapping
from typing import Any

from local.azure_emulator.containers import Container
from local.azure_emulator.faults import Faults
from local.azure_emulator.group_life import Group
from local.azure_emulator.logs import limit_bytes, tail_of
from local.azure_emulator.messages import Request, Response, arm_error, resource_not_found
from local.azure_emulator.registry import Part, Registry, resource_id


class ContainerLogs:
    """The logs of every container there is."""

    def __init__(self, registry: Registry, faults: Faults) -> None:
        """Read the logs of this registry's groups."""
        self._registry, self._faults = registry, faults

    def logs(self, request: Request, part: Part) -> Response:
        """The end of a container's log; 404 with a code of its own where there is none yet."""
        group = self._registry.find(part)
        if group is None:
            return resource_not_found(resource_id(part))
        named = [one for one in group.containers if one.name == part["container"]]
        if not named:
            message = f"The container '{part['container']}' is not in '{group.name}'."
            return arm_error(404, "ContainerNotFound", message)
        refused = self._refusal(group, named[0])
        if refused:
            return refused
        if request.query.get("timestamps", "").lower() == "true":
            message = "The emulator does not know when a line was written."
            return arm_error(501, "NotImitated", message)
        tail = request.query.get("tail")
        if tail is not None and not (tail.isdecimal() and int(tail) > 0):
            return arm_error(400, "InvalidTail", "'tail' needs to be a number above 0.")
        wrong = self._faults.misbehaviour("logs", part["group"], part["name"])
        return Response(200, {"content": _content(named[0], tail, wrong)})

    def _refusal(self, group: Group, container: Container) -> Response | None:
        """Codes as clients have met them: virtual-kubelet #237, azure-docs #71458."""
        if group.provisioning_state(self._registry.now) in ("Pending", "Creating"):
            message = f"The deployment of '{group.name}' is not ready yet, retry later."
            return arm_error(404, "ContainerGroupDeploymentNotReady", message)
        if group.stopped_at is not None:
            message = f"The container group '{group.name}' is stopped."
            return arm_error(404, "ContainerGroupStopped", message)
        if container.execution is None:
            message = f"The log of '{container.name}' is not available yet, check InstanceView."
            return arm_error(404, "ContainerLogNotAvailable", message)
        return None


def _content(container: Container, tail: str | None, wrong: Mapping[str, Any]) -> str | None:
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
