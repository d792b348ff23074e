"""Which addresses a collector may reach: public ones; in an example only this machine."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from breachbook.errors import CustodyError

_TRANSLATED = ip_network("64:ff9b::/96")
# Deprecated (RFC 3879), and still used inside networks as the private addresses they were.
_SITE_LOCAL = ip_network("fec0::/10")


def admitted(host: str, port: int, *, example: bool) -> list[str]:
    """Resolve a host and give the addresses that may be reached; connect to these, never to the name again.

    Raises:
        CustodyError: It has no address, or none that may be reached.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CustodyError(f"{host}: has no address that can be found") from error
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    allowed = [one for one in addresses if is_admitted(one, example=example)]
    if not allowed:
        wanted = "on this machine, as this is an example" if example else "on the public internet"
        raise CustodyError(f"{host}: got {', '.join(addresses)}; allowed: an address {wanted}")
    return allowed


def is_admitted(address: str, *, example: bool) -> bool:
    """Say whether an address literal may be reached."""
    found = _true(ip_address(address.partition("%")[0]))
    if example:
        return found.is_loopback
    inside = found.is_multicast or found.is_reserved or found in _SITE_LOCAL
    return found.is_global and not inside


def _true(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Look through the forms of IPv6 that lead to an address of IPv4."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
