"""What was deployed: container groups, container apps and jobs, read from Azure."""

from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.containerinstance import ContainerInstanceManagementClient

from imagescan.adapters.arm_access import client_options
from imagescan.adapters.azure_errors import error_code, refusal, transient_errors
from imagescan.deployment import ResourceId, ResourceKind, Scope, parse_resource_id
from imagescan.ports import (
    LONGEST_CONTINUATION,
    Deployed,
    ListedResource,
    NotThere,
    Refusal,
    ResourcePage,
)

APP_CONTAINERS_API_VERSION = "2024-03-01"  # pinned: the SDK's default moves with its releases
_FORBIDDEN = frozenset({401, 403})
# Nobody ever used the provider in that subscription, so it runs nothing there.
_NOT_REGISTERED = "MissingSubscriptionRegistration"


class AzureDeployedResources:
    """Reads resources of any subscription that the app's identity may read."""

    def __init__(self, endpoint: str, transport: Any = None) -> None:
        """Nothing is contacted yet; `transport` stands in for azure-core's own."""
        self._endpoint, self._transport = endpoint.rstrip("/"), transport
        # By subscription: a client is bound to one.
        self._container_instances = cache(self._open_container_instances)
        self._app_containers = cache(self._open_app_containers)

    def read(self, resource_id: str) -> Deployed | NotThere | Refusal:
        """See `DeployedResources.read`."""
        resource = parse_resource_id(resource_id)
        with transient_errors("reading a deployed resource"):
            try:
                return Deployed(tuple(dict.fromkeys(self._images(resource))))
            except ResourceNotFoundError:
                return NotThere()
            except HttpResponseError as error:
                if error.status_code in _FORBIDDEN:
                    return refusal(error)
                raise

    def list_page(
        self, scope: Scope, kind: ResourceKind, continuation: str | None
    ) -> ResourcePage | NotThere | Refusal:
        """See `DeployedResources.list_page`."""
        with transient_errors(f"listing {kind}"):
            try:
                pages = self._list(scope, kind).by_page(self._next_link(continuation))
                listed = tuple(_listed(one, kind) for one in next(pages, ()))
            except HttpResponseError as error:
                return _instead_of_a_page(error)
        link = pages.continuation_token
        after = _path_and_query(link) if link else None
        if after and len(after) > LONGEST_CONTINUATION:
            return Refusal("NextLinkTooLong", "Azure's link to the next page is too long.", 200)
        return ResourcePage(listed, after)

    def _images(self, resource: ResourceId) -> Iterable[str]:
        group, name = resource.resource_group, resource.name
        subscription_id = resource.subscription_id
        if resource.kind is ResourceKind.CONTAINER_APP:
            return self._of_app(resource)
        if resource.kind is ResourceKind.JOB:
            return _of_template(self._app_containers(subscription_id).jobs.get(group, name))
        groups = self._container_instances(subscription_id).container_groups
        return _of_group(groups.get(group, name))

    def _of_app(self, resource: ResourceId) -> list[str]:
        client = self._app_containers(resource.subscription_id)
        place = resource.resource_group, resource.name
        app = client.container_apps.get(*place)
        if not _runs_several_revisions(app):
            return _of_template(app)
        revisions = list(client.container_apps_revisions.list_revisions(*place))
        is_latest_listed = app.latest_revision_name in {revision.name for revision in revisions}
        templates = [] if is_latest_listed else [app]
        templates += [revision for revision in revisions if revision.active]
        return [image for template in templates for image in _of_template(template)]

    def _list(self, scope: Scope, kind: ResourceKind) -> Any:
        subscription_id, group = scope.subscription_id, scope.resource_group
        if kind is ResourceKind.CONTAINER_GROUP:
            groups = self._container_instances(subscription_id).container_groups
            return groups.list_by_resource_group(group) if group else groups.list()
        client = self._app_containers(subscription_id)
        listed = client.jobs if kind is ResourceKind.JOB else client.container_apps
        return listed.list_by_resource_group(group) if group else listed.list_by_subscription()

    def _next_link(self, continuation: str | None) -> str | None:
        """Always on our own endpoint: whatever a link says, no token goes anywhere else."""
        if continuation is None:
            return None
        assert continuation.startswith("/")
        return self._endpoint + continuation

    def _open_container_instances(self, subscription_id: str) -> ContainerInstanceManagementClient:
        options = client_options(self._endpoint, self._transport)
        return ContainerInstanceManagementClient(subscription_id=subscription_id, **options)

    def _open_app_containers(self, subscription_id: str) -> Any:
        # 0.1 s and 6.5 MB, which only Container Apps need.
        from azure.mgmt.appcontainers import ContainerAppsAPIClient  # noqa: PLC0415

        options = client_options(self._endpoint, self._transport)
        return ContainerAppsAPIClient(
            subscription_id=subscription_id, api_version=APP_CONTAINERS_API_VERSION, **options
        )


def _instead_of_a_page(error: HttpResponseError) -> ResourcePage | NotThere | Refusal:
    if error_code(error) == "ResourceGroupNotFound":
        return NotThere()
    if error_code(error) == _NOT_REGISTERED:
        return ResourcePage(())
    if error.status_code in _FORBIDDEN or isinstance(error, ResourceNotFoundError):
        return refusal(error)
    raise error


def _path_and_query(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}"


def _listed(resource: Any, kind: ResourceKind) -> ListedResource:
    if kind is ResourceKind.CONTAINER_GROUP:
        return ListedResource(resource.id, tuple(dict.fromkeys(_of_group(resource))))
    if kind is ResourceKind.CONTAINER_APP and _runs_several_revisions(resource):
        return ListedResource(resource.id, None)
    return ListedResource(resource.id, tuple(dict.fromkeys(_of_template(resource))))


def _runs_several_revisions(app: Any) -> bool:
    """In single mode, too, the old revision runs on until the new one is ready."""
    configuration = app.configuration
    is_multiple = bool(configuration and configuration.active_revisions_mode == "Multiple")
    ready = app.latest_ready_revision_name
    return is_multiple or bool(ready and ready != app.latest_revision_name)


def _of_group(group: Any) -> list[str]:
    containers = [*(group.containers or []), *(group.init_containers or [])]
    return [container.image for container in containers if container.image]


def _of_template(app: Any) -> list[str]:
    """Both lists of a template may be null."""
    template = app.template
    if template is None:
        return []
    containers = [*(template.containers or []), *(template.init_containers or [])]
    return [container.image for container in containers if container.image]
