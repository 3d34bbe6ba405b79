"""Container groups on Azure Container Instances (api-version 2023-05-01)."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import IO, Any, cast

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.containerinstance import ContainerInstanceManagementClient

from imagescan.adapters.arm_access import client_options
from imagescan.adapters.azure_errors import error_code, refusal, transient_errors
from imagescan.ports import ContainerState, GroupShape, GroupState, Refusal

# Codes with which ACI says that it has no log to give, for now or for good.
_NO_LOG = frozenset(
    {"ContainerLogNotAvailable", "ContainerGroupDeploymentNotReady", "ContainerGroupStopped"}
)


class AzureContainerGroups:
    """The container groups of one resource group. No call waits for Azure to finish."""

    def __init__(
        self, endpoint: str, subscription_id: str, resource_group: str, transport: Any = None
    ) -> None:
        """Nothing is contacted yet; `transport` stands in for azure-core's own."""
        self._endpoint, self._subscription_id = endpoint, subscription_id
        self._resource_group, self._transport = resource_group, transport

    @cached_property
    def _client(self) -> ContainerInstanceManagementClient:
        options = client_options(self._endpoint, self._transport)
        return ContainerInstanceManagementClient(subscription_id=self._subscription_id, **options)

    def create(self, name: str, body: Mapping[str, Any]) -> Refusal | None:
        """See `ContainerGroups.create`.

        The body goes out as it is: the SDK's models drop what they do not know without a word.
        """
        content = cast("IO[bytes]", json.dumps(body).encode())  # documented as IO, bytes go too
        with transient_errors("creating a container group"):
            try:
                self._client.container_groups.begin_create_or_update(
                    self._resource_group, name, content, polling=False
                )
            except HttpResponseError as error:
                return _refusal_with_a_code(error)
        return None

    def get(self, name: str) -> GroupState | None:
        """See `ContainerGroups.get`."""
        with transient_errors("reading a container group"):
            try:
                group = self._client.container_groups.get(self._resource_group, name)
            except ResourceNotFoundError:
                return None
        return _group_state(name, group)

    def list(self) -> Sequence[GroupState] | Refusal:
        """See `ContainerGroups.list`; an error on any page is the answer for all of them."""
        try:
            with transient_errors("listing container groups"):
                found = self._client.container_groups.list_by_resource_group(self._resource_group)
                return [_group_state(str(group.name), group) for group in found]
        except HttpResponseError as error:
            return refusal(error)

    def log(self, name: str, container: str) -> str | None:
        """See `ContainerGroups.log`; `content` may be null (seen by others)."""
        with transient_errors("reading a container's log"):
            try:
                logs = self._client.containers.list_logs(self._resource_group, name, container)
            except HttpResponseError as error:
                if error.status_code == 404 or error_code(error) in _NO_LOG:  # noqa: PLR2004
                    return None
                raise
        return logs.content or None

    def delete(self, name: str) -> Refusal | None:
        """See `ContainerGroups.delete`; 204 says that it was not there."""
        with transient_errors("deleting a container group"):
            try:
                self._client.container_groups.begin_delete(
                    self._resource_group, name, polling=False
                )
            except ResourceNotFoundError:
                return None
            except HttpResponseError as error:
                return _refusal_with_a_code(error)
        return None


def _refusal_with_a_code(error: HttpResponseError) -> Refusal:
    """The answer as a value; one that does not say why is left to `transient_errors`."""
    if getattr(error.error, "code", None) is None:
        raise error
    return refusal(error)


def _group_state(name: str, group: Any) -> GroupState:
    """The SDK's model as a value; instanceView may be absent anywhere, lists may be null."""
    view = group.instance_view
    containers = {
        container.name: state
        for container in group.containers or []
        if (state := _container_state(container)) is not None
    }
    return GroupState(
        name=name,
        provisioning_state=group.provisioning_state or "",
        state=view.state if view else None,
        tags=group.tags or {},
        containers=containers,
        messages=_messages(group),
        shape=_shape(group),
        pulling_at=_pulling_at(group),
    )


def _shape(group: Any) -> GroupShape:
    """Whatever is missing counts as nothing: lists show groups of anybody's making."""
    resources = [one.resources for one in group.containers or [] if one.resources]
    requests = [one.requests for one in resources if one.requests]
    return GroupShape(
        location=group.location or "",
        cpu=round(sum(one.cpu or 0 for one in requests), 2),
        memory_gb=round(sum(one.memory_in_gb or 0 for one in requests), 2),
        subnet_ids=tuple(subnet.id for subnet in group.subnet_ids or []),
    )


def _container_state(container: Any) -> ContainerState | None:
    view = container.instance_view
    current = view.current_state if view else None
    if current is None or not current.state:
        return None
    return ContainerState(
        state=current.state,
        started_at=_utc(current.start_time),
        finished_at=_utc(current.finish_time),
        exit_code=current.exit_code,
        detail=current.detail_status or "",
    )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


def _messages(group: Any) -> tuple[str, ...]:
    """What ACI's events say."""
    return tuple(str(event.message)[:300] for event in _events(group) if event.message)


def _pulling_at(group: Any) -> datetime | None:
    """When the first image began to be pulled; None where no event tells."""
    pulls = [event.first_timestamp for event in _events(group) if event.name == "Pulling"]
    return _utc(min((moment for moment in pulls if moment), default=None))


def _events(group: Any) -> Sequence[Any]:
    """Those of the group and of its containers."""
    views = [group.instance_view, *(one.instance_view for one in group.containers or [])]
    return [event for view in views if view for event in view.events or []]
