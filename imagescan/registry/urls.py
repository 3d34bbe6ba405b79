"""Addresses that registries send us to: read strictly, connected to as read."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from imagescan.registry.hosts import HTTPS_PORT, RegistryHost, parse_host

HTTP_PORT = 80
LONGEST_URL = 4096
# No user info, no white space, nothing beyond ASCII: what two programs could read differently.
_URL = re.compile(r"(https?)://([^/?#@\\\s]+)((?:/[!-~]*)?)", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Url:
    """An http(s) address; `target` is path and query as they go out."""

    host: RegistryHost
    target: str
    is_plain: bool = False

    @property
    def port(self) -> int:
        """The one to connect to."""
        return self.host.port or (HTTP_PORT if self.is_plain else HTTPS_PORT)

    def __str__(self) -> str:
        """In full."""
        return f"{'http' if self.is_plain else 'https'}://{self.host}{self.target}"

    def joined(self, location: str) -> "Url | None":
        """Where a Location header of this address leads; None where it is not understood."""
        if len(location) > LONGEST_URL or not location.isascii():
            return None
        try:
            return parse_url(urljoin(str(self), location))
        except ValueError:
            return None


def parse_url(text: str) -> Url | None:
    """The address, or None for everything that is not plainly one; a fragment is dropped."""
    text = text.partition("#")[0]
    found = _URL.fullmatch(text) if len(text) <= LONGEST_URL else None
    host = parse_host(found[2]) if found else None
    if found is None or host is None:
        return None
    return Url(host, found[3] or "/", found[1].lower() == "http")
