"""Azure's registries are read with the app's identity, and nobody else is shown its token."""

from azure.core.exceptions import ClientAuthenticationError

from imagescan.ports import Resolved, ResolveProblem
from local.registry_stand_in.access import Scheme
from tests.registry.certificates import Authority
from tests.registry.layouts import Layouts, private_access
from tests.registry.resolving import known, problem, resolve, resolver
from tests.registry.servers import Running, running

HOST = "contoso.azurecr.io"
EVIL = "contoso.azurecr.io.evil.com"


class Azure:
    """A registry of Azure's kind that answers to one name, and clients of it."""

    def __init__(self, authority: Authority, layouts: Layouts, name: str = HOST) -> None:
        self._authority, self.name = authority, name
        self.running = running(
            layouts.folder, access=private_access(Scheme.AZURE), tls=authority.serving(name)
        )
        self.asked = 0

    def resolve(self, served: Running, image: str, token: str | None, **more: object) -> object:
        def entra_token() -> str:
            self.asked += 1
            if token is None:
                raise ClientAuthenticationError("There is no identity here.")
            return token

        registries = resolver(
            self.name,
            places={self.name: ("127.0.0.1", served.port)},
            tls=self._authority.trusting(),
            entra_token=entra_token,
            **more,  # type: ignore[arg-type]  # credentials alone
        )
        found = resolve(registries, f"{self.name}/{image}")
        return found if isinstance(found, Resolved) else found.problem


def test_the_apps_identity_opens_an_azure_registry(authority: Authority, layouts: Layouts) -> None:
    """Its token is exchanged for the registry's refresh token, and that for one to pull with."""
    azure = Azure(authority, layouts)
    with azure.running as served:
        found = azure.resolve(served, "private/debian:12", "entra-token")
        posts = [one for one in served.registry.book if one["method"] == "POST"]

    assert found == Resolved(layouts.amd64, layouts.index)
    assert [(one["path"], one["form"]) for one in posts] == [
        ("/oauth2/exchange", ["access_token", "grant_type", "service"]),
        ("/oauth2/token", ["grant_type", "refresh_token", "scope", "service"]),
    ]


def test_an_identity_without_the_right_is_denied(authority: Authority, layouts: Layouts) -> None:
    """AcrPull is missing, or the registry is another tenant's."""
    azure = Azure(authority, layouts)
    with azure.running as served:
        assert azure.resolve(served, "private/debian:12", "strange") is ResolveProblem.DENIED
        assert azure.resolve(served, "others/debian:12", "entra-token") is ResolveProblem.DENIED
        assert azure.resolve(served, "private/debian:12", None) is ResolveProblem.DENIED


def test_a_registry_that_lets_everybody_pull_needs_no_identity(
    authority: Authority, layouts: Layouts
) -> None:
    """Vendors publish there; the anonymous token is the last attempt."""
    azure = Azure(authority, layouts)
    with azure.running as served:
        for token in ("strange", None):
            found = azure.resolve(served, "team/debian:12", token)

            assert found == Resolved(layouts.amd64, layouts.index)


def test_a_credential_of_its_own_goes_before_the_identity(
    authority: Authority, layouts: Layouts
) -> None:
    """As in the scan's container group."""
    azure = Azure(authority, layouts)
    with azure.running as served:
        found = azure.resolve(served, "private/debian:12", None, credentials=known(HOST))

    assert found == Resolved(layouts.amd64, layouts.index)
    assert azure.asked == 0


def test_a_name_that_only_begins_like_an_azure_registry_gets_no_token(
    authority: Authority, layouts: Layouts
) -> None:
    """Whatever it asks for."""
    azure = Azure(authority, layouts, EVIL)
    with azure.running as served:
        found = azure.resolve(served, "private/debian:12", "entra-token")
        posts = [one for one in served.registry.book if one["method"] == "POST"]

    assert found is ResolveProblem.DENIED
    assert azure.asked == 0
    assert posts == []


def test_the_exchange_is_made_with_the_registry_and_not_where_it_points_to(
    authority: Authority, layouts: Layouts
) -> None:
    """The challenge names a token service; the identity's token goes to Azure's own path."""
    azure = Azure(authority, layouts)
    with running(layouts.folder) as thief, azure.running as served:
        header = f'Bearer realm="http://{thief.host}/oauth2/token",service="{thief.host}"'
        served.break_with(
            {
                "path": "/v2/*",
                "status": 401,
                "count": 1,
                "headers": {"WWW-Authenticate": header},
            }
        )
        found = azure.resolve(served, "private/debian:12", "entra-token")

    assert found == Resolved(layouts.amd64, layouts.index)
    assert thief.registry.book == []


def test_a_hanging_exchange_is_given_up_in_time(authority: Authority, layouts: Layouts) -> None:
    """The identity's own token may take long as well."""
    azure = Azure(authority, layouts)
    with azure.running as served:
        served.break_with({"path": "/oauth2/exchange", "hangs": True})
        registries = resolver(
            HOST,
            places={HOST: ("127.0.0.1", served.port)},
            tls=authority.trusting(),
            entra_token=lambda: "entra-token",
            within_seconds=0.5,
        )

        assert problem(registries, f"{HOST}/private/debian:12") is ResolveProblem.UNAVAILABLE
