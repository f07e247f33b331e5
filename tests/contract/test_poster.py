"""What every Poster promises, against a real socket that misbehaves on command."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from tests.support.posters import BODY, IMPLEMENTATIONS, JSON, LONG, SHORT, Make, open_poster
from tests.support.receiver import Manner, Receiver

from waypost.lib.poster import MAX_ANSWER_BYTES, NotPosted, Posted, Poster

pytestmark = pytest.mark.anyio


@pytest.fixture(params=IMPLEMENTATIONS)
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.param
    return made


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
async def poster(make: Make) -> AsyncIterator[Poster]:
    async with open_poster(make) as made:
        yield made


@contextmanager
def full_backlog() -> Iterator[str]:
    """Yield a URL whose listener has no room left: the kernel drops every further handshake."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


# What is sent


async def test_the_body_arrives_byte_for_byte(poster: Poster, hook: Receiver) -> None:
    body = bytes(range(256)) * 40

    await poster.post(hook.url, body, JSON, timeout=LONG)

    got = await hook.next()
    assert (got.method, got.path, got.body) == ("POST", "/hook", body)


async def test_headers_arrive_and_no_others_that_say_more_than_needed(poster: Poster, hook: Receiver) -> None:
    headers = [*JSON, ("X-Hub-Signature-256", "sha256=00"), ("webhook-id", "msg_1")]

    await poster.post(hook.url, BODY, headers, timeout=LONG)

    assert (await hook.next()).headers == {
        "host": f"127.0.0.1:{hook.port}",
        "accept": "*/*",
        "user-agent": "Waypost",
        "content-type": "application/json",
        "content-length": str(len(BODY)),
        "x-hub-signature-256": "sha256=00",
        "webhook-id": "msg_1",
    }


async def test_a_get_adds_its_query_to_that_of_the_url(poster: Poster, hook: Receiver) -> None:
    query = [("hub.mode", "subscribe"), ("hub.challenge", "1158201444"), ("hub.verify_token", "a b&c")]

    await poster.get(hook.url + "?tenant=7", query=query, timeout=LONG)

    got = await hook.next()
    assert (got.method, got.query) == ("GET", {"tenant": "7", **dict(query)})


async def test_the_handshake_reads_the_challenge_back(make: Make) -> None:
    query = [("hub.mode", "subscribe"), ("hub.challenge", "1158201444"), ("hub.verify_token", "open sesame")]

    async with Receiver(verify_token="open sesame") as hook, open_poster(make) as poster:
        answer = await poster.get(hook.url, query=query, timeout=LONG)

    assert isinstance(answer, Posted)
    assert (answer.status, answer.body) == (200, b"1158201444")


async def test_cookies_are_not_kept(poster: Poster, hook: Receiver) -> None:
    hook.answer(200, headers={"Set-Cookie": "session=1; Path=/"})

    await poster.post(hook.url, BODY, JSON, timeout=LONG)
    await poster.post(hook.url, BODY, JSON, timeout=LONG)

    assert ["cookie" in got.headers for got in hook.received] == [False, False]


