"""The images that resources run, in one normal form."""

from collections.abc import Iterable
from dataclasses import dataclass

from imagescan.deployment import ResourceId
from imagescan.errors import InvalidInput
from imagescan.image_reference import parse_image_reference
from imagescan.ports import Refusal
from imagescan.scan.reasons import Reason, ReasonCode


@dataclass(frozen=True)
class RunningImage:
    """An image as a resource names it: in normal form, or with why it is none that we can scan.

    `name` is empty, and then there is a problem, where a resource's images could not be read.
    """

    name: str
    problem: Reason | None = None


@dataclass(frozen=True)
class RunningResource:
    """A resource and the images that it runs, each once."""

    resource: ResourceId
    images: tuple[RunningImage, ...]

    @property
    def is_readable(self) -> bool:
        """Whether these are all its images."""
        return not any(image.problem and not image.name for image in self.images)


def read_images(names: Iterable[str]) -> tuple[RunningImage, ...]:
    """Images in normal form, each once, in their order; malformed names are told, not dropped."""
    return tuple(dict.fromkeys(map(_read_image, names)))


def _read_image(name: str) -> RunningImage:
    try:
        return RunningImage(str(parse_image_reference(name)))
    except InvalidInput as invalid:
        message = f"Its name is none of an image. {invalid.message}"
        return RunningImage(name[:200], Reason(ReasonCode.IMAGE_UNAVAILABLE, message))


def unreadable(what: object, refusal: Refusal) -> RunningImage:
    """What is told of a resource, or of a list of them, that Azure does not let us read."""
    message = f"Azure said {refusal.code} for {what}."[:500]
    return RunningImage("", Reason(ReasonCode.RESOURCE_UNREADABLE, message))


@dataclass(frozen=True)
class ImageInUse:
    """An image and every resource that runs it."""

    image: RunningImage
    resources: tuple[ResourceId, ...]

    @property
    def key(self) -> str:
        """Sorts by name; no two images of an inventory have the same."""
        return f"{self.image.name}\x00{self.image.problem or ''}"


def by_image(resources: Iterable[RunningResource]) -> list[ImageInUse]:
    """Each image once, by name, with its resources in the order of their ids."""
    users: dict[RunningImage, set[ResourceId]] = {}
    for running in resources:
        for image in running.images:
            users.setdefault(image, set()).add(running.resource)
    found = (ImageInUse(image, tuple(sorted(used, key=str))) for image, used in users.items())
    return sorted(found, key=lambda in_use: in_use.key)
