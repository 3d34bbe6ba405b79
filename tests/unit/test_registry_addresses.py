"""Which IP addresses a name from outside may lead to."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address
from socket import inet_aton

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescan.registry.addresses import is_loopback, is_public, may_be_public

INSIDE = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
    "168.63.129.16/32",
]  # fmt: skip
INSIDE_ADDRESSES = st.sampled_from(INSIDE).flatmap(
    lambda network: st.ip_addresses(v=4, network=network)
)


@given(INSIDE_ADDRESSES)
def test_no_address_inside_is_public_in_whatever_it_is_wrapped(address: IPv4Address) -> None:
    """IPv6 carries IPv4 in several ways; a machine may take any of them apart."""
    number = int(address)
    wrapped = [
        (0xFFFF << 32) | number,  # ::ffff:a.b.c.d
        number,  # ::a.b.c.d
        (0x64FF9B << 96) | number,  # NAT64
        (0x2002 << 112) | (number << 80),  # 6to4
        (0x20010000 << 96) | (number << 64),  # Teredo, as its server
        (0x20010000 << 96) | (number ^ 0xFFFFFFFF),  # Teredo, as its client
    ]

    assert not is_public(str(address))
    assert not any(is_public(str(IPv6Address(one))) for one in wrapped)


@given(st.ip_addresses(v=4))
def test_an_address_mapped_into_ipv6_is_as_public_as_itself(address: IPv4Address) -> None:
    """Not more, and not less."""
    assert is_public(f"::ffff:{address}") == is_public(str(address))
    assert is_loopback(f"::ffff:{address}") == is_loopback(str(address))
    assert is_loopback(str(address)) == (address in IPv4Network("127.0.0.0/8"))


@pytest.mark.parametrize("text", ["8.8.8.8", "20.33.0.1", "2606:4700::1", "64:ff9b::808:808"])
def test_registries_of_the_open_internet_are_public(text: str) -> None:
    """Those on IPv6 alone, by way of NAT64 too."""
    assert is_public(text)


@pytest.mark.parametrize(
    "text",
    ["::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1"],
)
def test_ipv6_inside_is_not_public(text: str) -> None:
    """Loopback, link-local, unique local, multicast, documentation."""
    assert not is_public(text)


@given(st.text(max_size=40))
def test_what_is_no_address_is_not_public(text: str) -> None:
    """And every text has an answer."""
    try:
        IPv4Address(text)
    except ValueError:
        if ":" not in text:
            assert not is_public(text)
            assert not is_loopback(text)


SPELLINGS = st.sampled_from(["{}", "0{:o}", "{:#x}", "00{:o}"])


@st.composite
def spelled(draw: st.DrawFn) -> str:
    """An address inside as `inet_aton` reads it: any number of parts, each in any base."""
    number, parts = int(draw(INSIDE_ADDRESSES)), draw(st.integers(1, 4))
    tail_bytes = 5 - parts
    octets = number.to_bytes(4, "big")
    numbers = [*octets[: parts - 1], int.from_bytes(octets[-tail_bytes:], "big")]
    return ".".join(draw(SPELLINGS).format(one) for one in numbers)


@given(spelled())
def test_an_address_inside_is_known_by_every_spelling_that_connects(name: str) -> None:
    """Without a look-up, for there may be none."""
    assert inet_aton(name)
    assert not may_be_public(name)


@given(INSIDE_ADDRESSES)
def test_an_address_inside_is_known_in_ipv6(address: IPv4Address) -> None:
    """As it stands in an image's name: without dots."""
    assert not may_be_public(f"::ffff:{int(address) >> 16:x}:{int(address) & 0xFFFF:x}")


@pytest.mark.parametrize(
    "name",
    [
        "localhost", "a.localhost", "registry", "a.local", "metadata.google.internal",
        "x.home.arpa", "010.0.0.1", "1.2.3.4.5", "999.1.1.1", "a.0x", "fd12::1",
    ],
)  # fmt: skip
def test_names_that_never_are_of_the_open_internet(name: str) -> None:
    """And numbers that two programs read differently."""
    assert not may_be_public(name)


@pytest.mark.parametrize(
    "name",
    [
        "docker.io", "8.8.8.8", "2606:4700::1", "localhost.example.com", "notlocal.io", "x.mylocal",
        "127.0.0.1.nip.io", "0xff.io", "a1.b2",
    ],
)  # fmt: skip
def test_names_of_which_only_a_look_up_tells_where_they_lead(name: str) -> None:
    """Whatever they look like."""
    assert may_be_public(name)
