"""The resolver against a registry that is well, that is not, and that lies."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imagescan.ports import Resolved, ResolveProblem, Unresolved
from local.registry_stand_in.access import Scheme
from local.registry_stand_in.images import Image, add_image, alpine, debian
from tests.registry.layouts import Layouts, private_access
from tests.registry.resolving import problem, resolve, resolver
from tests.registry.servers import Running, running

UNAVAILABLE, NOT_FOUND = ResolveProblem.UNAVAILABLE, ResolveProblem.NOT_FOUND


@pytest.fixture
def served(layouts: Layouts) -> Iterator[Running]:
    with running(layouts.folder) as registry:
        yield registry


def image(registry: Running) -> str:
    return f"{registry.host}/team/debian:12"


def test_dockers_older_media_types_are_images_too(served: Running, layouts: Layouts) -> None:
    """Docker Hub has both."""
    found = resolve(resolver(served.host), f"{served.host}/docker/debian:12")

    assert found == Resolved(layouts.docker_amd64, layouts.docker_index)


def test_an_image_that_was_seen_costs_no_pull(served: Running, layouts: Layouts) -> None:
    """A HEAD is none by Docker Hub's counting, and a digest never stands for something else."""
    registries = resolver(served.host)
    first = resolve(registries, image(served))
    served.registry.book.clear()

    assert resolve(registries, image(served)) == first
    assert resolve(registries, f"{served.host}/team/debian@{layouts.index}") == first
    assert [entry["method"] for entry in served.registry.book] == ["HEAD", "HEAD"]


def test_a_tag_that_moved_is_followed(tmp_path: Path) -> None:
    """What was remembered belongs to digests, not to tags."""
    add_image(tmp_path / "app", "1", Image(alpine()))
    with running(tmp_path) as served:
        registries = resolver(served.host)
        resolve(registries, f"{served.host}/app:1")
        digest = add_image(tmp_path / "app", "1", Image(debian()))

        assert resolve(registries, f"{served.host}/app:1") == Resolved(digest)


def test_an_image_that_is_gone_is_not_remembered(tmp_path: Path) -> None:
    """That its content is known does not make it exist."""
    digest = add_image(tmp_path / "app", "1", Image(alpine()))
    with running(tmp_path) as served:
        registries = resolver(served.host)
        assert resolve(registries, f"{served.host}/app@{digest}") == Resolved(digest)

        (tmp_path / "app/index.json").unlink()

        assert problem(registries, f"{served.host}/app@{digest}") is NOT_FOUND


def test_a_registry_without_head_or_digest_header_is_asked_for_the_content(
    served: Running, layouts: Layouts
) -> None:
    """The digest is then the hash of what came."""
    for fault in ({"method": "HEAD", "status": 405}, {"digest": ""}):
        served.break_with(fault)

        assert resolve(resolver(served.host), image(served)) == Resolved(
            layouts.amd64, layouts.index
        )
    served.break_with({"method": "HEAD", "status": 405})
    assert problem(resolver(served.host), f"{served.host}/team/debian:none") is NOT_FOUND


OTHER = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    "fault",
    [
        {"digest": OTHER},
        {"method": "GET", "digest": OTHER},
        {"method": "HEAD", "digest": OTHER},
        {"method": "GET", "padBytes": 1},
        {"method": "GET", "body": "{}"},
        {"method": "GET", "mediaType": "application/vnd.oci.image.manifest.v1+json"},
        {"method": "GET", "padBytes": 4 * 1024 * 1024},
        {"method": "GET", "status": 404},
    ],
)
def test_an_answer_that_contradicts_itself_is_not_believed(
    served: Running, fault: dict[str, Any]
) -> None:
    """A record names no digest that nobody hashed; the registry may be well again later."""
    served.break_with(fault)
    registries = resolver(served.host)

    assert problem(registries, image(served)) is UNAVAILABLE

    served.break_with()
    assert isinstance(resolve(registries, image(served)), Resolved)


def test_content_by_digest_must_be_what_was_asked_for(served: Running, layouts: Layouts) -> None:
    """A pinned deployment is exactly what it says."""
    served.break_with({"method": "GET", "body": "{}", "digest": layouts.index})

    assert problem(resolver(served.host), f"{served.host}/team/debian@{layouts.index}") is (
        UNAVAILABLE
    )


def test_being_throttled_says_for_how_long(served: Running) -> None:
    """Docker Hub does it first of all."""
    served.break_with({"status": 429, "headers": {"Retry-After": "77"}})

    found = resolve(resolver(served.host), image(served))

    assert isinstance(found, Unresolved)
    assert (found.problem, found.retry_after_seconds) == (UNAVAILABLE, 77)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (500, UNAVAILABLE), (503, UNAVAILABLE), (400, UNAVAILABLE), (204, UNAVAILABLE),
        (401, ResolveProblem.DENIED), (403, ResolveProblem.DENIED), (404, NOT_FOUND),
    ],
)  # fmt: skip
def test_a_status_is_a_no_or_a_fault(
    served: Running, status: int, expected: ResolveProblem
) -> None:
    """A person can act on the one, the other passes."""
    served.break_with({"status": status})

    assert problem(resolver(served.host), image(served)) is expected


@pytest.mark.parametrize(
    "fault",
    [
        {"hangs": True},
        {"method": "GET", "hangs": True},
        {"method": "GET", "dripSeconds": 0.1},
    ],
)
def test_a_registry_that_hangs_or_drips_is_given_up_in_time(
    served: Running, fault: dict[str, Any]
) -> None:
    """A byte every now and then is no answer: only the whole counts."""
    served.break_with(fault)
    began = time.monotonic()

    assert problem(resolver(served.host, within_seconds=0.5), image(served)) is UNAVAILABLE
    assert time.monotonic() - began < 10


def test_a_registry_that_hung_is_left_alone_for_a_while(served: Running, layouts: Layouts) -> None:
    """Each image of it would hold up the steps of other scans; then it is asked again."""
    served.break_with({"hangs": True})
    resting = resolver(served.host, within_seconds=0.5, rest_seconds=1000)
    rested = resolver(served.host, within_seconds=0.5, rest_seconds=0)
    assert problem(resting, image(served)) is problem(rested, image(served)) is UNAVAILABLE
    served.break_with()
    served.registry.book.clear()

    assert problem(resting, image(served)) is UNAVAILABLE
    assert served.registry.book == []
    assert resolve(rested, image(served)) == Resolved(layouts.amd64, layouts.index)


def test_a_registry_that_answered_with_an_error_is_asked_again(
    served: Running, layouts: Layouts
) -> None:
    """It did not hang, and costs nobody any time."""
    served.break_with({"status": 503})
    registries = resolver(served.host, rest_seconds=1000)
    assert problem(registries, image(served)) is UNAVAILABLE
    served.break_with()

    assert resolve(registries, image(served)) == Resolved(layouts.amd64, layouts.index)


def test_a_token_service_that_hangs_is_given_up_in_time(layouts: Layouts) -> None:
    """All of it together has one limit."""
    with running(layouts.folder, access=private_access(Scheme.BEARER)) as served:
        served.break_with({"path": "/token", "hangs": True})

        assert problem(resolver(served.host, within_seconds=0.5), image(served)) is UNAVAILABLE


def test_nobody_listens(layouts: Layouts) -> None:
    """A registry that is gone is unavailable."""
    with running(layouts.folder) as served:
        host = served.host

    assert problem(resolver(host), f"{host}/team/debian:12") is UNAVAILABLE
