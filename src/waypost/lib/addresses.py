"""Addresses: which resolved addresses a client-given link may make Waypost dial.

The standard library's `is_global` is not enough: it is true for several ways to spell a private IPv4 address as IPv6,
and its answers change between Python versions. IPv4 is therefore everything but the table below; IPv6, of which only
one eighth is in use, is an allow-list with named holes. Every IPv6 form that embeds an IPv4 address is outside it.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

# From the IANA registries of special-purpose and multicast addresses.
NOT_PUBLIC_V4 = tuple(
    IPv4Network(cidr)
    for cidr in (
        "0.0.0.0/8",  # this network; Linux dials it as loopback
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers; holds one cloud's metadata service
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's host agent, although public by the registry
        "169.254.0.0/16",  # link-local; holds most clouds' metadata services
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; holds one cloud's metadata service
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)

PUBLIC_V6 = IPv6Network("2000::/3")

NOT_PUBLIC_V6 = tuple(
    IPv6Network(cidr)
    for cidr in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, embeds IPv4
        "3fff::/20",  # documentation
    )
)


def is_public(address: IPAddress) -> bool:
    """Return whether `address` belongs to the public internet and to nobody's inside."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in NOT_PUBLIC_V4)
    inside = address in PUBLIC_V6 and not any(address in network for network in NOT_PUBLIC_V6)
    return inside and address.is_global  # the library's opinion is the second net


def parse_address(text: str) -> IPAddress | None:
    """Return the address that `text` spells in the one strict form, or None: no octal, no short form, no port."""
    try:
        return ip_address(text)
    except ValueError:
        return None
