"""Images that the tests pull, in layouts that are made once a session."""

from dataclasses import dataclass
from pathlib import Path

from local.registry_stand_in.access import Access, Scheme, User
from local.registry_stand_in.images import DOCKER, Image, add_image, add_index, alpine, debian

USER, PASSWORD = "robot", "made-up password: for tests"


@dataclass(frozen=True)
class Layouts:
    """Where they lie, and the digests of what is in them."""

    folder: Path
    index: str
    amd64: str
    arm64: str
    alpine: str
    docker_index: str
    docker_amd64: str
    arm_only: str


def make_layouts(folder: Path) -> Layouts:
    """team/debian:12 is an index, team/alpine:3.20 an image; private/ and docker/ alike."""
    for place in ("team", "private"):
        both = [Image(debian(), "arm64"), Image(debian(), "amd64")]
        index, arm64, amd64 = add_index(folder / place / "debian", "12", both)
        alpine_digest = add_image(folder / place / "alpine", "3.20", Image(alpine()))
    docker = add_index(folder / "docker/debian", "12", both, DOCKER)
    arm_only = add_index(folder / "arm/only", "1", both[:1])
    return Layouts(folder, index, amd64, arm64, alpine_digest, docker[0], docker[2], arm_only[0])


def private_access(scheme: Scheme, realm: str | None = None) -> Access:
    """private/ is open to the user and to an Entra token, others/ to nobody; the rest is public."""
    users = {USER: User(PASSWORD, ("private/*",))}
    return Access(scheme, ("private/*", "others/*"), users, {"entra-token": ("private/*",)}, realm)
