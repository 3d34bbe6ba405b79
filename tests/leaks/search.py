"""Searches places for secrets."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tests.leaks.places import Place
from tests.leaks.spellings import spellings
from tests.leaks.unpacking import layers


class Leak(NamedTuple):
    """A secret, by its name, and where it stands."""

    secret: str
    place: str


def search(places: Iterable[Place], secrets: Mapping[str, str]) -> set[Leak]:
    """Every pair of a secret and a place that holds it, or a part of it, however it is packed."""
    needles = {name: spellings(secret) for name, secret in secrets.items()}
    return {
        Leak(name, place.name)
        for place in places
        for layer in layers(place.content)
        for name, spelled in needles.items()
        if any(needle in layer for needle in spelled)
    }
