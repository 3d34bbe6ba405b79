"""Where names from outside may lead: by the address, and by the name alone."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# Azure's platform endpoint: DHCP, DNS and the agent's channel of every virtual machine. Public by
# its number alone (MicrosoftDocs/azure-docs, what-is-ip-address-168-63-129-16).
_AZURE_PLATFORM = ip_address("168.63.129.16")
_NAT64 = IPv6Network("64:ff9b::/96")
_IPV4_COMPATIBLE = IPv6Network("::/96")
# No top-level domain is a number, so such a name is an IPv4 address in some spelling: decimal,
# hexadecimal, octal, with fewer parts (WHATWG URL, "ends in a number"; inet_aton(3)).
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
# Names that never are of the open Internet (RFC 6761, 6762, 8375, ICANN's board on .internal).
_INSIDE = ("localhost", "local", "internal", "home.arpa")


def may_be_public(name: str) -> bool:
    """Whether a host's name (lower case, IPv6 without brackets) may be of the open Internet.

    By what needs no look-up, so True says only that its addresses are to be looked at. An address
    must be public and in its usual spelling: programs do not agree on what `010.0.0.1` is.
    """
    if ":" in name or _ENDS_IN_NUMBER.fullmatch(name):
        return is_public(name)
    return "." in name and not f".{name}".endswith(tuple(f".{one}" for one in _INSIDE))


def is_public(text: str) -> bool:
    """Whether it is an address of the open Internet; False for what is no address.

    Loopback, link-local (cloud metadata), private, shared, reserved, multicast and Azure's platform
    address are not, nor is an IPv6 address that carries one of them.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return all(_is_public(one) for one in (address, *_carried(address)))


def is_loopback(text: str) -> bool:
    """Whether it is this machine."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address in _NAT64):
        return True  # its IPv4 address decides
    return address.is_global and not address.is_multicast and address != _AZURE_PLATFORM


def _carried(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses inside, by whatever way of carrying them (RFC 4291, 6052, 3056, 4380)."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or address in _IPV4_COMPATIBLE:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in found if one]
