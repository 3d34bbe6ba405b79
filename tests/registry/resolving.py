"""Our resolver, pointed at registry stand-ins."""

import json
import ssl
from collections.abc import Callable, Mapping

from imagescan.adapters.registries import OciRegistries
from imagescan.adapters.registry_http import CheckedHttp
from imagescan.adapters.registry_tokens import Authorizer
from imagescan.image_reference import parse_image_reference
from imagescan.ports import Resolved, ResolveProblem, Unresolved
from imagescan.registry.credentials import read_credentials
from imagescan.registry.hosts import RegistryHost, parse_host
from imagescan.registry.urls import parse_url
from tests.registry.layouts import PASSWORD, USER

PLENTY_SECONDS = 20


def hosts(*names: str) -> frozenset[RegistryHost]:
    found = [parse_host(name) for name in names]
    assert None not in found
    return frozenset(host for host in found if host)


def no_identity() -> str:
    raise AssertionError("Nobody may ask for the app's identity here.")


def resolver(
    *listed: str,
    credentials: Mapping[str, Mapping[str, object]] | None = None,
    places: Mapping[str, tuple[str, int] | None] | None = None,
    tls: ssl.SSLContext | None = None,
    entra_token: Callable[[], str] = no_identity,
    mirror: str | None = None,
    within_seconds: float = PLENTY_SECONDS,
    rest_seconds: float = 0,
) -> OciRegistries:
    """`places`: where names lead, instead of what the system would say; None is nowhere."""
    known = dict(places or {})

    def lookup(name: str, port: int) -> list[tuple[str, int]]:
        place = known.get(name, (name, port))
        return [place] if place else []

    allowed = hosts(*listed)
    at = parse_url(mirror) if mirror else None
    http = CheckedHttp(allowed | ({at.host} if at else set()), lookup, tls)
    authorizer = Authorizer(http, read_credentials(json.dumps(credentials or {})), entra_token)
    return OciRegistries(
        http, authorizer, listed=allowed, mirror=at,
        within_seconds=within_seconds, rest_seconds=rest_seconds,
    )  # fmt: skip


def known(*names: str, password: str = PASSWORD, **more: object) -> dict[str, dict[str, object]]:
    """The test's user as the credential of these hosts."""
    return {name: {"username": USER, "password": password, **more} for name in names}


def resolve(registries: OciRegistries, image: str) -> Resolved | Unresolved:
    return registries.resolve(parse_image_reference(image))


def problem(registries: OciRegistries, image: str) -> ResolveProblem:
    found = resolve(registries, image)
    assert isinstance(found, Unresolved), found
    return found.problem
