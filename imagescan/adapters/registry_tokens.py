"""How we show a registry who we are: Basic, tokens of its token service, Azure's token exchange.

Sources: distribution's token specification (docs/spec/auth/token.md); Azure/acr docs/AAD-OAuth.md.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from azure.core.exceptions import AzureError

from imagescan.adapters.arm_access import credential as app_identity
from imagescan.adapters.deadline import Deadline
from imagescan.adapters.registry_http import Answer, CheckedHttp
from imagescan.ports import ResolveProblem, Unresolved
from imagescan.registry.challenge import Challenge
from imagescan.registry.credentials import Credential, Credentials
from imagescan.registry.hosts import RegistryHost
from imagescan.registry.urls import Url, parse_url

LARGEST_TOKEN_BYTES = 128 * 1024
# Good for Azure's registries alone: one that leaked would open nothing else.
ENTRA_SCOPE = "https://containerregistry.azure.net/.default"
_TOKEN = re.compile(r"[!-~]+")
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Refused(Exception):
    """The reference cannot be resolved; `outcome` says why. Never leaves the adapter."""

    def __init__(self, problem: ResolveProblem, message: str, after: int | None = None) -> None:
        """`after`: seconds until the registry wants to be asked again."""
        super().__init__(message)
        self.outcome = Unresolved(problem, message, after)


def entra_token() -> str:
    """A token of the app's identity for Azure's registries; raises `AzureError`."""
    return app_identity().get_token(ENTRA_SCOPE).token


@dataclass(frozen=True)
class Authorizer:
    """Gets what a registry wants to see. A credential goes to its own registry and token service.

    `entra_token` gives the token that Azure's registries exchange for theirs.
    """

    http: CheckedHttp
    credentials: Credentials
    entra_token: Callable[[], str] = entra_token

    def authorization(
        self, host: RegistryHost, repository: str, challenges: list[Challenge], deadline: Deadline
    ) -> str:
        """The Authorization header for pulling one repository; raises `Refused`."""
        known = self.credentials.get(host)
        by_scheme = {one.scheme: one for one in reversed(challenges)}
        if "bearer" in by_scheme:
            token = self._token(host, repository, by_scheme["bearer"], known, deadline)
            return f"Bearer {token}"
        if "basic" in by_scheme and known:
            return _basic(known)
        raise _denied(f"{host} asks for a credential, and none is configured for it.")

    def _token(
        self,
        host: RegistryHost,
        repository: str,
        challenge: Challenge,
        known: Credential | None,
        deadline: Deadline,
    ) -> str:
        scope = f"repository:{repository}:pull"
        if known is None and host.is_azure_registry:
            token = self._azure_token(host, scope, deadline)
            if token:
                return token
        realm = parse_url(challenge.parameters.get("realm", ""))
        if realm is None:
            raise Refused(ResolveProblem.UNAVAILABLE, f"{host} names no usable token service.")
        if known and not known.may_go_to(realm.host, host):
            raise _denied(
                f"{host} leaves its tokens to {realm.host}, which may not see its credential; "
                "list it as one of its realms."
            )
        headers = {"Authorization": _basic(known)} if known else {}
        asked = {"service": challenge.parameters.get("service", ""), "scope": scope}
        url = _with_query(realm, {name: value for name, value in asked.items() if value})
        answer = self.http.ask("GET", url, headers, deadline, limit_bytes=LARGEST_TOKEN_BYTES)
        return _token_in(answer, realm.host, "token", "access_token")

    def _azure_token(self, host: RegistryHost, scope: str, deadline: Deadline) -> str | None:
        """A token for the app's identity; None where the registry does not know it.

        Then it may still be one that everybody may pull from.
        """
        try:
            entra = deadline.wait_for(self.entra_token)
            form = {"grant_type": "access_token", "service": str(host), "access_token": entra}
            refresh = self._post(host, "/oauth2/exchange", form, deadline, "refresh_token")
            form = {
                "grant_type": "refresh_token",
                "service": str(host),
                "scope": scope,
                "refresh_token": refresh,
            }
            return self._post(host, "/oauth2/token", form, deadline, "access_token")
        except AzureError:
            return None
        except Refused as refused:
            if refused.outcome.problem is ResolveProblem.DENIED:
                return None
            raise

    def _post(
        self, host: RegistryHost, path: str, form: Mapping[str, str], deadline: Deadline, name: str
    ) -> str:
        body = urlencode(form).encode()
        answer = self.http.ask(
            "POST", Url(host, path), _FORM, deadline, body=body, limit_bytes=LARGEST_TOKEN_BYTES
        )
        return _token_in(answer, host, name)


def refusal(answer: Answer, host: RegistryHost) -> Refused:
    """What an answer that is no success says; 401 and 403 are a no, not a fault."""
    if answer.status in (401, 403):
        return _denied(f"{host} answered {answer.status}.")
    after = answer.header("Retry-After")
    seconds = int(after) if re.fullmatch(r"[0-9]{1,5}", after) else None
    return Refused(ResolveProblem.UNAVAILABLE, f"{host} answered {answer.status}.", seconds)


def _token_in(answer: Answer, host: RegistryHost, *names: str) -> str:
    if answer.status != 200:  # noqa: PLR2004
        raise refusal(answer, host)
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    tokens = [found.get(name) for name in names] if isinstance(found, dict) else []
    for token in tokens:
        if isinstance(token, str) and _TOKEN.fullmatch(token):
            return token
    raise Refused(ResolveProblem.UNAVAILABLE, f"{host} issued no token.")


def _denied(message: str) -> Refused:
    return Refused(ResolveProblem.DENIED, message)


def _basic(known: Credential) -> str:
    pair = f"{known.username}:{known.password}".encode()
    return f"Basic {base64.b64encode(pair).decode()}"


def _with_query(url: Url, asked: Mapping[str, str]) -> Url:
    joint = "&" if "?" in url.target else "?"
    return Url(url.host, f"{url.target}{joint}{urlencode(asked)}", url.is_plain)
