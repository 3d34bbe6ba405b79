"""Which deployed resources the app looks at, and which container groups are its own."""

import re
from dataclasses import dataclass

from imagescan.errors import InvalidInput

WATCHED_TYPES = {
    "microsoft.containerinstance/containergroups",
    "microsoft.app/containerapps",
    "microsoft.app/jobs",
}
LONGEST_ID = 1024
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
    def is_watched(self) -> bool:
        """Whether resources of this type run container images that are scanned."""
        return self.resource_type.lower() in WATCHED_TYPES

    def is_container_group_in(self, subscription_id: str, resource_group: str) -> bool:
        """Whether this is a container group of that resource group."""
        return (
            self.resource_type.lower() == "microsoft.containerinstance/containergroups"
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
class DeploymentEvent:
    """What is taken from an Event Grid event; its claims hold people's data and are left out."""

    event_id: str
    resource: ResourceId


def read_event(event_id: object, event_type: object, subject: object) -> DeploymentEvent | None:
    """The deployment that an event tells of; None for events that start no scan.

    Raises `InvalidInput` for an event that cannot be understood. Deletions start nothing here.
    """
    if not isinstance(event_id, str) or not event_id:
        raise InvalidInput("invalid_event", "The event has no id.")
    resource = parse_resource_id(subject)
    if event_type != "Microsoft.Resources.ResourceWriteSuccess" or not resource.is_watched:
        return None
    return DeploymentEvent(event_id, resource)
