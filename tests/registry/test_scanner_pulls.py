"""The scanner stand-in pulls from the registry stand-in with what it was given, or ends with 6."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from local.qscanner_stand_in.behaviour import FILE_VARIABLE, normal_name, write
from local.qscanner_stand_in.pull import REGISTRY_VARIABLE, Pulled, PullError, pull
from local.registry_stand_in.access import Scheme
from tests.emulator.stand_in import TOKEN, Run
from tests.registry.layouts import PASSWORD, USER, Layouts, private_access
from tests.registry.servers import Running, running

ROOT = Path(__file__).parents[2]
GIVEN = {"QSCANNER_REGISTRY_USERNAME": USER, "QSCANNER_REGISTRY_PASSWORD": PASSWORD}


@pytest.fixture(params=[Scheme.NONE, Scheme.BASIC, Scheme.BEARER])
def served(request: pytest.FixtureRequest, layouts: Layouts, tmp_path: Path) -> Iterator[Running]:
    access = private_access(request.param)
    with running(layouts.folder, access=access, made_up=tmp_path / "made-up") as registry:
        yield registry


def pulled(served: Running, image: str, given: Mapping[str, str] | None = None) -> Pulled | None:
    return pull({REGISTRY_VARIABLE: f"http://{served.host}", **(given or {})}, image)


def scan(
    served: Running, tmp_path: Path, image: str, told: Mapping[str, Any], given: Mapping[str, str]
) -> Run:
    """One scan as the emulator runs it."""
    file, out = tmp_path / "told.json", tmp_path / "out"
    write(file, {normal_name(name): one for name, one in told.items()})
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "QUALYS_ACCESS_TOKEN": TOKEN,
        FILE_VARIABLE: str(file),
        REGISTRY_VARIABLE: f"http://{served.host}",
        **given,
    }
    command = [sys.executable, "-m", "local.qscanner_stand_in", "image", image, "--pod", "US1"]
    command += ["--report-format", "sarif", "--output-dir", str(out)]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return Run(ended.returncode, ended.stdout + ended.stderr, out, 0)


def test_the_amd64_image_and_its_layers_are_pulled(served: Running, layouts: Layouts) -> None:
    """By tag, by the index's digest and by the image's, which are names of the same."""
    name = f"{served.host}/team/debian"
    for reference in (":12", f"@{layouts.index}", f"@{layouts.amd64}", f":12@{layouts.index}"):
        found = pulled(served, name + reference)

        assert found is not None
        assert found.digest == layouts.amd64
        assert len(found.layers) == 1
        assert found.names == (f"{name}:12",)


def test_a_private_image_needs_the_credentials(served: Running, layouts: Layouts) -> None:
    """Those in the environment, by Basic and by a token."""
    image = f"{served.host}/private/debian:12"

    found = pulled(served, image, GIVEN)

    assert found is not None
    assert found.digest == layouts.amd64


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ("team/debian:none", "MANIFEST_UNKNOWN"),
        ("team/none:1", "NAME_UNKNOWN"),
        ("arm/only:1", "linux/amd64"),
        ("team/debian@sha256:" + "0" * 64, "MANIFEST_UNKNOWN"),
    ],
)
def test_what_is_not_there_cannot_be_pulled(served: Running, image: str, code: str) -> None:
    """With the registry's own word."""
    with pytest.raises(PullError, match=code):
        pulled(served, f"{served.host}/{image}")


def test_images_of_other_registries_are_made_up(served: Running) -> None:
    """Nothing outside the machine is asked; told by tag, found by digest."""
    by_tag = pulled(served, "nginx:1.27")
    assert by_tag is not None

    by_digest = pulled(served, f"nginx@{by_tag.digest}")

    assert by_digest == by_tag
    assert by_tag.names == ("docker.io/library/nginx:1.27",)
    assert pulled(served, "nginx:1.28") != by_tag


def test_without_a_registry_nothing_is_pulled() -> None:
    """As in the simulation: every image is there."""
    assert pull({}, "nginx:1.27") is None
    assert pull({REGISTRY_VARIABLE: ""}, "nginx:1.27") is None


def test_a_registry_that_is_gone_is_an_image_that_cannot_be_had(layouts: Layouts) -> None:
    """The real tool has one exit code for all of it."""
    with running(layouts.folder) as gone:
        pass
    with pytest.raises(PullError, match="does not answer"):
        pulled(gone, f"{gone.host}/team/debian:12")


@pytest.mark.parametrize("given", [{}, GIVEN | {"QSCANNER_REGISTRY_PASSWORD": "wrong"}])
def test_a_scan_that_may_not_pull_ends_with_6_and_no_file(
    layouts: Layouts, tmp_path: Path, given: dict[str, str]
) -> None:
    """And its log holds no password."""
    with running(layouts.folder, access=private_access(Scheme.BEARER)) as served:
        ended = scan(served, tmp_path, f"{served.host}/private/debian:12", {}, given)

    assert ended.exit_code == 6
    assert "failed to pull image" in ended.console
    assert "UNAUTHORIZED" in ended.console
    assert not ended.folder.exists()
    assert "wrong" not in ended.console


def test_a_scan_by_digest_finds_what_was_told_of_the_tag(layouts: Layouts, tmp_path: Path) -> None:
    """The app scans digests, people tell of tags; the report names what was pulled."""
    with running(layouts.folder, access=private_access(Scheme.BEARER)) as served:
        name = f"{served.host}/private/debian"
        told = {f"{name}:12": {"findings": 5, "seconds": 0}}
        ended = scan(served, tmp_path, f"{name}@{layouts.amd64}", told, GIVEN)

    assert ended.exit_code == 0
    assert len(ended.pairs()) == 5
    assert ended.sarif["properties"]["imageDigest"] == layouts.amd64
    assert PASSWORD not in ended.console
