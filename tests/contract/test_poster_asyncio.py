"""What the Poster on asyncio promises beyond the port: which bytes it sends, and which connections it keeps."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.contract.test_poster import full_backlog
from tests.support.posters import BODY, JSON, LONG, SHORT, Vetting
from tests.support.raw_peer import OK, RawPeer
from tests.support.receiver import Receiver

from waypost.lib.clock import SystemClock
from waypost.lib.connections import Connection
from waypost.lib.poster import IDLE_PER_HOST, NotPosted, Posted
from waypost.lib.poster_asyncio import AsyncioPoster

pytestmark = pytest.mark.anyio


SWEPT = 2
"""Seconds, well before an idle connection is ended for its age."""


class MovableClock(SystemClock):
    """Monotonic time that jumps on command."""

    def __init__(self) -> None:
        super().__init__()
        self.jumped = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.jumped


class CancellingPoster(AsyncioPoster):
    """Cancels a task between its answer and the moment at which it goes on."""

    task: asyncio.Task[Posted | NotPosted]

    def freed(self, connection: Connection) -> None:
        super().freed(connection)
        self.task.cancel()


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    """On both event loops: their transports are different code."""
    return "asyncio", {"use_uvloop": request.param}


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def poster(clock: MovableClock) -> AsyncIterator[AsyncioPoster]:
    made = AsyncioPoster(clock)
    yield made
    await made.aclose()


async def test_the_head_of_a_post_is_this_and_no_other(poster: AsyncioPoster) -> None:
    headers = [("content-type", "application/json"), ("user-agent", "waypost/0.1"), ("webhook-id", "evt_1")]

    async with RawPeer() as peer:
        await poster.post(f"{peer.url}?a=ü&b=%20#c", BODY, headers, timeout=LONG)

    assert peer.heads == [
        b"POST /hook?a=%C3%BC&b=%20 HTTP/1.1\r\n"
        b"Content-Type: application/json\r\n"
        b"User-Agent: waypost/0.1\r\n"
        b"Webhook-Id: evt_1\r\n"
        b"Accept: */*\r\n" + f"Host: 127.0.0.1:{peer.port}\r\nContent-Length: {len(BODY)}\r\n\r\n".encode()
    ]


async def test_bytes_that_nobody_asked_for_end_an_idle_connection(poster: AsyncioPoster) -> None:
    later = asyncio.Event()

    async with RawPeer([OK, later, b"HTTP/1.1 500 Wrong\r\nContent-Length: 0\r\n\r\n"]) as peer:
        await poster.post(peer.url, BODY, JSON, timeout=LONG)
        later.set()
        await asyncio.wait_for(peer.left.wait(), SWEPT)
        answer = await poster.post(peer.url, BODY, JSON, timeout=LONG)

    assert isinstance(answer, Posted)
    assert (answer.status, peer.connections) == (200, 2)


async def test_a_connection_is_not_used_after_four_idle_seconds(poster: AsyncioPoster, clock: MovableClock) -> None:
    async with Receiver() as hook:
        await poster.post(hook.url, BODY, JSON, timeout=LONG)
        clock.jumped = 3.5
        await poster.post(hook.url, BODY, JSON, timeout=LONG)
        clock.jumped = 8
        await poster.post(hook.url, BODY, JSON, timeout=LONG)

    assert [got.connection for got in hook.received] == [1, 1, 2]


async def test_a_host_keeps_so_many_idle_connections_and_no_more(poster: AsyncioPoster) -> None:
    go, at_once = asyncio.Event(), IDLE_PER_HOST + 6
    async with Receiver() as hook:
        hook.answer(hold=go, times=2 * at_once)
        for requests in (at_once, 2 * at_once):
            posts = [asyncio.create_task(poster.post(hook.url, BODY, JSON, timeout=LONG)) for _ in range(at_once)]
            await hook.wait_for_count(requests)
            go.set()
            await asyncio.gather(*posts)
            go.clear()

    assert hook.connections == at_once + 6


async def test_closing_ends_what_is_still_connecting(poster: AsyncioPoster) -> None:
    with full_backlog() as url:
        post = asyncio.create_task(poster.post(url, BODY, JSON, timeout=LONG))
        await asyncio.sleep(0)
        await poster.aclose()
        outcome = await asyncio.wait_for(post, 1)

    assert outcome == NotPosted("Waypost is stopping", began=False)


async def test_a_deadline_while_connecting_has_sent_nothing(poster: AsyncioPoster) -> None:
    with full_backlog() as url:
        outcome = await poster.post(url, BODY, JSON, timeout=timedelta(milliseconds=100))

    assert outcome == NotPosted("timed out after 0.1 s", began=False)


async def test_a_post_that_is_cancelled_once_it_was_answered_leaves_the_connection_whole() -> None:
    poster = CancellingPoster(SystemClock())

    async with RawPeer() as peer:
        poster.task = asyncio.create_task(poster.post(peer.url, BODY, JSON, timeout=LONG))
        await asyncio.wait([poster.task])
        answer = await poster.post(peer.url, BODY, JSON, timeout=LONG)
        await poster.aclose()

    assert poster.task.cancelled()
    assert isinstance(answer, Posted)
    assert peer.connections == 1


async def test_another_protocol_is_not_switched_to(poster: AsyncioPoster) -> None:
    switch = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"

    async with RawPeer(switch) as peer:
        outcome = await poster.post(peer.url, BODY, JSON, timeout=LONG)

    assert outcome == NotPosted("connection closed before an answer", began=True)


async def test_trailers_without_end_are_left(poster: AsyncioPoster) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: "

    async with RawPeer([chunked, *[bytes(b"x" * 65_536)] * 1_000]) as peer:
        outcome = await poster.post(peer.url, BODY, JSON, timeout=LONG)

    assert isinstance(outcome, Posted)
    assert (outcome.status, outcome.body) == (200, b"")


async def test_a_status_counts_although_its_chunks_make_no_sense(poster: AsyncioPoster) -> None:
    async with RawPeer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n") as peer:
        outcome = await poster.post(peer.url, BODY, JSON, timeout=LONG)

    assert isinstance(outcome, Posted)
    assert outcome.status == 200


async def test_a_peer_that_never_reads_is_left_at_the_deadline(poster: AsyncioPoster) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # the kernel connects, and nobody accepts
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        outcome = await asyncio.wait_for(poster.post(url, bytes(32_000_000), JSON, timeout=SHORT), 5)

    assert outcome == NotPosted("timed out after 0.3 s", began=True)


async def test_an_answer_that_comes_before_the_request_has_left_counts(poster: AsyncioPoster) -> None:
    left = asyncio.Event()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        await reader.read()  # to the end, which comes only because the rest is not sent
        writer.close()
        left.set()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        outcome = await poster.post(url, bytes(32_000_000), JSON, timeout=LONG)
        await asyncio.wait_for(left.wait(), SWEPT)

    assert isinstance(outcome, Posted)
    assert outcome.status == 413


async def test_a_peer_without_tls_was_sent_nothing(poster: AsyncioPoster) -> None:
    async with RawPeer() as peer:
        outcome = await poster.post(peer.url.replace("http:", "https:"), BODY, JSON, timeout=SHORT)

    assert isinstance(outcome, NotPosted)
    assert (outcome.began, peer.heads) == (False, [])


async def test_the_peer_must_be_who_was_vetted() -> None:
    poster = AsyncioPoster(SystemClock(), vet=Vetting("0.0.0.0"))

    async with RawPeer() as peer:  # the kernel takes that address for 127.0.0.1
        outcome = await poster.post(f"http://hook.invalid:{peer.port}/", BODY, JSON, timeout=LONG)
        await poster.aclose()

    assert (outcome, peer.heads) == (NotPosted("address not allowed", began=False), [])
