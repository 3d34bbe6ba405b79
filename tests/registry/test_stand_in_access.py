"""Who may pull from the registry stand-in, and how it says so: as distribution's registry does."""

from collections.abc import Callable

import pytest

from local.registry_stand_in.access import Access, Scheme
from local.registry_stand_in.layouts import Layouts as Served
from local.registry_stand_in.registry import Registry
from tests.registry.client import BASE, Client, basic, content
from tests.registry.layouts import PASSWORD, USER, Layouts, private_access

Guarded = Callable[[Scheme], Client]


@pytest.fixture
def guarded(layouts: Layouts) -> Guarded:
    return lambda scheme: Client(Registry(Served([layouts.folder]), private_access(scheme)))


def test_without_rules_everybody_may_pull(layouts: Layouts) -> None:
    """And the API's root says that there is nothing to prove."""
    client = Client(Registry(Served([layouts.folder])))

    assert client.pull("") == 200
    assert client.pull("private/debian/manifests/12") == 200


def test_basic_lets_known_users_pull_what_is_theirs(guarded: Guarded) -> None:
    """401 says who are you, 403 says not you."""
    client = guarded(Scheme.BASIC)
    known, wrong = basic(USER), basic(USER, "wrong")

    refused = client.ask("/v2/")
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (
        401, 'Basic realm="Registry Realm"',
    )  # fmt: skip
    assert client.pull("", authorization=known) == 200
    assert client.pull("private/debian/manifests/12", authorization=known) == 200
    assert client.pull("private/debian/manifests/12", authorization=wrong) == 401
    assert client.pull("private/debian/manifests/12") == 401
    assert client.pull("others/debian/manifests/12", authorization=known) == 403
    assert client.pull("team/debian/manifests/12") == 200


def test_bearer_asks_everybody_for_a_token_and_says_where(
    guarded: Guarded,
) -> None:
    """Public images too, as Docker Hub does."""
    reply = guarded(Scheme.BEARER).ask("/v2/team/debian/manifests/12")

    assert reply.status == 401
    assert reply.headers["WWW-Authenticate"] == (
        f'Bearer realm="{BASE}/token",service="127.0.0.1:5000",scope="repository:team/debian:pull"'
    )


def test_a_token_is_good_for_what_it_was_asked_for_and_allowed(
    guarded: Guarded,
) -> None:
    """An anonymous one for public images, a user's for his."""
    client = guarded(Scheme.BEARER)

    def pull(repository: str, token: str) -> int:
        path = f"{repository}/debian/manifests/12"
        return client.pull(path, authorization=f"Bearer {token}")

    assert pull("team", client.token("team/debian")) == 200
    assert pull("private", client.token("private/debian")) == 401
    assert pull("private", client.token("private/debian", USER)) == 200
    assert pull("team", client.token("private/debian", USER)) == 401
    assert pull("team", "made-up") == 401
    assert client.pull("", authorization=f"Bearer {client.token('team/debian')}") == 200


def test_wrong_credentials_get_no_token(guarded: Guarded) -> None:
    """Not even an anonymous one."""
    for shown in (basic(USER, "wrong"), basic("nobody"), "Basic !", "Negotiate x"):
        assert guarded(Scheme.BEARER).ask("/token", authorization=shown).status == 401


def test_azures_token_service_exchanges_an_entra_token(
    guarded: Guarded,
) -> None:
    """Entra token to refresh token, refresh token to access token."""
    client = guarded(Scheme.AZURE)
    service = "service=127.0.0.1:5000"
    exchange = f"grant_type=access_token&{service}&access_token="

    refused = client.ask("/oauth2/exchange", "POST", f"{exchange}stolen")
    refresh = content(client.ask("/oauth2/exchange", "POST", f"{exchange}entra-token"))
    form = (
        f"grant_type=refresh_token&{service}&scope=repository:private/debian:pull"
        f"&refresh_token={refresh['refresh_token']}"
    )
    token = content(client.ask("/oauth2/token", "POST", form))["access_token"]
    stolen = client.ask("/oauth2/token", "POST", form.replace("refresh_token=", "refresh_token=x"))

    assert (refused.status, stolen.status) == (401, 401)
    assert client.pull("private/debian/manifests/12", authorization=f"Bearer {token}") == 200


def test_the_book_says_who_asked_and_never_with_which_secret(
    guarded: Guarded,
) -> None:
    """Tests look there for credentials that went astray."""
    client = guarded(Scheme.BEARER)
    token = client.token("private/debian", USER)
    client.pull("private/debian/manifests/12", authorization=f"Bearer {token}")

    book = client.ask("/stand-in/requests")

    assert [one["authorization"] for one in content(book)] == [f"Basic {USER}", "Bearer"]
    assert token not in str(book.body)
    assert PASSWORD not in str(book.body)


def test_rules_are_read_from_json() -> None:
    """As `--access FILE` gives them."""
    told = {
        "scheme": "bearer",
        "private": ["private/*"],
        "users": {"robot": {"password": "p", "repositories": ["private/*"]}},
    }
    access = Access.from_json(told)

    assert access.opens("robot", "p") == ("private/*",)
    assert access.opens("robot", "q") is None
    assert access.may_pull("samples/debian")
    assert not access.may_pull("private/debian")
