"""Redirects, hostile media servers and TLS, met by the guarded fetcher (cases S112 to S135)."""

import asyncio
import gzip
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.hostile.link_corpus import PUBLIC_V4
from tests.hostile.link_peers import LIMITS, OK, Collected, RecordingDialer, TableResolver, fetch_dry, link_to, redirect
from tests.hostile.link_servers import (
    Authority,
    Exchange,
    Script,
    drips,
    fetch_from,
    make_authority,
    resets,
    sends,
)

from waypost.lib.fetcher import BROKE_OFF, MAX_HEAD_BYTES, UNREACHABLE, WEB_PAGE, Fetched, Fetcher, Limits
from waypost.lib.links import FetchPolicy
from waypost.lib.vetting import DENIED, NotFetched

TOO_LARGE = NotFetched("is larger than 1,000 bytes")
TOO_SLOW = NotFetched("took longer than 0.4 seconds", retryable=True)
BROKEN = NotFetched(BROKE_OFF, retryable=True)
HEAD = b"HTTP/1.1 200 OK\r\n"
HURRIED = replace(LIMITS, deadline=timedelta(seconds=0.4))


def test_a_file_arrives_whole_with_what_the_server_says_of_it() -> None:
    head = HEAD + b'Content-Type: image/PNG; q=1\r\nContent-Disposition: attachment; filename="a b.png"\r\n\r\n'

    exchange = fetch_from(sends(head, b"abc", b"def"))

    port = exchange.requests[0].split(b"Host: 127.0.0.1:")[1].split(b"\r\n")[0].decode()
    assert exchange == Exchange(
        Fetched(
            content_type="image/PNG; q=1",
            size=6,
            sha256=hashlib.sha256(b"abcdef").digest(),
            final_url=f"http://127.0.0.1:{port}/file.png",
            filename="a b.png",
        ),
        b"abcdef",
        exchange.requests,
    )


def test_a_request_carries_nothing_but_what_it_needs() -> None:
    exchange = fetch_from(sends(OK))

    names = [line.split(b":")[0] for line in exchange.requests[0].split(b"\r\n")]
    assert names == [
        b"GET /file.png HTTP/1.1",
        b"Host",
        b"User-Agent",
        b"Accept",
        b"Accept-Encoding",
        b"Connection",
        b"",
        b"",
    ]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param(redirect("http://10.0.0.1/", 301), NotFetched(DENIED), id="S112 private address"),
        pytest.param(redirect("//169.254.169.254/"), NotFetched(DENIED), id="S113 without scheme"),
        pytest.param(
            redirect("file:///", 307),
            NotFetched("redirects to a link that is refused: it does not begin with http:// or https://"),
            id="S114 file",
        ),
        pytest.param(redirect("/again"), NotFetched("redirects more than 3 times"), id="S116, S117 loop"),
        pytest.param(
            b"HTTP/1.1 302 Found\r\n\r\n", NotFetched("answered 302 without saying where to go"), id="S118 absent"
        ),
        pytest.param(
            redirect("http://a b"),
            NotFetched(
                "redirects to a link that is refused: it contains a space, a control character or a backslash; "
                "write it percent-encoded"
            ),
            id="S118 garbage",
        ),
        pytest.param(
            redirect("/" + "x" * 65536),
            NotFetched(f"answered with more than {MAX_HEAD_BYTES} bytes of headers"),
            id="S118 64 KB",
        ),
        pytest.param(b"HTTP/1.1 300 Choices\r\nLocation: /x\r\n\r\n", NotFetched("answered 300"), id="300"),
    ],
)
def test_a_bad_redirect_ends_the_fetch(answer: bytes, outcome: NotFetched) -> None:
    assert fetch_from(sends(answer)).outcome == outcome


def test_a_redirect_from_https_to_http_is_not_followed() -> None:
    dialer = RecordingDialer([redirect("http://good.example/"), OK])

    outcome = fetch_dry("https://good.example/", dialer)

    assert (outcome, dialer.dialled) == (NotFetched("redirects from https to http"), [(PUBLIC_V4, 443)])


@pytest.mark.parametrize("policy", [FetchPolicy(), FetchPolicy(max_redirects=0)], ids=["default", "none"])
def test_redirects_are_not_followed_unless_the_policy_says_so(policy: FetchPolicy) -> None:
    dialer = RecordingDialer([redirect("/x", 301), OK])

    outcome = fetch_dry("http://good.example/", dialer, policy=policy)

    assert outcome == NotFetched("answered 301, a redirect; give a direct link to the file")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_three_redirects_are_followed(status: int) -> None:
    hops = [redirect("/1", status), redirect("2", status), redirect("https://other.example/3.png", status), OK]
    dialer = RecordingDialer(hops)

    outcome = fetch_dry("http://good.example/", dialer)

    assert isinstance(outcome, Fetched)
    assert (outcome.final_url, outcome.filename) == ("https://other.example/3.png", "3.png")


