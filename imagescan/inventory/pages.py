"""An inventory, page by page: each page is one step that ends within a minute."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from imagescan.deployment import ResourceId, ResourceKind, Scope, parse_resource_id
from imagescan.inventory.running import RunningResource, read_images, unreadable
from imagescan.ports import (
    Deployed,
    DeployedResources,
    ListedResource,
    NotThere,
    Refusal,
    ResourcePage,
)

# Each may want a read of its own, and a step has to end within a minute.
RESOURCES_PER_PAGE = 50
_KINDS = list(ResourceKind)


@dataclass(frozen=True)
class Place:
    """Where in an inventory a page begins: plain data, below 5 KB as JSON.

    A page of Azure's may be too much for one step: `after` is the last resource of it that was
    read, in the order of their ids.
    """

    scope: Scope
    kind: ResourceKind = _KINDS[0]
    continuation: str | None = None
    after: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON for the Durable history."""
        return asdict(self) | {"kind": self.kind.value}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls(
            Scope(**data["scope"]), ResourceKind(data["kind"]), data["continuation"], data["after"]
        )

    def next_kind(self) -> Self | None:
        """The beginning of the next kind's list."""
        number = _KINDS.index(self.kind) + 1
        return type(self)(self.scope, _KINDS[number]) if number < len(_KINDS) else None


@dataclass(frozen=True)
class InventoryPage:
    """What was read, what Azure refused to list, and where to go on (None at the end)."""

    resources: tuple[RunningResource, ...]
    refusal: Refusal | None
    next: Place | None


class Inventory:
    """Reads inventories; a scan's own container groups are none of them."""

    def __init__(self, resources: DeployedResources, is_ours: Callable[[ResourceId], bool]) -> None:
        """Read by `resources`; `is_ours` tells a scan's own container group."""
        self._resources, self._is_ours = resources, is_ours

    def page(self, place: Place, most: int = RESOURCES_PER_PAGE) -> InventoryPage | NotThere:
        """At most `most` resources from `place` on; NotThere for an unknown resource group.

        A kind that may not be listed is told with its refusal, and the next kind follows. A
        resource that vanishes while it is read is left out.
        """
        listed = self._resources.list_page(place.scope, place.kind, place.continuation)
        if isinstance(listed, NotThere):
            return listed
        if isinstance(listed, Refusal):
            return InventoryPage((), listed, place.next_kind())
        left = sorted(
            (one for one in listed.resources if one.resource_id.lower() > place.after),
            key=lambda one: one.resource_id.lower(),
        )
        found = [seen for one in left[:most] if (seen := self._look(one))]
        return InventoryPage(tuple(found), None, _following(place, listed, left, most))

    def _look(self, listed: ListedResource) -> RunningResource | None:
        resource = parse_resource_id(listed.resource_id)
        if self._is_ours(resource):
            return None
        if listed.images is not None:
            return RunningResource(resource, read_images(listed.images))
        seen = self._resources.read(listed.resource_id)
        if isinstance(seen, Deployed):
            return RunningResource(resource, read_images(seen.images))
        if isinstance(seen, Refusal):
            return RunningResource(resource, (unreadable(resource, seen),))
        return None


def _following(
    place: Place, listed: ResourcePage, left: Sequence[ListedResource], most: int
) -> Place | None:
    if len(left) > most:
        return replace(place, after=left[most - 1].resource_id.lower())
    if listed.continuation:
        return Place(place.scope, place.kind, listed.continuation)
    return place.next_kind()
