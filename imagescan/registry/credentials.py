"""REGISTRY_CREDENTIALS: which registry is shown which user name and password."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imagescan.registry.hosts import RegistryHost, parse_host

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_KEYS = frozenset({"username", "password", "realms"})


@dataclass(frozen=True)
class Credential:
    """What one registry is shown. `realms`: hosts that issue its tokens, beside its own."""

    username: str
    password: str = field(repr=False)
    realms: frozenset[RegistryHost] = frozenset()

    def may_go_to(self, realm: RegistryHost, registry: RegistryHost) -> bool:
        """Whether `realm`, which `registry` names as its token service, may see it."""
        return realm in {registry, _KNOWN_REALMS.get(registry), *self.realms}


# Where registries that many use have their tokens issued, if not by themselves.
_KNOWN_REALMS = {
    RegistryHost("docker.io"): RegistryHost("auth.docker.io"),
    RegistryHost("registry.gitlab.com"): RegistryHost("gitlab.com"),
}

Credentials = Mapping[RegistryHost, Credential]


def read_credentials(text: str) -> Credentials:
    """JSON from `host[:port]` to {username, password, realms?}.

    Raises `ValueError` with a sentence that shows nothing of the text: a misplaced secret is one.
    """
    try:
        entries = json.loads(text)
    except ValueError:
        raise ValueError("must be a JSON object from host to {username, password}") from None
    if not isinstance(entries, dict):
        raise ValueError("must be a JSON object from host to {username, password}")  # noqa: TRY004
    found: dict[RegistryHost, Credential] = {}
    for number, (name, entry) in enumerate(entries.items(), 1):
        host = parse_host(name)
        if host is None:
            raise ValueError(f"has no host[:port] as the name of entry {number}")
        if host in found:
            raise ValueError(f"names the registry of entry {number} twice")
        found[host] = _credential(entry, number)
    return found


def _credential(entry: Any, number: int) -> Credential:
    is_complete = (
        isinstance(entry, dict)
        and entry.keys() <= _KEYS
        and all(_is_value(entry.get(name)) for name in ("username", "password"))
        and ":" not in entry["username"]  # where Basic authentication ends the name
    )
    if not is_complete:
        raise ValueError(f"needs username and password in entry {number}, and realms at most")
    realms = entry.get("realms", [])
    hosts = [parse_host(one) if isinstance(one, str) else None for one in realms]
    if not isinstance(realms, list) or None in hosts:
        raise ValueError(f"needs a list of host[:port] as realms in entry {number}")
    return Credential(
        entry["username"], entry["password"], frozenset(host for host in hosts if host)
    )


def _is_value(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and not _CONTROL.search(value)