@pytest.mark.parametrize(
    ("hops", "carried"),
    [
        (["/same"], [True, True]),
        (["https://other.example/"], [True, False]),
        (["https://good.example/"], [True, False]),
        (["//other.example/", "//good.example/"], [True, False, False]),
    ],
    ids=["same origin", "other host", "other scheme", "there and back"],
)
def test_credentials_stay_with_the_origin_they_were_given_for(hops: list[str], carried: list[bool]) -> None:
    dialer = RecordingDialer([*map(redirect, hops), OK])

    fetch_dry("http://good.example/", dialer, authorization="Bearer secret")

    assert [b"Authorization: Bearer secret" in sent for sent in dialer.sent] == carried


def test_a_meta_refresh_in_a_page_is_not_a_redirect() -> None:
    page = b'<meta http-equiv="refresh" content="0; url=http://10.0.0.1/">'

    exchange = fetch_from(
        sends(HEAD + b"Content-Type: text/html\r\n\r\n" + page), limits=replace(LIMITS, may_be_html=True)
    )

    assert (type(exchange.outcome), exchange.body, len(exchange.requests)) == (Fetched, page, 1)


@pytest.mark.parametrize("content_type", [b"text/html", b"Text/HTML; charset=utf-8"])
def test_an_unexpected_web_page_is_explained(content_type: bytes) -> None:
    exchange = fetch_from(sends(HEAD + b"Content-Type: " + content_type + b"\r\n\r\n<html>"))

    assert (exchange.outcome, exchange.body) == (NotFetched(WEB_PAGE), b"")


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        pytest.param(drips(HEAD + b"\r\n", b"x" * 400), TOO_LARGE, id="S122 endless"),
        pytest.param(
            drips(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"190\r\n" + b"x" * 400 + b"\r\n"),
            TOO_LARGE,
            id="S122 endless chunks",
        ),
        pytest.param(sends(HEAD + b"Content-Length: 10000000000\r\n\r\n"), TOO_LARGE, id="S124 10 GB announced"),
        pytest.param(
            sends(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 100000)),
            NotFetched("answered with the content encoding 'gzip', which was not asked for"),
            id="S127 gzip bomb",
        ),
        pytest.param(
            sends(HEAD + b"a:b\r\n" * 10000 + b"\r\n"),
            NotFetched(f"answered with more than {MAX_HEAD_BYTES} bytes of headers"),
            id="S128 10 000 headers",
        ),
        pytest.param(
            sends(HEAD + b"a:b\r\n" * 101 + b"\r\n"), NotFetched("answered with more than 100 headers"), id="S128 101"
        ),
        pytest.param(
            drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
            NotFetched(f"answered with more than {MAX_HEAD_BYTES} bytes of headers"),
            id="S129 endless 100 Continue",
        ),
        pytest.param(resets(HEAD + b"Content-Length: 500\r\n\r\nabc"), BROKEN, id="S130 reset"),
        pytest.param(sends(HEAD + b"Content-Length: 500\r\n\r\nabc"), BROKEN, id="S130 cut short"),
        pytest.param(sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), BROKEN, id="S130 no last chunk"),
        pytest.param(sends(b""), BROKEN, id="no answer"),
        pytest.param(sends(b"SSH-2.0-OpenSSH_9\r\n\r\n"), NotFetched("did not answer with valid HTTP"), id="not HTTP"),
        pytest.param(
            sends(HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
            NotFetched("did not answer with valid HTTP"),
            id="two lengths",
        ),
        pytest.param(sends(b"HTTP/1.1 204 No Content\r\n\r\n"), NotFetched("answered 204"), id="204"),
        pytest.param(
            sends(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
            NotFetched("did not answer with valid HTTP"),
            id="101 unasked",
        ),
        pytest.param(sends(b"HTTP/1.1 404 Gone\r\n\r\n"), NotFetched("answered 404"), id="404"),
        pytest.param(sends(b"HTTP/1.1 429 Slow\r\n\r\n"), NotFetched("answered 429", retryable=True), id="429"),
        pytest.param(sends(b"HTTP/1.1 503 Later\r\n\r\n"), NotFetched("answered 503", retryable=True), id="503"),
    ],
)
def test_a_hostile_server_is_answered_with_a_reason(script: Script, outcome: NotFetched) -> None:
    exchange = fetch_from(script)

    assert (exchange.outcome, len(exchange.body) <= LIMITS.max_bytes) == (outcome, True)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(drips(HEAD + b"\r\n", b"x", every=0.05), id="S125 body"),
        pytest.param(drips(HEAD, b"a", every=0.05), id="S126 headers"),
        pytest.param(drips(b"", b"", every=0.05), id="silence"),
    ],
)
def test_a_server_that_drips_is_left_at_the_deadline(script: Script) -> None:
    assert fetch_from(script, limits=HURRIED).outcome == TOO_SLOW


@pytest.mark.parametrize(
    ("greeting", "outcome"),
    [
        pytest.param(b"", TOO_SLOW, id="silent"),
        pytest.param(b"220 smtp.example\r\n", NotFetched("failed in the TLS handshake"), id="not TLS"),
    ],
)
def test_a_server_that_does_not_speak_tls_is_left(greeting: bytes, outcome: NotFetched) -> None:
    exchange = fetch_from(sends(), greeting=greeting, url="https://127.0.0.1:{port}/", limits=HURRIED)

    assert exchange.outcome == outcome


