"""HTTP to hosts that strangers name: the address that was checked is the one that is connected to.

Names are resolved once per request, every address is looked at, and the socket goes to one of
those. No proxy, no .netrc, no redirect, no cookie: nothing of the environment takes part.
"""

import http.client
import io
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any, cast

from imagescan.adapters.deadline import Deadline, NoAnswer
from imagescan.registry.addresses import is_loopback, is_public
from imagescan.registry.hosts import RegistryHost
from imagescan.registry.urls import Url

CONNECT_SECONDS = 5
LOOK_UP_SECONDS = 5
LARGEST_HEADERS_BYTES = 64 * 1024
Address = tuple[str, int]
Lookup = Callable[[str, int], list[Address]]


_TOO_LARGE = "It sent more than is read of an answer."


class ForbiddenAddress(Exception):
    """The host may not be connected to; the message is a sentence."""


def not_public(host: RegistryHost) -> ForbiddenAddress:
    """What is said of a host that is inside, by whatever that was seen."""
    return ForbiddenAddress(f"{host} leads to an address that is not public.")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes

    def header(self, name: str) -> str:
        """Its value, in any case of letters; several joined by commas, none as an empty text."""
        return ", ".join(self.headers.get_all(name, []))


def system_lookup(name: str, port: int) -> list[Address]:
    """Every address of a name, as the system resolves it."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return [(str(place[0]), int(place[1])) for *_, place in found]


class CheckedHttp:
    """Asks hosts, except those whose address is not of the open Internet and that are not listed.

    `listed`: hosts that may be anywhere. Plain http is for those of them that are loopback by name.
    """

    def __init__(
        self,
        listed: frozenset[RegistryHost],
        lookup: Lookup = system_lookup,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Nothing is contacted yet."""
        self._listed, self._lookup = listed, lookup
        self._tls = tls or ssl.create_default_context()

    def may_be_plain(self, host: RegistryHost) -> bool:
        """Whether the host is spoken to over plain http."""
        return host.is_loopback and host in self._listed

    def judge(self, host: RegistryHost) -> None:
        """Raises `ForbiddenAddress` where a host that is not asked leads inside, listed or not.

        One that is not known here, or not within `LOOK_UP_SECONDS`, passes.
        """
        with Deadline(LOOK_UP_SECONDS) as deadline:
            try:
                found = self._looked_up(Url(host, ""), deadline)
            except NoAnswer:
                return
        if not all(is_public(address) for address, _ in found):
            raise not_public(host)

    def ask(
        self,
        method: str,
        url: Url,
        headers: Mapping[str, str],
        deadline: Deadline,
        *,
        body: bytes | None = None,
        limit_bytes: int,
    ) -> Answer:
        """One request; raises `NoAnswer` and `ForbiddenAddress`.

        Redirects are answers. A body beyond `limit_bytes` is no answer.
        """
        if url.is_plain and not self.may_be_plain(url.host):
            raise ForbiddenAddress(f"{url.host} would have to be asked over plain http.")
        try:
            with self._connected(url, deadline) as connection:
                return _exchange(connection, method, url, headers, body, limit_bytes)
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer(f"{url.host} did not answer ({type(error).__name__}).") from None

    def _connected(self, url: Url, deadline: Deadline) -> socket.socket:
        """A connection to one of the addresses that were checked, TLS included."""
        for address in self._addresses(url, deadline):
            seconds = min(CONNECT_SECONDS, deadline.remaining_seconds())
            try:
                plain = socket.create_connection(address, seconds)
            except OSError:
                continue
            try:
                return self._secured(plain, url, deadline)
            except BaseException:
                plain.close()
                raise
        raise NoAnswer(f"{url.host} cannot be reached.")

    def _secured(self, plain: socket.socket, url: Url, deadline: Deadline) -> socket.socket:
        plain.settimeout(deadline.remaining_seconds())
        if url.is_plain:
            deadline.watch(plain)
            return plain
        secured = self._tls.wrap_socket(
            plain, server_hostname=url.host.api_name, do_handshake_on_connect=False
        )
        try:
            deadline.watch(secured)
            secured.do_handshake()
        except BaseException:
            secured.close()
            raise
        return secured

    def _addresses(self, url: Url, deadline: Deadline) -> list[Address]:
        """Those that may be connected to."""
        found = self._looked_up(url, deadline)
        if url.is_plain:
            is_allowed = all(is_loopback(address) for address, _ in found)
        else:
            is_allowed = url.host in self._listed or all(is_public(address) for address, _ in found)
        if not is_allowed:
            raise not_public(url.host)
        return found

    def _looked_up(self, url: Url, deadline: Deadline) -> list[Address]:
        name = url.host.api_name
        try:
            found = deadline.wait_for(lambda: self._lookup(name, url.port))
        except (OSError, UnicodeError):  # UnicodeError: a label that is too long
            found = []
        if not found:
            raise NoAnswer(f"The name {name} is not known.")
        return found


def _exchange(
    connection: socket.socket,
    method: str,
    url: Url,
    headers: Mapping[str, str],
    body: bytes | None,
    limit_bytes: int,
) -> Answer:
    client = http.client.HTTPConnection(url.host.api_name, url.port)
    client.sock = connection  # so it never resolves or connects by itself
    client.request(method, url.target, body=body, headers={"Host": _authority(url), **headers})
    limit = _Limited(connection, limit_bytes + LARGEST_HEADERS_BYTES)
    reply = http.client.HTTPResponse(cast("socket.socket", limit), method=method)
    with reply:
        reply.begin()
        content = reply.read(limit_bytes + 1)
    if len(content) > limit_bytes:
        raise NoAnswer(_TOO_LARGE)
    return Answer(reply.status, reply.headers, content)


def _authority(url: Url) -> str:
    """What stands in the Host header."""
    is_alias = url.host.api_name != url.host.name
    return url.host.api_name if is_alias else str(url.host)


class _Limited(io.RawIOBase):
    """What a connection receives, up to a limit; http.client asks it for a file as it would a
    socket.

    Without it a reply that says its next chunk has -1 bytes would be read to its end, which may
    never come.
    """

    def __init__(self, connection: socket.socket, limit_bytes: int) -> None:
        self._connection, self._left = connection, limit_bytes

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        received = self._connection.recv_into(buffer)
        self._left -= received
        if self._left < 0:
            raise NoAnswer(_TOO_LARGE)
        return received
