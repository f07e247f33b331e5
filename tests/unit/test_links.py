"""The form check of links: what is refused, why, and what a good link is made of."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hostile.link_corpus import ALLOWED, DENIED_HOSTS, REFUSED_BY_FORM

from waypost.lib.links import BadLink, FetchPolicy, Link, parse_link, resolve_link

POLICY = FetchPolicy()
LAN = FetchPolicy(allow=(ip_network("127.0.0.0/8"),))
BASE = Link("https", "h.example", 443, "/a/b?x=1")


@pytest.mark.parametrize("text", REFUSED_BY_FORM.values(), ids=REFUSED_BY_FORM.keys())
def test_a_hostile_form_is_refused(text: str) -> None:
    assert isinstance(parse_link(text, POLICY), BadLink)


@pytest.mark.parametrize("host", DENIED_HOSTS.values(), ids=DENIED_HOSTS.keys())
def test_a_forbidden_address_is_well_formed(host: str) -> None:
    """So that its denial comes later, and says the same as that of a name."""
    assert isinstance(parse_link(f"http://{host}/", POLICY), Link)


@pytest.mark.parametrize("text", ALLOWED.values(), ids=ALLOWED.keys())
def test_an_allowed_link_is_well_formed(text: str) -> None:
    assert isinstance(parse_link(text, POLICY), Link)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("http://a.example", Link("http", "a.example", 80, "/")),
        ("HTTPS://A.Example./X?y=Z#f", Link("https", "a.example", 443, "/X?y=Z")),
        ("https://a.example:80/", Link("https", "a.example", 80, "/")),
        ("http://a.example?q=/", Link("http", "a.example", 80, "/?q=/")),
        ("http://my_cdn.example/a%20b", Link("http", "my_cdn.example", 80, "/a%20b")),
        ("https://bücher.example/größe", Link("https", "xn--bcher-kva.example", 443, "/gr%C3%B6%C3%9Fe")),
        ("https://BÜCHER.example/", Link("https", "xn--bcher-kva.example", 443, "/")),
        ("http://8.8.8.8/", Link("http", "8.8.8.8", 80, "/", IPv4Address("8.8.8.8"))),
        (
            "http://[2606:2800:220:01::1]/",
            Link("http", "2606:2800:220:1::1", 80, "/", IPv6Address("2606:2800:220:1::1")),
        ),
        ("http://a.example/@b:c//d\u200e", Link("http", "a.example", 80, "/@b:c//d%E2%80%8E")),
    ],
)
def test_a_link_is_parsed_into_its_parts(text: str, link: Link) -> None:
    assert parse_link(text, POLICY) == link


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("ftp://a.example/", "does not begin with http:// or https://"),
        ("http://" + "é" * 1021, "is longer than 2048 bytes"),
        ("http://a.example/a b", "contains a space, a control character or a backslash; write it percent-encoded"),
        ("http://%31%32%37.0.0.1/", "has a percent sign in its host"),
        ("http://u:p@a.example/", "carries a user name or password; links are fetched without"),
        ("http://a.example:99999/", "has the port '99999', which is not a number from 1 to 65535"),
        (
            "http://a.example:22/",
            "uses port 22, and only 80 and 443 are allowed; a server with --fetch-allow takes any",
        ),
        ("http://127.1/", "has the host '127.1', which is a number but not an address of four decimals"),
    ],
)
def test_a_refusal_says_what_is_wrong(text: str, reason: str) -> None:
    assert parse_link(text, POLICY) == BadLink(reason)


def test_a_link_of_2048_bytes_is_not_too_long() -> None:
    assert isinstance(parse_link("http://good.example/" + "x" * 2028, POLICY), Link)


def test_a_policy_that_allows_a_network_leaves_the_port_to_the_vetting() -> None:
    assert parse_link("http://localhost:9999/x", LAN) == Link("http", "localhost", 9999, "/x")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("HTTP://A.example:80/x", "http://a.example/x"),
        ("https://a.example:80", "https://a.example:80/"),
        ("http://[::1]:80/#f", "http://[::1]/"),
        ("https://[::1]:80/", "https://[::1]:80/"),
    ],
)
def test_the_canonical_form_names_a_port_only_where_it_is_not_the_usual_one(text: str, url: str) -> None:
    link = parse_link(text, POLICY)

    assert isinstance(link, Link)
    assert link.url == url


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("/x", "https://h.example/x"),
        ("x", "https://h.example/a/x"),
        ("../x", "https://h.example/x"),
        ("../../../x", "https://h.example/x"),
        ("?y", "https://h.example/a/b?y"),
        ("", "https://h.example/a/b?x=1"),
        ("#f", "https://h.example/a/b?x=1"),
        ("@evil.example/", "https://h.example/a/@evil.example/"),
        (".evil.example/", "https://h.example/a/.evil.example/"),
        ("//other.example/y", "https://other.example/y"),
        ("http://other.example/y", "http://other.example/y"),
    ],
)
def test_a_redirect_is_resolved_against_its_page(reference: str, url: str) -> None:
    link = resolve_link(BASE, reference, POLICY)

    assert isinstance(link, Link)
    assert link.url == url


@settings(max_examples=500, deadline=None, database=None)
@given(target=st.text("/.:@[]?%a\u00e9", max_size=12), reference=st.text("/.:@[]?#\\ \t%a\u00e9", max_size=12))
def test_a_relative_redirect_without_two_slashes_stays_on_its_host(target: str, reference: str) -> None:
    base = parse_link("https://h.example/" + target, POLICY)
    assert isinstance(base, Link)

    link = resolve_link(base, reference, POLICY)

    assert isinstance(link, BadLink) or reference.startswith("//") or link.origin == "https://h.example"


@settings(max_examples=2000, deadline=None, database=None)
@given(st.text(max_size=60))
def test_any_text_behind_the_scheme_is_parsed_or_refused(text: str) -> None:
    link = parse_link("http://" + text, POLICY)

    assert isinstance(link, BadLink) or link.url.isascii()
