"""What was deployed: container groups, container apps and jobs, read from Azure."""

from functools import cache
from typing import Any

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.containerinstance import ContainerInstanceManagementClient

from imagescan.adapters.arm_access import client_options
from imagescan.adapters.azure_errors import refusal, transient_errors
from imagescan.deployment import ResourceId, parse_resource_id
from imagescan.ports import Deployed, NotThere, Refusal

APP_CONTAINERS_API_VERSION = "2024-03-01"  # pinned: the SDK's default moves with its releases


class AzureDeployedResources:
    """Reads resources of any subscription that the app's identity may read."""

    def __init__(self, endpoint: str, transport: Any = None) -> None:
        """Nothing is contacted yet; `transport` stands in for azure-core's own."""
        self._endpoint, self._transport = endpoint, transport
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
                if error.status_code in (401, 403):
                    return refusal(error)
                raise

    def _images(self, resource: ResourceId) -> list[str]:
        group, name = resource.resource_group, resource.name
        subscription_id, kind = resource.subscription_id, resource.resource_type.lower()
        if kind == "microsoft.app/containerapps":
            apps = self._app_containers(subscription_id).container_apps
            return _of_template(apps.get(group, name))
        if kind == "microsoft.app/jobs":
            return _of_template(self._app_containers(subscription_id).jobs.get(group, name))
        groups = self._container_instances(subscription_id).container_groups
        return _of_group(groups.get(group, name))

    def _open_container_instances(self, subscription_id: str) -> ContainerInstanceManagementClient:
        options = client_options(self._endpoint, self._transport)
        return ContainerInstanceManagementClient(subscription_id=subscription_id, **options)

    def _open_app_containers(self, subscription_id: str) -> Any:
        # 0.1 s and 6.5 MB, which only a deployment to Container Apps needs.
        from azure.mgmt.appcontainers import ContainerAppsAPIClient  # noqa: PLC0415

        options = client_options(self._endpoint, self._transport)
        return ContainerAppsAPIClient(
            subscription_id=subscription_id, api_version=APP_CONTAINERS_API_VERSION, **options
        )


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
