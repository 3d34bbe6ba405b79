"""Registry hosts: two that are written differently and are the same are equal."""

import re
from dataclasses import dataclass
from ipaddress import ip_address

from imagescan.image_reference import DOCKER_HUB

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_HOST = re.compile(
    rf"(?P<name>{_LABEL}(?:\.{_LABEL})*|\[(?P<ipv6>[a-f0-9:]+)\])(?::(?P<port>[0-9]{{1,5}}))?"
)
# One label before the suffix: registries' login servers look like that, and so does nothing else.
_AZURE = re.compile(r"[a-z0-9][a-z0-9-]{0,61}[a-z0-9]\.azurecr\.io")
_DOCKER_HUB_NAMES = frozenset({DOCKER_HUB, "index.docker.io", "registry-1.docker.io"})
LONGEST_NAME = 253
LAST_PORT = 65535
HTTPS_PORT = 443


@dataclass(frozen=True)
class RegistryHost:
    """A host by name (IPv6 without brackets) and port; None is the port that goes without saying.

    Equality is what credentials and exceptions go by: never a suffix, never another port.
    """

    name: str
    port: int | None = None

    def __str__(self) -> str:
        """As it stands in an image reference."""
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port is None else f"{name}:{self.port}"

    @property
    def api_name(self) -> str:
        """The name that serves its API: Docker Hub's is another one."""
        return "registry-1.docker.io" if self.name == DOCKER_HUB else self.name

    @property
    def is_loopback(self) -> bool:
        """Whether the name itself says that it is this machine, whatever it resolves to."""
        if self.name == "localhost":
            return True
        try:
            return ip_address(self.name).is_loopback
        except ValueError:
            return False

    @property
    def is_azure_registry(self) -> bool:
        """Whether it is an Azure Container Registry: NAME.azurecr.io, on its own port."""
        return self.port is None and _AZURE.fullmatch(self.name) is not None


def parse_host(text: str) -> RegistryHost | None:
    """`host[:port]` in any case; None for everything else.

    Port 443 and no port are the same, and all of Docker Hub's names are `docker.io`.
    """
    # isascii first: the Kelvin sign, for one, is k in lower case.
    found = _HOST.fullmatch(text.lower()) if text.isascii() else None
    if found is None:
        return None
    name = found["ipv6"] or found["name"]
    port = int(found["port"]) if found["port"] else HTTPS_PORT
    if len(name) > LONGEST_NAME or not 0 < port <= LAST_PORT or not _is_ipv6_if_so(found["ipv6"]):
        return None
    if name in _DOCKER_HUB_NAMES:
        name = DOCKER_HUB
    return RegistryHost(name, None if port == HTTPS_PORT else port)


def _is_ipv6_if_so(text: str | None) -> bool:
    if text is None:
        return True
    try:
        return ip_address(text).version == 6  # noqa: PLR2004
    except ValueError:
        return False
