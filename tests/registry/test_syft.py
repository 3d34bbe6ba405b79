"""Syft, a registry client that nobody here wrote, pulls from the registry stand-in."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.registry_stand_in.access import Scheme
from local.registry_stand_in.images import PACKAGES
from tests.registry.layouts import PASSWORD, USER, Layouts, private_access
from tests.registry.servers import Running, running

SYFT = Path(sys.executable).parent / "syft"
OPENSSL = ("libssl3", "3.0.19-1~deb12u2")


@dataclass(frozen=True)
class Seen:
    """What Syft found, or how it failed."""

    packages: set[tuple[str, str]]
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
        return Seen(set(), ended.stderr)
    found = json.loads(ended.stdout)["artifacts"]
    return Seen({(one["name"], one["version"]) for one in found}, "")


def listed(database: str, name: str = "Package: ") -> set[str]:
    """The names in a package database."""
    lines = (PACKAGES / database).read_text().splitlines()
    return {line.removeprefix(name) for line in lines if line.startswith(name)}


@pytest.fixture(params=[Scheme.NONE, Scheme.BEARER])
def public(request: pytest.FixtureRequest, layouts: Layouts) -> Iterator[Running]:
    with running(layouts.folder, access=private_access(request.param)) as served:
        yield served


def test_syft_lists_the_packages_of_an_index_by_tag_and_by_digest(
    public: Running, layouts: Layouts
) -> None:
    """Anonymously, with and without a token; by tag, by the index's digest, by the image's."""
    name = f"{public.host}/team/debian"
    for reference in (":12", f"@{layouts.index}", f"@{layouts.amd64}"):
        seen = syft(name + reference)

        assert {package for package, _ in seen.packages} == listed("debian-12-status")
        assert OPENSSL in seen.packages


def test_syft_lists_the_packages_of_a_single_image(public: Running) -> None:
    """Alpine's database is another one."""
    seen = syft(f"{public.host}/team/alpine:3.20")

    assert {package for package, _ in seen.packages} == listed("alpine-3.20-installed", name="P:")


@pytest.mark.parametrize("scheme", [Scheme.BASIC, Scheme.BEARER])
def test_syft_pulls_a_private_image_with_credentials_and_is_refused_without(
    scheme: Scheme, layouts: Layouts
) -> None:
    """And with wrong ones, and what does not exist."""
    with running(layouts.folder, access=private_access(scheme)) as served:
        image = f"{served.host}/private/debian:12"

        assert OPENSSL in syft(image, USER).packages
        assert "UNAUTHORIZED" in syft(image).error
        assert "UNAUTHORIZED" in syft(image, USER, "wrong").error


def test_syft_does_not_find_what_is_not_there(public: Running) -> None:
    """With the registry's own word for it."""
    assert "MANIFEST_UNKNOWN" in syft(f"{public.host}/team/debian:none").error
