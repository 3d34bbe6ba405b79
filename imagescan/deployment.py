"""Which deployed resources the app looks at, and which container groups are its own."""

import re
from dataclasses import dataclass
from enum import StrEnum

from imagescan.errors import InvalidInput


class ResourceKind(StrEnum):
    """The resources that run containers, by their ARM type."""

    CONTAINER_GROUP = "Microsoft.ContainerInstance/containerGroups"
    CONTAINER_APP = "Microsoft.App/containerApps"
    JOB = "Microsoft.App/jobs"


_WATCHED = {kind.lower(): kind for kind in ResourceKind}
LONGEST_ID = 1024
LONGEST_EVENT_ID = 256  # Azure's own have 36 characters
_RESOURCE_ID = re.compile(
    r"/subscriptions/(?P<subscription>[0-9a-f-]{36})"
    r"/resourcegroups/(?P<group>[\w().-]{1,90})"
    r"/providers/(?P<type>[a-z0-9.]{1,80}/[a-z0-9]{1,80})"
    r"/(?P<name>[a-z0-9][a-z0-9-]{0,62})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ResourceId:
    """An ARM resource id; parts keep their spelling, comparisons ignore case as ARM does."""

    subscription_id: str
    resource_group: str
    resource_type: str
    name: str

    def __str__(self) -> str:
        """The id in its usual spelling."""
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/providers/{self.resource_type}/{self.name}"
        )

    @property
    def kind(self) -> ResourceKind | None:
        """What kind of container it runs; None for resources that run no images."""
        return _WATCHED.get(self.resource_type.lower())

    def is_container_group_in(self, subscription_id: str, resource_group: str) -> bool:
        """Whether this is a container group of that resource group."""
        return (
            self.kind is ResourceKind.CONTAINER_GROUP
            and self.subscription_id.lower() == subscription_id.lower()
            and self.resource_group.lower() == resource_group.lower()
        )


def parse_resource_id(text: object) -> ResourceId:
    """Parse the id of a top-level resource; raises `InvalidInput` for anything else."""
    match = (
        _RESOURCE_ID.fullmatch(text) if isinstance(text, str) and len(text) <= LONGEST_ID else None
    )
    if match is None:
        raise InvalidInput("invalid_resource", "This is not the id of an Azure resource.")
    return ResourceId(match["subscription"], match["group"], match["type"], match["name"])


@dataclass(frozen=True)
class Scope:
    """A subscription, or one resource group of it."""

    subscription_id: str
    resource_group: str | None = None

    def __str__(self) -> str:
        """As a resource id."""
        group = f"/resourceGroups/{self.resource_group}" if self.resource_group else ""
        return f"/subscriptions/{self.subscription_id}{group}"


@dataclass(frozen=True)
class DeploymentEvent:
    """What is taken from an Event Grid event; its claims hold people's data and are left out."""

    event_id: str
    resource: ResourceId


@dataclass(frozen=True)
class DeletionEvent:
    """A resource was deleted."""

    event_id: str
    resource: ResourceId


def read_event(
    event_id: object, event_type: object, subject: object
) -> DeploymentEvent | DeletionEvent | None:
    """What an event tells of a resource that runs images; None for all other events.

    Raises `InvalidInput` for an event that cannot be understood.
    """
    if not isinstance(event_id, str) or not 0 < len(event_id) <= LONGEST_EVENT_ID:
        raise InvalidInput("invalid_event", "The event has no id, or none that could be one.")
    if not event_id.isprintable():  # a lone surrogate could not even be written down
        raise InvalidInput("invalid_event", "The event's id holds control characters.")
    resource = parse_resource_id(subject)
    if resource.kind is None:
        return None
    if event_type == "Microsoft.Resources.ResourceWriteSuccess":
        return DeploymentEvent(event_id, resource)
    if event_type == "Microsoft.Resources.ResourceDeleteSuccess":
        return DeletionEvent(event_id, resource)
    return None
