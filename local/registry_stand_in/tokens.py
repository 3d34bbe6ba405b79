"""The token service: Docker's flow (GET), OAuth 2 (POST), and the exchange of Azure's registries.

Sources: distribution's docs/spec/auth/token.md; Azure/acr docs/AAD-OAuth.md.
"""

import re
import secrets

from local.registry_stand_in.access import Access, service
from local.registry_stand_in.messages import Reply, Request, error, json_reply

_SCOPE = re.compile(r"repository:(?P<name>[^:]+):(?P<actions>[a-z,*]+)")
EXPIRES_IN_SECONDS = 300


class Tokens:
    """Tokens that were handed out, and what each is good for; they end with the process."""

    def __init__(self, access: Access) -> None:
        """None yet."""
        self._access = access
        self._pulls: dict[str, str | None] = {}
        self._refreshes: dict[str, tuple[str, ...]] = {}

    def may_pull(self, token: str, repository: str) -> bool | None:
        """None for a token that was never handed out."""
        return self._pulls[token] == repository if token in self._pulls else None

    def token(self, request: Request) -> Reply:
        """A bearer token for what was asked for and is allowed, which may be nothing."""
        opened = self._opened(request)
        if opened is None:
            return error(401, "UNAUTHORIZED", "incorrect username, password or refresh token")
        asked = request.form if request.method == "POST" else request.query
        found = _SCOPE.fullmatch(asked.get("scope", ""))
        is_granted = (
            found is not None
            and bool({"pull", "*"} & set(found["actions"].split(",")))
            and self._access.may_pull(found["name"], opened)
        )
        token = secrets.token_urlsafe(32)
        self._pulls[token] = found["name"] if found and is_granted else None
        content = {"token": token, "access_token": token, "expires_in": EXPIRES_IN_SECONDS}
        return json_reply(content)

    def exchange(self, request: Request) -> Reply:
        """A refresh token for a Microsoft Entra token that this registry trusts."""
        form = request.form
        repositories = self._access.entra_tokens.get(form.get("access_token", ""))
        is_right = (form.get("grant_type"), form.get("service")) == (
            "access_token",
            service(request),
        )
        if repositories is None or not is_right:
            return error(401, "UNAUTHORIZED", "the token cannot be exchanged")
        token = secrets.token_urlsafe(32)
        self._refreshes[token] = repositories
        return json_reply({"refresh_token": token})

    def _opened(self, request: Request) -> tuple[str, ...] | None:
        """The private repositories of whoever asks; None for wrong credentials."""
        form = request.form if request.method == "POST" else {}
        if form.get("grant_type") == "refresh_token":
            return self._refreshes.get(form.get("refresh_token", ""))
        known = (form["username"], form.get("password", "")) if "username" in form else None
        known = known or request.basic
        if known is None:
            return None if "authorization" in request.headers else ()
        return self._access.opens(*known)
