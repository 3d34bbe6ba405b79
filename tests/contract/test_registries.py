"""Registries: what the port promises, of the fake and of the resolver against the stand-in."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from imagescan.image_reference import parse_image_reference
from imagescan.ports import Registries, Resolved, ResolveProblem, Unresolved
from local.registry_stand_in.access import Scheme
from tests.fakes.registries import FakeRegistries
from tests.registry.layouts import Layouts, make_layouts, private_access
from tests.registry.resolving import resolver
from tests.registry.servers import running


@dataclass(frozen=True)
class World:
    """Registries, and the host whose images are those of the layouts."""

    registries: Registries
    host: str

    def resolve(self, image: str) -> Resolved | Unresolved:
        return self.registries.resolve(parse_image_reference(f"{self.host}/{image}"))


@pytest.fixture(scope="module")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> Layouts:
    return make_layouts(tmp_path_factory.mktemp("layouts"))


@pytest.fixture(params=["fake", "stand-in"])
def world(request: pytest.FixtureRequest, layouts: Layouts) -> Iterator[World]:
    if request.param == "fake":
        yield World(_fake(layouts), "registry.example")
        return
    with running(layouts.folder, access=private_access(Scheme.BEARER)) as served:
        yield World(resolver(served.host), served.host)


def _fake(layouts: Layouts) -> FakeRegistries:
    fake = FakeRegistries(makes_up=False)
    fake.push("registry.example/team/debian", "12", layouts.amd64, layouts.index)
    fake.push("registry.example/team/alpine", "3.20", layouts.alpine)
    fake.refuse("registry.example/private/debian:12", ResolveProblem.DENIED)
    fake.refuse("registry.example/arm/only:1", ResolveProblem.NO_PLATFORM)
    return fake


def test_a_tag_of_an_index_is_its_amd64_image_and_the_index_is_kept(
    world: World, layouts: Layouts
) -> None:
    """What Azure runs is what is scanned."""
    assert world.resolve("team/debian:12") == Resolved(layouts.amd64, layouts.index)


def test_an_index_by_its_digest_is_its_amd64_image_too(world: World, layouts: Layouts) -> None:
    """Deployments are often pinned to the index."""
    expected = Resolved(layouts.amd64, layouts.index)

    assert world.resolve(f"team/debian@{layouts.index}") == expected
    assert world.resolve(f"team/debian:other@{layouts.index}") == expected


def test_a_single_image_is_itself(world: World, layouts: Layouts) -> None:
    """By tag and by digest."""
    assert world.resolve("team/alpine:3.20") == Resolved(layouts.alpine)
    assert world.resolve(f"team/debian@{layouts.amd64}") == Resolved(layouts.amd64)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("team/debian:none", ResolveProblem.NOT_FOUND),
        ("team/none:1", ResolveProblem.NOT_FOUND),
        ("team/debian@sha256:" + "0" * 64, ResolveProblem.NOT_FOUND),
        ("private/debian:12", ResolveProblem.DENIED),
        ("arm/only:1", ResolveProblem.NO_PLATFORM),
    ],
)
def test_what_cannot_be_resolved_says_why(
    world: World, image: str, expected: ResolveProblem
) -> None:
    """As a value, with a sentence."""
    found = world.resolve(image)

    assert isinstance(found, Unresolved)
    assert found.problem is expected
    assert found.message.endswith(".")
