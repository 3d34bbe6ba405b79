"""Syft, a registry client that nobody here wrote, pulls from the registry stand-in."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from imagescan.ports import Resolved, ResolveProblem
from local.registry_stand_in.access import Scheme
from local.registry_stand_in.images import PACKAGES
from tests.registry.layouts import PASSWORD, USER, Layouts, private_access
from tests.registry.resolving import known, problem, resolve, resolver
from tests.registry.servers import Running, running

SYFT = Path(sys.executable).parent / "syft"
OPENSSL = ("libssl3", "3.0.19-1~deb12u2")


@dataclass(frozen=True)
class Seen:
    """What Syft found, or how it failed."""

    packages: set[tuple[str, str]]
    digest: str
    error: str


def syft(image: str, user: str | None = None, password: str = PASSWORD) -> Seen:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",  # no credentials of whoever runs the tests
        "SYFT_CHECK_FOR_APP_UPDATE": "false",
        "SYFT_CACHE_DIR": "",
    }
    if user:
        environment |= {
            "SYFT_REGISTRY_AUTH_AUTHORITY": image.partition("/")[0],
            "SYFT_REGISTRY_AUTH_USERNAME": user,
            "SYFT_REGISTRY_AUTH_PASSWORD": password,
        }
    command = [str(SYFT), "scan", f"registry:{image}", "-o", "syft-json"]
    command += ["--platform", "linux/amd64"]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    if ended.returncode:
        return Seen(set(), "", ended.stderr)
    found = json.loads(ended.stdout)
    packages = {(one["name"], one["version"]) for one in found["artifacts"]}
    return Seen(packages, found["source"]["metadata"]["manifestDigest"], "")


def listed(database: str, name: str = "Package: ") -> set[str]:
    """The names in a package database."""
    lines = (PACKAGES / database).read_text().splitlines()
    return {line.removeprefix(name) for line in lines if line.startswith(name)}


@pytest.fixture
def public(layouts: Layouts) -> Iterator[Running]:
    """Everybody needs a token, as on Docker Hub."""
    with running(layouts.folder, access=private_access(Scheme.BEARER)) as served:
        yield served


def assert_debian(host: str, layouts: Layouts, reference: str) -> None:
    image = f"{host}/team/debian{reference}"
    seen, ours = syft(image), resolve(resolver(host), image)

    assert isinstance(ours, Resolved)
    assert ours.digest == seen.digest == layouts.amd64
    assert {package for package, _ in seen.packages} == listed("debian-12-status")
    assert OPENSSL in seen.packages


@pytest.mark.parametrize("reference", [":12", "@{0.index}", "@{0.amd64}"])
def test_syft_lists_the_packages_of_an_image_in_an_index(
    public: Running, layouts: Layouts, reference: str
) -> None:
    """By tag, by the index's digest and by the image's.

    What it pulls is what our resolver says that will be scanned.
    """
    assert_debian(public.host, layouts, reference.format(layouts))


def test_syft_needs_no_token_where_none_is_asked_for(layouts: Layouts) -> None:
    """As with most registries of one's own."""
    with running(layouts.folder) as served:
        assert_debian(served.host, layouts, ":12")


def test_syft_lists_the_packages_of_a_single_image(public: Running) -> None:
    """Alpine's database is another one."""
    seen = syft(f"{public.host}/team/alpine:3.20")

    assert {package for package, _ in seen.packages} == listed("alpine-3.20-installed", name="P:")


@pytest.mark.parametrize("scheme", [Scheme.BASIC, Scheme.BEARER])
def test_syft_pulls_a_private_image_with_credentials_and_is_refused_without(
    scheme: Scheme, layouts: Layouts
) -> None:
    """And with wrong ones; our resolver is let in and refused alike."""
    with running(layouts.folder, access=private_access(scheme)) as served:
        host, image = served.host, f"{served.host}/private/debian:12"

        assert OPENSSL in syft(image, USER).packages
        assert isinstance(resolve(resolver(host, credentials=known(host)), image), Resolved)

        assert "UNAUTHORIZED" in syft(image).error
        assert problem(resolver(host), image) is ResolveProblem.DENIED

        assert "UNAUTHORIZED" in syft(image, USER, "wrong").error
        wrong = resolver(host, credentials=known(host, password="wrong"))
        assert problem(wrong, image) is ResolveProblem.DENIED


def test_syft_does_not_find_what_is_not_there(public: Running) -> None:
    """With the registry's own word for it; our resolver neither."""
    image = f"{public.host}/team/debian:none"

    assert "MANIFEST_UNKNOWN" in syft(image).error
    assert problem(resolver(public.host), image) is ResolveProblem.NOT_FOUND