async def test_proxy_variables_are_ignored(make: Make, hook: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    async with open_poster(make) as poster:
        answer = await poster.post(hook.url, BODY, JSON, timeout=LONG)

    assert isinstance(answer, Posted)


async def test_connections_are_kept_and_used_again(poster: Poster, hook: Receiver) -> None:
    await poster.post(hook.url, BODY, JSON, timeout=LONG)
    await poster.post(hook.url, BODY, JSON, timeout=LONG)

    assert hook.connections == 1


async def test_many_posts_run_at_once(poster: Poster, hook: Receiver) -> None:
    go = asyncio.Event()
    hook.answer(hold=go, times=200)

    posts = [asyncio.create_task(poster.post(hook.url, BODY, JSON, timeout=LONG)) for _ in range(200)]
    await hook.wait_for_count(200)
    go.set()

    assert [type(answer) for answer in await asyncio.gather(*posts)] == [Posted] * 200


# What comes back


@pytest.mark.parametrize("status", [200, 201, 204, 301, 302, 307, 308, 400, 410, 429, 500, 503, 599])
async def test_any_status_is_an_answer_and_no_redirect_is_followed(poster: Poster, hook: Receiver, status: int) -> None:
    hook.answer(status, headers={"Location": hook.url_at("/elsewhere")})

    answer = await poster.post(hook.url, BODY, JSON, timeout=LONG)

    assert isinstance(answer, Posted)
    assert (answer.status, [got.path for got in hook.received]) == (status, ["/hook"])


async def test_retry_after_is_handed_on_as_it_came(poster: Poster, hook: Receiver) -> None:
    hook.answer(429, headers={"retry-AFTER": "Wed, 21 Oct 2026 07:28:00 GMT"})

    answer = await poster.post(hook.url, BODY, JSON, timeout=LONG)

    assert isinstance(answer, Posted)
    assert answer.retry_after == "Wed, 21 Oct 2026 07:28:00 GMT"


async def test_a_packed_body_is_not_unpacked(poster: Poster, hook: Receiver) -> None:
    hook.answer(200, body=b"not really gzip", headers={"Content-Encoding": "gzip"})

    answer = await poster.post(hook.url, BODY, JSON, timeout=LONG)

    assert isinstance(answer, Posted)
    assert answer.body == b"not really gzip"


async def test_a_body_of_any_size_is_read_up_to_64_kib(poster: Poster, hook: Receiver) -> None:
    hook.answer(200, manner="endless", headers={"Content-Length": "1000000000"})

    answer = await poster.post(hook.url, BODY, JSON, timeout=LONG)

    assert isinstance(answer, Posted)
    assert (answer.status, len(answer.body)) == (200, MAX_ANSWER_BYTES)
    assert hook.bytes_sent < 20_000_000  # what fits into the sockets' buffers


async def test_a_body_of_exactly_64_kib_is_read_whole(poster: Poster, hook: Receiver) -> None:
    body = b"0123456789abcdef" * (MAX_ANSWER_BYTES // 16)
    hook.answer(200, body=body)

    answer = await poster.post(hook.url, BODY, JSON, timeout=LONG)

    assert isinstance(answer, Posted)
    assert answer.body == body


async def test_a_get_reads_no_more_than_asked(poster: Poster, hook: Receiver) -> None:
    hook.answer(200, body=b"x" * 10_000)

    answer = await poster.get(hook.url, timeout=LONG, max_bytes=256)

    assert isinstance(answer, Posted)
    assert answer.body == b"x" * 256


async def test_a_dripping_body_ends_at_the_deadline_and_the_status_counts(poster: Poster, hook: Receiver) -> None:
    hook.answer(200, manner="drip")

    answer = await asyncio.wait_for(poster.post(hook.url, BODY, JSON, timeout=SHORT), 5)

    assert isinstance(answer, Posted)
    assert answer.status == 200
    assert SHORT * 0.9 <= answer.elapsed < SHORT * 5


async def test_a_reset_within_the_body_leaves_the_status_counting(poster: Poster, hook: Receiver) -> None:
    hook.answer(200, body=b"x" * 100, manner="reset_midway")

    answer = await poster.post(hook.url, BODY, JSON, timeout=LONG)

    assert isinstance(answer, Posted)
    assert answer.status == 200


async def test_after_a_body_left_unread_the_next_post_works(poster: Poster, hook: Receiver) -> None:
    hook.answer(200, manner="endless")

    await poster.post(hook.url, BODY, JSON, timeout=LONG)
    answer = await poster.post(hook.url, BODY, JSON, timeout=LONG)

    assert isinstance(answer, Posted)
    assert (answer.status, answer.body) == (200, b"")


# No answer


@pytest.mark.parametrize("manner", ["close", "reset"])
async def test_a_connection_that_ends_before_an_answer_may_have_brought_the_request(
    poster: Poster, hook: Receiver, manner: Manner
) -> None:
    hook.answer(manner=manner)

    outcome = await poster.post(hook.url, BODY, JSON, timeout=LONG)

    assert outcome == NotPosted("connection closed before an answer", began=True)
    assert len(hook.received) == 1  # never repeated behind our back


@pytest.mark.parametrize("manner", ["close", "reset"])
async def test_a_kept_connection_that_ends_is_not_tried_again_behind_our_back(
    poster: Poster, hook: Receiver, manner: Manner
) -> None:
    hook.answer(200)
    hook.answer(manner=manner)

    await poster.post(hook.url, BODY, JSON, timeout=LONG)
    outcome = await poster.post(hook.url, BODY, JSON, timeout=LONG)

    assert outcome == NotPosted("connection closed before an answer", began=True)
    assert len(hook.received) == 2


async def test_a_silent_peer_is_left_at_the_deadline(poster: Poster, hook: Receiver) -> None:
    hook.answer(manner="silent")

    outcome = await asyncio.wait_for(poster.post(hook.url, BODY, JSON, timeout=SHORT), 5)

    assert outcome == NotPosted("timed out after 0.3 s", began=True)


async def test_words_of_the_url_do_not_change_what_is_told(poster: Poster, hook: Receiver) -> None:
    hook.answer(manner="reset")

    outcome = await poster.post(hook.url_at("/client%20error%20(Connect)/dns%20error"), BODY, JSON, timeout=LONG)

    assert outcome == NotPosted("connection closed before an answer", began=True)


async def test_a_peer_that_never_accepts_is_left_at_the_deadline(poster: Poster) -> None:
    with full_backlog() as url:
        outcome = await poster.post(url, BODY, JSON, timeout=SHORT)

    assert isinstance(outcome, NotPosted)
    assert outcome.reason == "timed out after 0.3 s"


@pytest.mark.slow
async def test_a_peer_that_does_not_accept_within_5_seconds_was_sent_nothing(poster: Poster) -> None:
    with full_backlog() as url:
        outcome = await poster.post(url, BODY, JSON, timeout=LONG)

    assert outcome == NotPosted("no connection within 5 s", began=False)


async def test_an_answer_that_is_not_http_is_no_answer(poster: Poster) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        outcome = await poster.post(f"http://127.0.0.1:{port}/", BODY, JSON, timeout=LONG)

    assert outcome == NotPosted("connection closed before an answer", began=True)


async def test_a_refused_connection_sent_nothing(poster: Poster) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    outcome = await poster.post(f"http://127.0.0.1:{port}/", BODY, JSON, timeout=LONG)

    assert outcome == NotPosted("connection refused", began=False)


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("", JSON),
        ("nonsense", JSON),
        ("//no.scheme/", JSON),
        ("http://", JSON),
        ("http://a b/", JSON),
        ("http://xn--/", JSON),
        ("http://127.0.0.1:99999/", JSON),
        ("ftp://127.0.0.1/", JSON),
        ("file:///etc/passwd", JSON),
        ("data:,x", JSON),
        ("http://\ud800/", JSON),
        ("http://127.0.0.1:9/", [("X-Key", "a\r\nInjected: 1")]),
        ("http://127.0.0.1:9/", [("X Key", "a")]),
    ],
)
async def test_what_cannot_be_sent_is_an_outcome_not_an_exception(
    poster: Poster, url: str, headers: list[tuple[str, str]]
) -> None:
    outcome = await poster.post(url, BODY, headers, timeout=LONG)

    assert outcome == NotPosted("the URL or a header is malformed", began=False)


async def test_closing_ends_what_is_under_way(make: Make, hook: Receiver) -> None:
    hook.answer(manner="silent")
    async with open_poster(make) as poster:
        post = asyncio.create_task(poster.post(hook.url, BODY, JSON, timeout=LONG))
        await hook.next()

    outcome = await asyncio.wait_for(post, 5)

    assert isinstance(outcome, NotPosted)
    assert outcome.began


async def test_after_closing_nothing_is_sent(make: Make, hook: Receiver) -> None:
    async with open_poster(make) as poster:
        pass

    outcome = await poster.post(hook.url, BODY, JSON, timeout=LONG)

    assert (outcome, hook.connections) == (NotPosted("Waypost is stopping", began=False), 0)
