"""Who is whom among registries: credentials go by it, so nobody may pass for another."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imagescan.registry.hosts import RegistryHost, parse_host

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
# Whatever an attacker may put around or into a name that has our trust.
SUFFIXES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("ghcr.io", RegistryHost("ghcr.io")),
        ("GHCR.io:443", RegistryHost("ghcr.io")),
        ("registry.corp:5000", RegistryHost("registry.corp", 5000)),
        ("registry.corp:05000", RegistryHost("registry.corp", 5000)),
        ("docker.io", RegistryHost("docker.io")),
        ("index.docker.io", RegistryHost("docker.io")),
        ("registry-1.docker.io", RegistryHost("docker.io")),
        ("[::1]:5000", RegistryHost("::1", 5000)),
    ],
)
def test_different_spellings_of_one_host_are_equal(text: str, host: RegistryHost) -> None:
    """A credential is found however the image is written."""
    assert parse_host(text) == host
    assert parse_host(str(host)) == host


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "a..b", "-a.io", "a.io.", "a.io:", "a.io:0", "a.io:65536", "a.io:x", "a.io:1:2",
        "https://a.io", "a.io/path", "user@a.io", "user:pw@a.io", "a.io\n", " a.io", "a_b.io",
        "[::1", "::1", "[:::]", "[1.2.3.4]", "[fe80::1%eth0]", "\u212aey.io", "xn--/.io",
        "a" * 254,
    ],
)  # fmt: skip
def test_what_is_no_host_is_none(text: str) -> None:
    """Nothing is guessed: a text that two programs may read differently is refused."""
    assert parse_host(text) is None


@given(st.text(max_size=300))
@example("[::]")
def test_every_text_gives_a_host_or_none(text: str) -> None:
    """And what a host is written as, it is read as."""
    host = parse_host(text)

    assert host is None or parse_host(str(host)) == host


@given(NAMES, st.integers(1, 65535), st.integers(1, 65535))
def test_two_ports_are_two_hosts(name: str, one: int, other: int) -> None:
    """Two programs on one machine need not trust each other."""
    assert (parse_host(f"{name}:{one}") == parse_host(f"{name}:{other}")) == (one == other)


@given(LABELS, SUFFIXES)
@example("x", ".evil.com")
@example("x", ":443.evil.com")
@example("x", "@evil.com")
@example("x", "\u3002evil.com")
def test_what_follows_an_azure_registrys_name_makes_it_another_host(
    label: str, suffix: str
) -> None:
    """`x.azurecr.io.evil.com` is none of Azure's."""
    host = parse_host(f"{label}x.azurecr.io{suffix}")

    assert suffix == ":443" or host is None or not host.is_azure_registry


@given(st.text(max_size=30))
@example("evil-azurecr.io/")
@example("a.b.")
@example("evil.com/x.")
def test_only_one_label_stands_before_azurecr_io(prefix: str) -> None:
    """The login server of a registry is its name and the suffix, nothing else."""
    host = parse_host(f"{prefix}azurecr.io")

    if host is not None and host.is_azure_registry:
        assert host.name.count(".") == 2
        assert host.name.endswith(".azurecr.io")


@pytest.mark.parametrize(
    ("text", "is_azure"),
    [
        ("contoso.azurecr.io", True),
        ("Contoso-a1b2.azurecr.io:443", True),
        ("contoso.azurecr.io:8443", False),
        ("azurecr.io", False),
        ("contoso.azurecr.io.evil.com", False),
        ("contosoazurecr.io", False),
        ("contoso.azurecr.io-evil.com", False),
        ("a.b.azurecr.io", False),
        ("mcr.microsoft.com", False),
    ],
)
def test_azure_registries_are_known_by_their_whole_name(text: str, is_azure: bool) -> None:
    """The group's identity is offered to nobody else."""
    host = parse_host(text)

    assert host is not None
    assert host.is_azure_registry is is_azure


@pytest.mark.parametrize(
    ("text", "is_loopback"),
    [
        ("localhost:5000", True), ("127.0.0.1", True), ("127.9.9.9:1", True), ("[::1]", True),
        ("localhost.evil.com", False), ("127.0.0.1.evil.com", False), ("10.0.0.1", False),
    ],
)  # fmt: skip
def test_loopback_is_told_by_the_name_alone(text: str, is_loopback: bool) -> None:
    """A name that merely resolves to this machine is spoken to over TLS like any other."""
    host = parse_host(text)

    assert host is not None
    assert host.is_loopback is is_loopback