def test_a_file_of_exactly_the_limit_is_taken() -> None:
    exchange = fetch_from(sends(HEAD + b"Content-Length: 1000\r\n\r\n" + b"x" * 1000))

    assert (type(exchange.outcome), len(exchange.body)) == (Fetched, 1000)


def test_a_body_may_be_larger_than_any_head() -> None:
    body = b"x" * (3 * MAX_HEAD_BYTES)

    exchange = fetch_from(sends(HEAD + b"\r\n", body), limits=Limits(max_bytes=len(body)))

    assert (type(exchange.outcome), exchange.body) == (Fetched, body)


def test_bytes_behind_the_announced_length_are_not_read() -> None:
    exchange = fetch_from(drips(HEAD + b"Content-Length: 10\r\n\r\n0123456789", b"more" * 1000))

    assert (type(exchange.outcome), exchange.body) == (Fetched, b"0123456789")


def test_a_hundred_interim_answers_are_passed_over() -> None:
    exchange = fetch_from(sends(b"HTTP/1.1 100 Continue\r\n\r\n" * 100 + OK))

    assert (type(exchange.outcome), exchange.body) == (Fetched, b"abc")


def test_a_closed_port_may_be_open_later() -> None:
    outcome = fetch_dry("http://good.example/", RecordingDialer())

    assert outcome == NotFetched(UNREACHABLE, retryable=True)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return make_authority()


def test_a_certificate_is_checked_against_the_name_and_not_the_address(authority: Authority, tmp_path: Path) -> None:
    server = authority.server(tmp_path, "localhost")

    exchange = fetch_from(sends(OK), url="https://localhost:{port}/", tls=server, trust=authority.trust())

    assert (type(exchange.outcome), exchange.body) == (Fetched, b"abc")


@pytest.mark.parametrize(
    ("name", "until", "why"),
    [
        ("localhost", datetime(2021, 1, 1, tzinfo=UTC), "certificate has expired"),
        (
            "good.example",
            datetime(2120, 1, 1, tzinfo=UTC),
            "Hostname mismatch, certificate is not valid for 'localhost'.",
        ),
    ],
    ids=["expired", "wrong name"],
)
def test_a_bad_certificate_is_named(authority: Authority, tmp_path: Path, name: str, until: datetime, why: str) -> None:
    server = authority.server(tmp_path, name, until=until)

    exchange = fetch_from(sends(OK), url="https://localhost:{port}/", tls=server, trust=authority.trust())

    reason = f"has a TLS certificate that is not valid: {why}"
    assert exchange == Exchange(NotFetched(reason), b"", [])


def test_an_unknown_authority_is_not_trusted_by_default(authority: Authority, tmp_path: Path) -> None:
    server = authority.server(tmp_path, "localhost")

    exchange = fetch_from(sends(OK), url="https://localhost:{port}/", tls=server)

    reason = "has a TLS certificate that is not valid: unable to get local issuer certificate"
    assert exchange == Exchange(NotFetched(reason), b"", [])


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://10.0.0.1:3128")
    monkeypatch.setenv("ALL_PROXY", "socks5://10.0.0.1:1080")
    dialer = RecordingDialer([OK])

    fetch_dry("http://good.example/", dialer)

    assert dialer.dialled == [(PUBLIC_V4, 80)]


def test_cookies_and_alternative_services_are_forgotten() -> None:
    tempting = b'HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nAlt-Svc: h2="10.0.0.1:443"\r\nContent-Length: 0\r\n\r\n'
    dialer = RecordingDialer([tempting, OK])
    fetcher = Fetcher(FetchPolicy(), resolver=TableResolver(), dialer=dialer)

    asyncio.run(_fetch_twice(fetcher))

    assert (dialer.sent[0] == dialer.sent[1], dialer.dialled) == (True, [(PUBLIC_V4, 80)] * 2)


async def _fetch_twice(fetcher: Fetcher) -> None:
    link = link_to("http://good.example/")
    await fetcher.fetch(link, limits=LIMITS, sink=Collected().take)
    await fetcher.fetch(link, limits=LIMITS, sink=Collected().take)


def test_a_full_disk_is_the_callers_to_hear_of() -> None:
    async def full(_: bytes) -> None:
        raise OSError(28, "No space left on device")

    fetcher = Fetcher(FetchPolicy(), resolver=TableResolver(), dialer=RecordingDialer([OK]))

    with pytest.raises(OSError, match="No space left"):
        asyncio.run(fetcher.fetch(link_to("http://good.example/"), limits=LIMITS, sink=full))


def test_an_unreachable_first_address_leaves_the_second() -> None:
    resolver = TableResolver({"two.example": ["127.0.0.2", "127.0.0.1"]})

    exchange = fetch_from(sends(OK), url="http://two.example:{port}/", resolver=resolver)

    assert (type(exchange.outcome), len(exchange.requests)) == (Fetched, 1)
