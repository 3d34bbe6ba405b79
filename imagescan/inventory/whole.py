"""An inventory in one go, for who waits for the answer; larger ones are read step by step."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from imagescan.deployment import Scope
from imagescan.inventory.pages import Inventory, InventoryPage, Place
from imagescan.inventory.running import ImageInUse, RunningImage, by_image, unreadable
from imagescan.ports import NotThere


class NoInventory(StrEnum):
    """Why there is none."""

    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    TOO_LARGE = "too_large"


@dataclass(frozen=True)
class WholeInventory:
    """Everything that runs in some scopes, and for each list that Azure refused what it said."""

    images: tuple[ImageInUse, ...]
    unlisted: tuple[RunningImage, ...]


@dataclass(frozen=True)
class _Read:
    place: Place
    page: InventoryPage | NotThere


def read_whole(
    inventory: Inventory, scopes: Iterable[Scope], is_late: Callable[[], bool]
) -> WholeInventory | NoInventory:
    """Read all pages: not found where no scope exists, forbidden where no list may be read.

    `is_late` is asked before every page: too large where it says so before the end.
    """
    pages: list[_Read] = []
    for read in _pages(inventory, scopes, is_late):
        if read is None:
            return NoInventory.TOO_LARGE
        pages.append(read)
    lists = [(read.place, read.page) for read in pages if not isinstance(read.page, NotThere)]
    if not lists:
        return NoInventory.NOT_FOUND
    if all(page.refusal for _, page in lists):
        return NoInventory.FORBIDDEN
    unlisted = tuple(
        unreadable(f"{place.kind} in {place.scope}", page.refusal)
        for place, page in lists
        if page.refusal
    )
    resources = (resource for _, page in lists for resource in page.resources)
    return WholeInventory(tuple(by_image(resources)), unlisted)


def _pages(
    inventory: Inventory, scopes: Iterable[Scope], is_late: Callable[[], bool]
) -> Iterator[_Read | None]:
    for scope in scopes:
        place: Place | None = Place(scope)
        while place:
            if is_late():
                yield None
                return
            page = inventory.page(place)
            yield _Read(place, page)
            place = None if isinstance(page, NotThere) else page.next
