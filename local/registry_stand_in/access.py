"""Who may pull what, and how a client is told to prove who it is."""

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from local.registry_stand_in.messages import Reply, Request, error


class Scheme(StrEnum):
    """How the registry knows its clients."""

    NONE = "none"  # it does not: everybody may pull everything
    BASIC = "basic"  # user name and password with every request
    BEARER = "bearer"  # a token for every request, anonymous ones included, as on Docker Hub
    AZURE = "azure"  # as BEARER, with the token service of Azure's registries


@dataclass(frozen=True)
class User:
    """Somebody with a password, and the private repositories that are open to them."""

    password: str = field(repr=False)
    repositories: tuple[str, ...] = ("*",)


@dataclass(frozen=True)
class Access:
    """The rules. Repositories are patterns such as `private/*`; all but the private are public.

    `entra_tokens`: what is open to the holder of a Microsoft Entra token, as with `users`.
    `realm`: an address instead of the registry's own for fetching tokens.
    """

    scheme: Scheme = Scheme.NONE
    private: tuple[str, ...] = ()
    users: Mapping[str, User] = field(default_factory=dict)
    entra_tokens: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    realm: str | None = None

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Access":
        """{"scheme", "private": [...], "users": {name: {"password", "repositories"}}, "realm"}."""
        users = {
            name: User(one["password"], tuple(one.get("repositories", ("*",))))
            for name, one in told.get("users", {}).items()
        }
        tokens = {token: tuple(those) for token, those in told.get("entraTokens", {}).items()}
        scheme = Scheme(told.get("scheme", Scheme.NONE))
        private = tuple(told.get("private", ()))
        return cls(scheme, private, users, tokens, told.get("realm"))

    def opens(self, name: str, password: str) -> tuple[str, ...] | None:
        """The private repositories of a user; None where there is none with that password."""
        user = self.users.get(name)
        return user.repositories if user and user.password == password else None

    def may_pull(self, repository: str, opened: tuple[str, ...] = ()) -> bool:
        """Whether it is public, or one that is open to whoever asks."""
        return not _matches(repository, self.private) or _matches(repository, opened)


def _matches(repository: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(repository, pattern) for pattern in patterns)


def unauthorized(access: Access, request: Request, repository: str, problem: str = "") -> Reply:
    """A 401 that says how to go on; `problem` is of RFC 6750."""
    if access.scheme is Scheme.BASIC:
        challenge = 'Basic realm="Registry Realm"'
    else:
        path = "/oauth2/token" if access.scheme is Scheme.AZURE else "/token"
        realm = access.realm or f"{request.base_url}{path}"
        challenge = f'Bearer realm="{realm}",service="{service(request)}"'
        if repository:
            challenge += f',scope="repository:{repository}:pull"'
        if problem:
            challenge += f',error="{problem}"'
    headers = {"WWW-Authenticate": challenge}
    return error(401, "UNAUTHORIZED", "authentication required", headers)


def service(request: Request) -> str:
    """What the registry calls itself towards its token service."""
    return request.base_url.partition("://")[2]
