"""Generated links to forbidden addresses: none of them may make the fetcher dial anything but the public host."""

import asyncio
from ipaddress import IPv4Address

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hostile.link_corpus import DENIED_HOSTS, DENIED_NAMES, PUBLIC_V4, ZONE
from tests.hostile.link_naive import dial_naively
from tests.hostile.link_peers import LIMITS, Collected, RecordingDialer, TableResolver, redirect

from waypost.lib.fetcher import Fetcher
from waypost.lib.links import FetchPolicy, Link, parse_link

# 2,000 take some seconds; before a release run it with 100,000.
GENERATED = 2_000
CONTROLS = 500

POLICY = FetchPolicy(max_redirects=1)
FORBIDDEN_V4 = [IPv4Address(host) for host in DENIED_HOSTS.values() if host[0] != "["]
FORBIDDEN_V6 = [host for host in DENIED_HOSTS.values() if host[0] == "["]

SCHEMES = ["http://", "https://", "HTTP://", "http:", "http:/", "http:///", "//", "http:\\\\", "ftp://", " http://", ""]
USERS = [
    "",
    "",
    "",
    "u@",
    "u:p@",
    "good.example@",
    "good.example\\@",
    "good.example#@",
    "good.example?@",
    "good.example/@",
]
PORTS = ["", "", "", ":80", ":443", ":22", ":0", ":", ":80:80", ":80@good.example", ":\uff18\uff10", ":080", ":99999"]
TAILS = [
    "",
    "/",
    "/x.jpg",
    "?a=b",
    "#f",
    "\\@good.example/",
    "/@good.example/",
    "@good.example/",
    "%00.good.example/",
    ".",
    "./",
]
SIGNS = ["\t", "\r\n", "\x00", " ", "\\", "@", "#", "?", "/", ".", ":", "%", "%25", "[", "]", "\u3002", "\u00ad"]


def _circled(address: IPv4Address) -> str:
    return str(address).translate({ord("0"): "⓪"} | {ord(str(digit)): chr(0x245F + digit) for digit in range(1, 10)})


def _percent(address: IPv4Address) -> str:
    return "".join(f"%{ord(sign):02x}" for sign in str(address))


def _octal(address: IPv4Address) -> str:
    return ".".join(f"0{part:o}" for part in address.packed)


def _short(address: IPv4Address) -> str:
    return f"{address.packed[0]}.{int(address) & 0xFFFFFF}"


def _groups(address: IPv4Address) -> str:
    return f"{int(address) >> 16:x}:{int(address) & 0xFFFF:x}"


SPELLINGS = [
    str,
    lambda address: str(int(address)),
    lambda address: hex(int(address)),
    lambda address: f"0{int(address):o}",
    lambda address: ".".join(hex(part) for part in address.packed),
    lambda address: str(address) + ".",
    lambda address: str(address).replace(".", "。"),
    lambda address: f"[::{address}]",
    lambda address: f"[::ffff:{address}]",
    lambda address: f"[::ffff:0:{address}]",
    lambda address: f"[64:ff9b::{_groups(address)}]",
    lambda address: f"[2002:{_groups(address)}::]",
    lambda address: f"[2001:0:{_groups(address)}::]",
    lambda address: f"[::5efe:{_groups(address)}]",
    lambda address: f"[{address}]",
    _circled,
    _percent,
    _octal,
    _short,
]

HOSTS = st.one_of(
    st.builds(lambda spell, address: spell(address), st.sampled_from(SPELLINGS), st.sampled_from(FORBIDDEN_V4)),
    st.sampled_from(FORBIDDEN_V6),
    st.sampled_from(list(DENIED_NAMES.values())),
)


@st.composite
def hostile_links(draw: st.DrawFn) -> str:
    """Draw a link to a forbidden host, with up to two signs of noise in it."""
    parts = [st.sampled_from(SCHEMES), st.sampled_from(USERS), HOSTS, st.sampled_from(PORTS), st.sampled_from(TAILS)]
    text = "".join(draw(part) for part in parts)
    for noise in draw(st.lists(st.sampled_from(SIGNS), max_size=2)):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + noise + text[at:]
    return text


async def _fetch(link: Link, dialer: RecordingDialer) -> None:
    fetcher = Fetcher(POLICY, resolver=TableResolver(ZONE), dialer=dialer)
    await fetcher.fetch(link, limits=LIMITS, sink=Collected().take)


def test_no_generated_link_is_dialled() -> None:
    with asyncio.Runner() as runner:

        @settings(max_examples=GENERATED, deadline=None, database=None)
        @given(hostile_links())
        def fetch_directly_and_as_a_redirect(text: str) -> None:
            dialer = RecordingDialer([redirect(text)])
            link = parse_link(text, POLICY)

            runner.run(_fetch(Link("http", "good.example", 80, "/"), dialer))
            if isinstance(link, Link):
                runner.run(_fetch(link, dialer))

            assert {address for address, _ in dialer.dialled} == {PUBLIC_V4}

        fetch_directly_and_as_a_redirect()


def test_the_same_links_make_a_naive_client_leak() -> None:
    dialer = RecordingDialer()
    with asyncio.Runner() as runner:

        @settings(max_examples=CONTROLS, deadline=None, database=None)
        @given(hostile_links())
        def dial(text: str) -> None:
            runner.run(dial_naively(text, dialer, TableResolver(ZONE)))

        dial()

    leaks = [address for address, _ in dialer.dialled if address != PUBLIC_V4]
    assert len(leaks) > CONTROLS // 50
