"""Where a mirror tells the digests: whom it is asked for, and that nobody inside is scanned."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from imagescan.ports import Resolved, ResolveProblem, Unresolved
from tests.registry.certificates import Authority
from tests.registry.layouts import Layouts
from tests.registry.resolving import problem, resolve, resolver
from tests.registry.servers import Running, running

MIRROR = "mirror.corp"


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Running]:
    """Knows every image of every registry."""
    with running(made_up=tmp_path) as registry:
        yield registry


@pytest.fixture
def distant(tmp_path: Path, authority: Authority) -> Iterator[Running]:
    """The same on another machine, by its name."""
    with running(made_up=tmp_path, tls=authority.serving(MIRROR)) as registry:
        yield registry


def test_a_mirror_is_asked_for_registries_that_are_not_listed(
    mirror: Running, layouts: Layouts
) -> None:
    """By the name of the registry, as containerd asks; those that are listed are asked directly."""
    with running(layouts.folder) as own:
        registries = resolver(own.host, mirror=f"http://{mirror.host}")

        made_up = resolve(registries, "nginx:1.27")
        direct = resolve(registries, f"{own.host}/team/debian:12")

    assert isinstance(made_up, Resolved)
    assert direct == Resolved(layouts.amd64, layouts.index)
    asked = {(entry["path"], entry["query"].get("ns")) for entry in mirror.registry.book}
    assert ("/v2/library/nginx/manifests/1.27", "docker.io") in asked
    assert {namespace for _, namespace in asked} == {"docker.io"}


@pytest.mark.parametrize(
    "image",
    [
        "169.254.169.254/a/b:1", "10.0.0.1/a:1", "127.0.0.1:9/x/y:1", "168.63.129.16/a:1",
        "localhost/x/y", "LOCALHOST:1/x", "a.localhost/x", "registry:5000/x",
        "2130706433:443/x", "0x7f.1/x", "127.1/x", "0177.0.0.1/x", "012.0.0.1/x",
        "[::1]/x", "[::ffff:a9fe:a9fe]:80/x", "[fd12::1]/x",
    ],
)  # fmt: skip
def test_a_name_that_says_that_it_is_inside_is_refused_although_the_mirror_knows_it(
    mirror: Running, image: str
) -> None:
    """The scanner would go there; nobody needs to be asked to see it."""
    registries = resolver(mirror=f"http://{mirror.host}")

    assert problem(registries, image) is ResolveProblem.FORBIDDEN_ADDRESS
    assert mirror.registry.book == []


def test_on_one_machine_no_name_is_looked_up(mirror: Running) -> None:
    """Nothing outside may be asked there, DNS included."""
    registries = resolver(mirror=f"http://{mirror.host}", places={"ghcr.io": ("10.0.0.1", 443)})

    assert isinstance(resolve(registries, "ghcr.io/a:1"), Resolved)


def test_where_the_mirror_is_another_machine_a_name_that_leads_inside_is_refused(
    distant: Running, authority: Authority
) -> None:
    """The scanner resolves it by itself; that it is the mirror's own name allows nothing."""
    at = ("127.0.0.1", distant.port)
    places = {MIRROR: at, "evil.example": ("10.0.0.1", 443)}
    asking = resolver(mirror=f"https://{MIRROR}", places=places, tls=authority.trusting())

    for image in ("evil.example/a:1", f"{MIRROR}/a:1"):
        found = resolve(asking, image)

        assert isinstance(found, Unresolved)
        assert found.problem is ResolveProblem.FORBIDDEN_ADDRESS
    assert distant.registry.book == []


@pytest.mark.parametrize("place", [("1.1.1.1", 443), None])
def test_the_mirror_is_asked_for_names_that_are_public_or_not_known(
    distant: Running, authority: Authority, place: tuple[str, int] | None
) -> None:
    """A mirror is what networks without DNS for the outside have."""
    places = {MIRROR: ("127.0.0.1", distant.port), "good.example": place}
    asking = resolver(mirror=f"https://{MIRROR}", places=places, tls=authority.trusting())

    assert isinstance(resolve(asking, "good.example/a:1"), Resolved)


def test_a_listed_registry_may_be_inside(layouts: Layouts, mirror: Running) -> None:
    """Whoever runs the app says so; another port is not listed."""
    with running(layouts.folder) as own:
        registries = resolver(own.host, mirror=f"http://{mirror.host}")

        assert isinstance(resolve(registries, f"{own.host}/team/debian:12"), Resolved)
        assert problem(registries, "127.0.0.1:1/a:1") is ResolveProblem.FORBIDDEN_ADDRESS
