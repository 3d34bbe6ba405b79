"""Registries send clients elsewhere: we go, and take nothing along."""

from collections.abc import Iterator

import pytest

from imagescan.ports import Resolved, ResolveProblem
from local.registry_stand_in.access import Access, Scheme
from tests.registry.layouts import Layouts, private_access
from tests.registry.resolving import known, problem, resolve, resolver
from tests.registry.servers import Running, running

IMAGE = "private/debian:12"
PATH = "/v2/private/debian/manifests/*"
Two = tuple[Running, Running]


@pytest.fixture(params=[Scheme.BASIC, Scheme.BEARER])
def two(request: pytest.FixtureRequest, layouts: Layouts) -> Iterator[Two]:
    """A guarded registry, and one that has the same images and asks for nothing."""
    with (
        running(layouts.folder, access=private_access(request.param)) as first,
        running(layouts.folder, access=Access()) as second,
    ):
        yield first, second


def redirect(first: Running, location: str) -> None:
    """Once whoever asks has proven who they are, as with a real pull."""
    basic, bearer = 'Basic realm="x"', f'Bearer realm="http://{first.host}/token",service="x"'
    challenge = basic if first.registry._access.scheme is Scheme.BASIC else bearer
    asked = {"status": 401, "count": 1, "headers": {"WWW-Authenticate": challenge}}
    sent_away = {"status": 307, "headers": {"Location": location}}
    first.break_with({"path": PATH, **asked}, {"path": PATH, **sent_away})


def test_a_redirect_is_followed_without_credentials(two: Two, layouts: Layouts) -> None:
    """registry.k8s.io serves its images so."""
    first, second = two
    redirect(first, f"http://{second.host}/v2/{IMAGE.replace(':', '/manifests/')}")
    registries = resolver(first.host, second.host, credentials=known(first.host, second.host))

    found = resolve(registries, f"{first.host}/team/debian@{layouts.index}")
    redirected = resolve(registries, f"{first.host}/{IMAGE}")

    assert found == Resolved(layouts.amd64, layouts.index)
    assert redirected == found
    assert second.registry.book
    assert second.shown() == {None}


def test_a_redirect_to_the_same_host_takes_no_credential_along_either(two: Two) -> None:
    """Whoever may redirect there is not whoever may pull."""
    first, _ = two
    first.break_with(
        {"path": PATH, "status": 302, "headers": {"Location": "/v2/private/alpine/manifests/3.20"}}
    )

    registries = resolver(first.host, credentials=known(first.host))

    assert problem(registries, f"{first.host}/{IMAGE}") is ResolveProblem.DENIED
    assert first.shown() == {None}


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/v2/x/manifests/1",
        "https://127.0.0.1/v2/x/manifests/1",
        "https://[::1]/v2/x/manifests/1",
        "https://[::ffff:a9fe:a9fe]/metadata",
        "https://169.254.169.254/metadata/identity",
        "https://2130706433/v2/x/manifests/1",
        "http://metadata.example/",
    ],
)
def test_a_redirect_leads_to_no_forbidden_address(two: Two, location: str) -> None:
    """It is looked at like the name in an image."""
    first, _ = two
    first.break_with({"path": PATH, "status": 307, "headers": {"Location": location}})
    places = {"2130706433": ("127.0.0.1", 443)}

    found = problem(resolver(first.host, places=places), f"{first.host}/{IMAGE}")

    assert found is ResolveProblem.FORBIDDEN_ADDRESS


@pytest.mark.parametrize(
    "location",
    ["", "//", "https://[::ffff:127.0.0.1]/", "ftp://a.example/", "https://u:p@a.example/", "\t"],
)
def test_a_redirect_to_nowhere_is_not_followed(two: Two, location: str) -> None:
    """What is not plainly an address is none."""
    first, _ = two
    first.break_with({"path": PATH, "status": 307, "headers": {"Location": location}})

    assert problem(resolver(first.host), f"{first.host}/{IMAGE}") is ResolveProblem.UNAVAILABLE


def test_redirects_in_a_circle_end(two: Two) -> None:
    """After three."""
    first, second = two
    for here, there in ((first, second), (second, first)):
        location = f"http://{there.host}/v2/private/debian/manifests/12"
        here.break_with({"path": PATH, "status": 307, "headers": {"Location": location}})

    registries = resolver(first.host, second.host)

    assert problem(registries, f"{first.host}/{IMAGE}") is ResolveProblem.UNAVAILABLE
    assert len(first.registry.book) + len(second.registry.book) == 4
