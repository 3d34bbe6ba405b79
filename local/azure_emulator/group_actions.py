"""Stopping, starting and restarting container groups (REST reference, 2023-05-01)."""

from local.azure_emulator.container_groups import transitioning
from local.azure_emulator.group_life import Group
from local.azure_emulator.messages import Request, Response, arm_error, resource_not_found
from local.azure_emulator.registry import Part, Registry, resource_id


class GroupActions:
    """POSTs on container groups; each that did something publishes an action event."""

    def __init__(self, registry: Registry) -> None:
        """Act on this registry's groups."""
        self._registry = registry

    def stop(self, request: Request, part: Part) -> Response:
        """204: containers end and nothing is kept of them; no effect on a group that is over."""
        group = self._steady(part)
        if isinstance(group, Response):
            return group
        group.stop(self._registry.now)
        self._registry.announce(group, "Action", "POST", "stop")
        return Response(204)

    def start(self, request: Request, part: Part) -> Response:
        """202: a new deployment as it was put, image pull included; 204 for one that runs."""
        group = self._steady(part)
        if isinstance(group, Response):
            return group
        if not group.is_over:
            return Response(204)
        group.start(self._registry.now)
        self._registry.announce(group, "Action", "POST", "start")
        return Response(202, None, self._registry.begin(request, part, group))

    def restart(self, request: Request, part: Part) -> Response:
        """204: all containers start over in place. A stopped group is started, not restarted."""
        group = self._steady(part)
        if isinstance(group, Response):
            return group
        if group.stopped_at is not None:
            message = f"The container group '{group.name}' is stopped, start it instead."
            return arm_error(409, "ContainerGroupStopped", message)
        group.restart(self._registry.runtime, self._registry.now)
        self._registry.announce(group, "Action", "POST", "restart")
        return Response(204)

    def _steady(self, part: Part) -> Group | Response:
        """The group, where there is one that is not on its way from one state to another."""
        group = self._registry.find(part)
        if group is None:
            return resource_not_found(resource_id(part))
        return transitioning(group) if group.is_transitioning(self._registry.now) else group
