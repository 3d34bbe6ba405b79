"""Registries in memory, all of them in one."""

import hashlib

from imagescan.image_reference import ImageReference
from imagescan.ports import Resolved, ResolveProblem, Unresolved


class FakeRegistries:
    """See `Registries`: what was pushed, and an image of its own for every other reference.

    With `makes_up` False what was not pushed is not found. `asked`: every reference, in order.
    """

    def __init__(self, *, makes_up: bool = True) -> None:
        self.makes_up = makes_up
        self.asked: list[str] = []
        self._found: dict[str, Resolved | Unresolved] = {}

    def push(self, name: str, tag: str, digest: str, index_digest: str | None = None) -> None:
        """Let `name:tag` be this manifest, by way of an index or not; both have digests too."""
        found = Resolved(digest, index_digest)
        self._found |= {f"{name}:{tag}": found, f"{name}@{digest}": Resolved(digest)}
        if index_digest:
            self._found[f"{name}@{index_digest}"] = found

    def refuse(self, reference: str, problem: ResolveProblem) -> None:
        """Answer so when asked for this reference, in normal form."""
        self._found[reference] = Unresolved(problem, f"The fake says {problem}.")

    def resolve(self, image: ImageReference) -> Resolved | Unresolved:
        self.asked.append(str(image))
        what = f"@{image.digest}" if image.digest else f":{image.tag}"
        reference = f"{image.name}{what}"
        if reference in self._found:
            return self._found[reference]
        if not self.makes_up:
            return Unresolved(ResolveProblem.NOT_FOUND, "The fake does not have it.")
        made_up = hashlib.sha256(reference.encode()).hexdigest()
        return Resolved(image.digest or f"sha256:{made_up}")
