"""The registries: what names and digests stand for, to the app that asks and to whoever pulls."""

from collections.abc import Sequence
from dataclasses import dataclass

from imagescan.errors import TransientError
from imagescan.image_reference import ImageReference, parse_image_reference
from imagescan.ports import Resolved, ResolveProblem, Unresolved
from tests.fakes.registries import FakeRegistries
from tests.simulation.outside import Requests
from tests.simulation.truth import Image

_FORBIDDEN = ResolveProblem.FORBIDDEN_ADDRESS


@dataclass(frozen=True)
class Move:
    """Somebody pushes another image under a tag; `name` in normal form."""

    at_seconds: float
    name: str
    image: Image


class SlowRegistries:
    """See `Registries`: it takes time, and what fails is a value here."""

    def __init__(self, images: Sequence[Image], requests: Requests) -> None:
        self._requests = requests
        self._registries = FakeRegistries(makes_up=False)
        self._images: dict[str, Image] = {}
        for image in images:
            for name in image.names:
                self.push(name, image)

    def push(self, name: str, image: Image) -> None:
        """Let a tag stand for an image from now on; what it stood for before keeps its digest."""
        tagged = parse_image_reference(name)
        self._images |= {name: image, f"{tagged.name}@{image.digest}": image}
        if image.problem:
            self._registries.refuse(name, image.problem)
        else:
            self._registries.push(tagged.name, str(tagged.tag), image.digest)

    def resolve(self, image: ImageReference) -> Resolved | Unresolved:
        if str(image) in self.forbidden:  # nothing is asked, so nothing can fail
            return self._registries.resolve(image)
        try:
            return self._requests.make(
                "registry", f"resolve {image}", lambda: self._registries.resolve(image)
            )
        except TransientError as error:
            return Unresolved(ResolveProblem.UNAVAILABLE, str(error))

    @property
    def forbidden(self) -> frozenset[str]:
        """Names that lead where names from outside may not."""
        found = [name for name, image in self._images.items() if image.problem is _FORBIDDEN]
        return frozenset(found)

    def pulled(self, reference: str) -> Image:
        """What a scanner gets that is given this reference, in normal form."""
        return self._images[reference]
