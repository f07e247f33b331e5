"""What every Poster makes of the bytes that come back, and of the connections that they came on."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.support.posters import BODY, IMPLEMENTATIONS, JSON, LONG, SHORT, Make, Vetting, open_poster
from tests.support.raw_peer import HANG_UP, OK, RawPeer, Script

from waypost.lib.poster import MAX_ANSWER_BYTES, NotPosted, Posted, Poster

pytestmark = pytest.mark.anyio

BROKEN = NotPosted("connection closed before an answer", began=True)


@pytest.fixture(params=IMPLEMENTATIONS)
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.param
    return made


@pytest.fixture
async def poster(make: Make) -> AsyncIterator[Poster]:
    async with open_poster(make) as made:
        yield made


async def told(poster: Poster, url: str) -> tuple[int, bytes] | NotPosted:
    outcome = await poster.post(url, BODY, JSON, timeout=LONG)
    return (outcome.status, outcome.body) if isinstance(outcome, Posted) else outcome


# Shapes of an answer

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
HINTS = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param([CHUNKED, b"3\r\nabc\r\n", b"2;x=1\r\nde\r\n0\r\n\r\n"], (200, b"abcde"), id="chunks"),
        pytest.param([CHUNKED, b"1\r\na\r\n0\r\nX: 1\r\n\r\n"], (200, b"a"), id="a trailer"),
        pytest.param([b"HTTP/1.1 200 OK\r\n\r\nto ", b"the end", HANG_UP], (200, b"to the end"), id="to the end"),
        pytest.param([b"HTTP/1.0 201 Created\r\n\r\nold", HANG_UP], (201, b"old"), id="HTTP/1.0"),
        pytest.param([b"HTTP/1.1 100 Continue\r\n\r\n", OK], (200, b"ok"), id="100 first"),
        pytest.param([HINTS + OK], (200, b"ok"), id="100 and 103 first"),
        pytest.param([b"HTTP/1.1 204 No Content\r\n\r\n"], (204, b""), id="204"),
        pytest.param([b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"], (200, b""), id="no reason"),
        pytest.param([b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok"], (200, b"ok"), id="lines that end as they like"),
    ],
)
async def test_every_shape_of_an_answer_is_read(poster: Poster, script: Script, expected: tuple[int, bytes]) -> None:
    async with RawPeer(script) as peer:
        assert await told(poster, peer.url) == expected


@pytest.mark.parametrize(
    "script",
    [
        pytest.param([b"220 mail.example ESMTP\r\n"], id="another protocol"),
        pytest.param([b"HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n"], id="no status"),
        pytest.param([b"\x16\x03\x01\x02\x00\x01\x00\x01"], id="TLS"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"], id="two lengths"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"], id="a length below 0"),
        pytest.param([b"HTTP/1.1 200 OK\r\nno header at all\r\n\r\n"], id="no header"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Le", HANG_UP], id="half a head"),
        pytest.param([b"HTTP/1.1 100 Continue\r\n\r\n", HANG_UP], id="100 and no more"),
    ],
)
async def test_what_has_no_head_that_can_be_read_is_no_answer(poster: Poster, script: Script) -> None:
    async with RawPeer(script) as peer:
        assert await told(poster, peer.url) == BROKEN


# Bounds


@pytest.mark.parametrize("flood", [b"X-Y: z\r\n" * 1_000, b"x" * 8_000], ids=["many headers", "one header"])
async def test_a_head_without_end_is_no_answer(poster: Poster, flood: bytes) -> None:
    async with RawPeer([b"HTTP/1.1 200 OK\r\nX-Y: z\r\nX-Y: ", *[flood] * 1_000]) as peer:
        assert await told(poster, peer.url) == BROKEN


async def test_a_head_that_drips_is_left_at_the_deadline(poster: Poster) -> None:
    never = asyncio.Event()

    async with RawPeer([b"HTTP/1.1 200 OK\r\nA", b": 1\r\n", never]) as peer:
        outcome = await asyncio.wait_for(poster.post(peer.url, BODY, JSON, timeout=SHORT), 5)

    assert outcome == NotPosted("timed out after 0.3 s", began=True)


# Connections


async def test_connection_close_is_obeyed(poster: Poster) -> None:
    async with RawPeer(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n") as peer:
        first = await told(poster, peer.url)
        second = await told(poster, peer.url)

    assert (first, second, peer.connections) == ((200, b""), (200, b"ok"), 2)


async def test_a_connection_that_the_peer_ends_after_its_answer_is_not_used_again(poster: Poster) -> None:
    async with RawPeer([OK, HANG_UP]) as peer:
        first = await told(poster, peer.url)
        await asyncio.wait_for(peer.left.wait(), 5)
        second = await told(poster, peer.url)

    assert (first, second, peer.connections) == ((200, b"ok"), (200, b"ok"), 2)


async def test_a_second_answer_in_the_same_packet_answers_nothing(poster: Poster) -> None:
    async with RawPeer(OK + b"HTTP/1.1 500 Wrong\r\nContent-Length: 5\r\n\r\nwrong") as peer:
        first = await told(poster, peer.url)
        second = await told(poster, peer.url)

    assert (first, second) == ((200, b"ok"), (200, b"ok"))


async def test_a_cancelled_post_takes_its_late_answer_with_it(poster: Poster) -> None:
    late = asyncio.Event()

    async with RawPeer(OK, [late, b"HTTP/1.1 500 Late\r\nContent-Length: 4\r\n\r\nlate"]) as peer:
        await told(poster, peer.url)
        peer.asked.clear()
        post = asyncio.create_task(poster.post(peer.url, BODY, JSON, timeout=LONG))
        await asyncio.wait_for(peer.asked.wait(), 5)
        post.cancel()
        await asyncio.wait([post])
        late.set()
        after = await told(poster, peer.url)

    assert (post.cancelled(), after, peer.connections) == (True, (200, b"ok"), 2)


# Where it goes


async def test_an_ipv6_address_is_called_by_its_brackets(poster: Poster) -> None:
    async with RawPeer(host="::1") as peer:
        outcome = await told(poster, peer.url)

    assert outcome == (200, b"ok")
    assert f"Host: [::1]:{peer.port}\r\n".encode() in peer.heads[0]


async def test_a_name_is_looked_up_and_every_address_of_it_tried(poster: Poster) -> None:
    async with RawPeer() as peer:
        outcome = await told(poster, f"http://localhost:{peer.port}/")

    assert outcome == (200, b"ok")


async def test_a_name_of_other_letters_is_called_as_the_dns_knows_it(make: Make) -> None:
    vet = Vetting("127.0.0.1")

    async with RawPeer() as peer, open_poster(make, vet=vet) as poster:
        await told(poster, f"http://bücher.invalid:{peer.port}/")

    assert vet.asked == [("xn--bcher-kva.invalid", peer.port)]
    assert f"Host: xn--bcher-kva.invalid:{peer.port}\r\n".encode() in peer.heads[0]


async def test_user_and_password_of_the_url_are_sent_as_credentials(poster: Poster) -> None:
    async with RawPeer() as peer:
        await told(poster, peer.url.replace("//", "//me:pa%20ss@"))

    assert b"Authorization: Basic bWU6cGEgc3M=\r\n" in peer.heads[0]


async def test_a_large_answer_within_its_bound_leaves_the_connection_usable(poster: Poster) -> None:
    body = bytes(MAX_ANSWER_BYTES)
    async with RawPeer([b"HTTP/1.1 200 OK\r\nContent-Length: 65536\r\n\r\n", body]) as peer:
        first = await told(poster, peer.url)
        await told(poster, peer.url)

    assert (first, peer.connections) == ((200, body), 1)


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding", "connection"])
async def test_headers_that_say_where_a_request_ends_are_not_the_callers(poster: Poster, name: str) -> None:
    async with RawPeer() as peer:
        outcome = await poster.post(peer.url, BODY, [(name, "1")], timeout=LONG)

    assert (outcome, peer.connections) == (NotPosted("the URL or a header is malformed", began=False), 0)
