"""Which addresses are public, on every edge of every range."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest

from waypost.lib.addresses import (
    NOT_PUBLIC_V4,
    NOT_PUBLIC_V6,
    PUBLIC_V6,
    IPAddress,
    IPNetwork,
    is_public,
    parse_address,
)

HOLES: tuple[IPNetwork, ...] = NOT_PUBLIC_V4 + NOT_PUBLIC_V6

# First address before, and first address after each hole; None where the neighbour is another hole or nothing at all.
NEIGHBOURS = [
    ("0.0.0.0/8", None, "1.0.0.0"),
    ("10.0.0.0/8", "9.255.255.255", "11.0.0.0"),
    ("100.64.0.0/10", "100.63.255.255", "100.128.0.0"),
    ("127.0.0.0/8", "126.255.255.255", "128.0.0.0"),
    ("168.63.129.16/32", "168.63.129.15", "168.63.129.17"),
    ("169.254.0.0/16", "169.253.255.255", "169.255.0.0"),
    ("172.16.0.0/12", "172.15.255.255", "172.32.0.0"),
    ("192.0.0.0/24", "191.255.255.255", "192.0.1.0"),
    ("192.0.2.0/24", "192.0.1.255", "192.0.3.0"),
    ("192.88.99.0/24", "192.88.98.255", "192.88.100.0"),
    ("192.168.0.0/16", "192.167.255.255", "192.169.0.0"),
    ("198.18.0.0/15", "198.17.255.255", "198.20.0.0"),
    ("198.51.100.0/24", "198.51.99.255", "198.51.101.0"),
    ("203.0.113.0/24", "203.0.112.255", "203.0.114.0"),
    ("224.0.0.0/4", "223.255.255.255", None),
    ("240.0.0.0/4", None, None),
    ("2001::/23", "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"),
    ("2001:db8::/32", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"),
    ("2002::/16", "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"),
    ("3fff::/20", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"),
]


def test_the_table_of_edges_names_every_hole() -> None:
    listed = [ip_network(cidr) for cidr, _, _ in NEIGHBOURS]

    assert listed == list(HOLES)


@pytest.mark.parametrize("network", HOLES, ids=str)
def test_the_first_and_the_last_address_of_a_hole_are_not_public(network: IPNetwork) -> None:
    verdicts = [is_public(network[0]), is_public(network[-1])]

    assert verdicts == [False, False]


@pytest.mark.parametrize("neighbour", [text for row in NEIGHBOURS for text in row[1:] if text])
def test_the_addresses_around_a_hole_are_public(neighbour: str) -> None:
    assert is_public(ip_address(neighbour))


@pytest.mark.parametrize(
    "address",
    [PUBLIC_V6[0] - 1, PUBLIC_V6[-1] + 1, IPv6Address(0), IPv6Address(2**128 - 1)],
    ids=str,
)
def test_ipv6_outside_the_allocated_eighth_is_not_public(address: IPAddress) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "text", ["127.1", "0177.0.0.1", "0x7f.0.0.1", "2130706433", "127.0.0.1.", " 127.0.0.1", "127.0.0.1:80", "", "::1%"]
)
def test_only_the_strict_spelling_is_an_address(text: str) -> None:
    assert parse_address(text) is None


def test_a_strict_spelling_is_its_address() -> None:
    assert [parse_address("8.8.4.4"), parse_address("2606:2800:220:1::1")] == [
        IPv4Address("8.8.4.4"),
        IPv6Address("2606:2800:220:1::1"),
    ]
