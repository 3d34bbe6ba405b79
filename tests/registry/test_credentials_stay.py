"""A credential is seen by its own registry and that one's token service, and by nobody else."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from imagescan.ports import Resolved, ResolveProblem, Unresolved
from local.registry_stand_in.access import Scheme
from tests.registry.certificates import Authority
from tests.registry.layouts import USER, Layouts, private_access
from tests.registry.resolving import known, problem, resolve, resolver
from tests.registry.servers import Running, running

IMAGE = "private/debian:12"
DENIED = ResolveProblem.DENIED
SHOWN = f"Basic {USER}"


@pytest.fixture(params=[Scheme.BASIC, Scheme.BEARER])
def guarded(request: pytest.FixtureRequest, layouts: Layouts) -> Iterator[Running]:
    with running(layouts.folder, access=private_access(request.param)) as served:
        yield served


def test_with_its_credential_a_private_image_is_resolved(
    guarded: Running, layouts: Layouts
) -> None:
    """By Basic and by a token."""
    registries = resolver(guarded.host, credentials=known(guarded.host))

    assert resolve(registries, f"{guarded.host}/{IMAGE}") == Resolved(layouts.amd64, layouts.index)
    assert SHOWN in guarded.shown()


def test_a_wrong_credential_is_denied(guarded: Running) -> None:
    """It is not tried without one: whoever configured it wants to know."""
    registries = resolver(guarded.host, credentials=known(guarded.host, password="wrong"))

    assert problem(registries, f"{guarded.host}/{IMAGE}") is DENIED


def test_a_right_credential_for_another_repository_is_denied(guarded: Running) -> None:
    """Known is not allowed."""
    registries = resolver(guarded.host, credentials=known(guarded.host))

    assert problem(registries, f"{guarded.host}/others/app:1") is DENIED


def test_a_public_image_shows_no_credential_where_none_is_asked_for(
    guarded: Running, layouts: Layouts
) -> None:
    """It is shown on request only."""
    registries = resolver(guarded.host, credentials=known("ghcr.io", "docker.io"))

    assert resolve(registries, f"{guarded.host}/team/debian:12") == Resolved(
        layouts.amd64, layouts.index
    )
    assert not guarded.shown() - {None, "Bearer"}


@pytest.mark.parametrize(
    "configured",
    ["ghcr.io", "docker.io", "127.0.0.1", "127.0.0.1:1", "localhost:{port}", "{host}.evil.com"],
)
def test_no_other_registrys_credential_is_shown(guarded: Running, configured: str) -> None:
    """Not that of another port, nor of another name for the same machine."""
    host = configured.format(port=guarded.port, host=f"127.0.0.1.{guarded.port}")
    registries = resolver(guarded.host, credentials=known(host))

    assert problem(registries, f"{guarded.host}/{IMAGE}") is DENIED
    assert not guarded.shown() - {None, "Bearer"}


def test_a_token_service_elsewhere_is_not_shown_the_credential(layouts: Layouts) -> None:
    """Or any registry could have it sent anywhere; the sentence says what to do."""
    with running(layouts.folder, access=private_access(Scheme.BEARER)) as thief:
        access = private_access(Scheme.BEARER, realm=f"http://{thief.host}/token")
        with running(layouts.folder, access=access) as served:
            both = (served.host, thief.host)
            found = resolve(
                resolver(*both, credentials=known(served.host)), f"{served.host}/{IMAGE}"
            )

    assert isinstance(found, Unresolved)
    assert found.problem is DENIED
    assert "realms" in found.message
    assert thief.registry.book == []


def test_a_listed_token_service_is_shown_the_credential(layouts: Layouts) -> None:
    """Some registries leave their tokens to another host."""
    with running(layouts.folder, access=private_access(Scheme.BEARER)) as issuer:
        access = private_access(Scheme.BEARER, realm=f"http://{issuer.host}/token")
        with running(layouts.folder, access=access) as served:
            credentials = known(served.host, realms=[issuer.host])
            problem(
                resolver(served.host, issuer.host, credentials=credentials),
                f"{served.host}/{IMAGE}",
            )

    # The token is none of the registry's own, which refuses it; who saw what is the point.
    assert issuer.shown() == {SHOWN}
    assert SHOWN not in served.shown()


def test_an_anonymous_token_is_fetched_from_wherever_the_registry_says(layouts: Layouts) -> None:
    """Nothing is shown there."""
    with running(layouts.folder, access=private_access(Scheme.BEARER)) as issuer:
        access = private_access(Scheme.BEARER, realm=f"http://{issuer.host}/token")
        with running(layouts.folder, access=access) as served:
            problem(resolver(served.host, issuer.host), f"{served.host}/team/debian:12")

    assert issuer.shown() == {None}


@pytest.mark.parametrize(
    ("realm", "expected"),
    [
        ("http://{host}/token", ResolveProblem.FORBIDDEN_ADDRESS),
        ("http://127.0.0.1:{port}/token", ResolveProblem.FORBIDDEN_ADDRESS),
        ("https://169.254.169.254/token", ResolveProblem.FORBIDDEN_ADDRESS),
        ("https://user@{host}/token", ResolveProblem.UNAVAILABLE),
        ("//{host}/token", ResolveProblem.UNAVAILABLE),
        ("", ResolveProblem.UNAVAILABLE),
    ],
)
def test_a_token_service_must_be_https_and_public(
    layouts: Layouts, authority: Authority, realm: str, expected: ResolveProblem
) -> None:
    """The registry is reached over TLS; its word does not lead anywhere else."""
    tls = authority.serving("registry.example")
    with running(layouts.folder, tls=tls) as served:
        realm = realm.format(host="registry.example", port=served.port)
        headers = {"WWW-Authenticate": f'Bearer realm="{realm}",service="x"'}
        served.break_with({"status": 401, "headers": headers})
        credentials: dict[str, Any] = (
            {} if "169" in realm or "127" in realm else known("registry.example")
        )
        registries = resolver(
            "registry.example",
            credentials=credentials,
            places={"registry.example": ("127.0.0.1", served.port)},
            tls=authority.trusting(),
        )

        assert problem(registries, "registry.example/private/debian:12") is expected
        assert served.shown() == {None}


@pytest.mark.parametrize(
    "host", ["registry.example.evil.com", "evil-registry.example", "registry.example:8443"]
)
def test_a_registry_whose_name_contains_anothers_gets_nothing(
    layouts: Layouts, authority: Authority, host: str
) -> None:
    """Over TLS, with a certificate of its own that is in order."""
    name = host.partition(":")[0]
    with running(
        layouts.folder, access=private_access(Scheme.BASIC), tls=authority.serving(name)
    ) as evil:
        registries = resolver(
            host,
            credentials=known("registry.example"),
            places={name: ("127.0.0.1", evil.port)},
            tls=authority.trusting(),
        )

        assert problem(registries, f"{host}/private/debian:12") is DENIED
        assert evil.registry.book
        assert evil.shown() == {None}


def test_a_registry_with_anothers_certificate_gets_nothing(
    layouts: Layouts, authority: Authority
) -> None:
    """A name that leads to the wrong machine ends at the handshake."""
    with ExitStack() as stack:
        tls = authority.serving("evil.example")
        evil = stack.enter_context(running(layouts.folder, tls=tls))
        registries = resolver(
            "registry.example",
            credentials=known("registry.example"),
            places={"registry.example": ("127.0.0.1", evil.port)},
            tls=authority.trusting(),
        )

        assert problem(registries, "registry.example/team/debian:12") is ResolveProblem.UNAVAILABLE
        assert evil.registry.book == []


def test_no_message_holds_a_secret(guarded: Running) -> None:
    """It ends in a record."""
    registries = resolver(guarded.host, credentials=known(guarded.host, password="the-secret"))

    found = resolve(registries, f"{guarded.host}/{IMAGE}")

    assert isinstance(found, Unresolved)
    assert "the-secret" not in found.message
    assert USER not in found.message
