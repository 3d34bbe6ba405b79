"""The address that was checked is the one that is connected to, and no answer is too large."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from imagescan.adapters.deadline import Deadline, NoAnswer
from imagescan.adapters.registry_http import CheckedHttp, ForbiddenAddress
from imagescan.ports import Resolved, ResolveProblem
from imagescan.registry.urls import Url, parse_url
from tests.registry.certificates import Authority
from tests.registry.layouts import Layouts
from tests.registry.resolving import hosts, problem, resolve, resolver
from tests.registry.servers import running

LIMIT_BYTES = 1000


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that says whatever a test wants, byte by byte; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    try:
                        connection.recv(65536)
                        answer(connection)
                    except OSError:
                        pass  # the client has had enough

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(20)


def ask(port: int, listed: bool = True) -> bytes:
    host = f"127.0.0.1:{port}"
    http = CheckedHttp(hosts(host) if listed else frozenset())
    with Deadline(20) as deadline:
        return http.ask("GET", url(f"http://{host}/"), {}, deadline, limit_bytes=LIMIT_BYTES).body


def url(text: str) -> Url:
    found = parse_url(text)
    assert found is not None
    return found


def test_a_name_is_resolved_once_and_the_connection_goes_where_that_led(
    layouts: Layouts, authority: Authority
) -> None:
    """A name that leads elsewhere the second time has no second time."""
    with running(layouts.folder, tls=authority.serving("registry.example")) as served:
        asked = []

        def lookup(name: str, port: int) -> list[tuple[str, int]]:
            asked.append((name, port))
            return [("127.0.0.1", served.port)]

        http = CheckedHttp(hosts("registry.example"), lookup, authority.trusting())
        with Deadline(20) as deadline:
            answer = http.ask(
                "GET", url("https://registry.example/v2/"), {}, deadline, limit_bytes=LIMIT_BYTES
            )

    assert answer.status == 200
    assert asked == [("registry.example", 443)]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",
        "168.63.129.16", "100.64.0.1", "224.0.0.1", "::1", "fe80::1", "fc00::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_a_public_name_that_leads_inside_is_refused(address: str) -> None:
    """Nobody is connected to; one such address among others is enough."""
    registries = resolver(places={"rebinding.example": (address, 443)})

    assert problem(registries, "rebinding.example/app:1") is ResolveProblem.FORBIDDEN_ADDRESS

    http = CheckedHttp(frozenset(), lambda *_: [("1.1.1.1", 443), (address, 443)])
    with Deadline(20) as deadline, pytest.raises(ForbiddenAddress):
        # Not `ask`: were this broken, it would connect to a stranger.
        http._addresses(url("https://mixed.example/"), deadline)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1"])
def test_this_machine_is_refused_however_it_is_written(layouts: Layouts, name: str) -> None:
    """As the system itself resolves these."""
    with running(layouts.folder) as served:
        http, address = CheckedHttp(frozenset()), url(f"https://{name}:{served.port}/v2/")
        with Deadline(20) as deadline, pytest.raises(ForbiddenAddress):
            http.ask("GET", address, {}, deadline, limit_bytes=LIMIT_BYTES)

        assert served.registry.book == []


def test_a_listed_host_may_be_anywhere_on_its_own_port_alone(
    layouts: Layouts, authority: Authority
) -> None:
    """Over TLS: its name does not say that it is this machine."""
    tls = authority.serving("registry.corp")
    with running(layouts.folder, tls=tls) as served:
        places = {"registry.corp": ("127.0.0.1", served.port)}
        trusting = authority.trusting()
        listed = resolver("registry.corp:5000", places=places, tls=trusting)

        right = resolve(listed, "registry.corp:5000/team/debian:12")
        other = problem(listed, "registry.corp:5001/team/debian:12")

    assert right == Resolved(layouts.amd64, layouts.index)
    assert other is ResolveProblem.FORBIDDEN_ADDRESS


def test_plain_http_is_for_listed_loopback_alone() -> None:
    """A listed host elsewhere is asked over TLS; an unlisted one over plain http not at all."""
    with answering(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nhello")) as port:
        assert ask(port) == b"hello"
        with pytest.raises(ForbiddenAddress):
            ask(port, listed=False)

    http = CheckedHttp(hosts("registry.corp"))
    with Deadline(20) as deadline, pytest.raises(ForbiddenAddress):
        http.ask("GET", url("http://registry.corp/"), {}, deadline, limit_bytes=LIMIT_BYTES)


def test_localhost_that_leads_elsewhere_is_refused() -> None:
    """Over plain http only this machine is spoken to, whatever the hosts file says."""
    http = CheckedHttp(hosts("localhost:5000"), lambda *_: [("192.0.2.1", 5000)])
    with Deadline(20) as deadline, pytest.raises(ForbiddenAddress):
        http.ask("GET", url("http://localhost:5000/"), {}, deadline, limit_bytes=LIMIT_BYTES)


HEAD = b"HTTP/1.1 200 OK\r\n"
BOTH_LENGTHS = HEAD + b"Content-Length: x\r\nTransfer-Encoding: chunked\r\n\r\nz"


@pytest.mark.parametrize(
    "beginning",
    [
        HEAD + b"\r\n",
        HEAD + b"Content-Length: 100000000\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nfffffff\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;",
        HEAD + b"X: ",
        b"",
    ],
)
def test_an_answer_without_end_is_cut_off(beginning: bytes) -> None:
    """Memory is the app's, not the registry's."""
    sent = 0

    def flood(connection: socket.socket) -> None:
        nonlocal sent
        connection.sendall(beginning)
        for _ in range(1000):
            sent += connection.send(b"x" * 65536)

    with answering(flood) as port, pytest.raises(NoAnswer):
        ask(port)
    assert sent < 1000 * 65536


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-x\r\n", BOTH_LENGTHS])
def test_what_is_no_http_is_no_answer(answer: bytes) -> None:
    """Whatever listens there."""
    with answering(lambda connection: connection.sendall(answer)) as port, pytest.raises(NoAnswer):
        ask(port)


def test_an_unknown_name_is_no_answer() -> None:
    """Nor one that cannot be a name."""

    def unknown(*_: object) -> list[tuple[str, int]]:
        raise socket.gaierror

    for name in ("unknown.example", f"{'a' * 64}.example"):
        http = CheckedHttp(frozenset(), unknown) if "unknown" in name else CheckedHttp(frozenset())
        with Deadline(20) as deadline, pytest.raises(NoAnswer):
            http.ask("GET", url(f"https://{name}/"), {}, deadline, limit_bytes=LIMIT_BYTES)


def test_a_name_that_takes_for_ever_is_given_up_in_time() -> None:
    """The system's resolver has no limit that we could set."""
    forever = threading.Event()

    def slow(*_: object) -> list[tuple[str, int]]:
        forever.wait(60)
        return []

    http = CheckedHttp(frozenset(), slow)
    with Deadline(0.2) as deadline, pytest.raises(NoAnswer):
        http.ask("GET", url("https://slow.example/"), {}, deadline, limit_bytes=LIMIT_BYTES)
    forever.set()


def test_a_tls_handshake_that_takes_for_ever_is_given_up_in_time() -> None:
    """A port that takes connections and says nothing."""
    forever = threading.Event()
    with answering(lambda _: (forever.wait(60), None)[1]) as port:
        http = CheckedHttp(hosts("mute.example"), lambda *_: [("127.0.0.1", port)])
        with Deadline(0.3) as deadline, pytest.raises(NoAnswer):
            http.ask("GET", url("https://mute.example/"), {}, deadline, limit_bytes=LIMIT_BYTES)
        forever.set()
