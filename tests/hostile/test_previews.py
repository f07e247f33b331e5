"""Previews of hostile links, pages and pictures: what must not be dialled is not, and nothing is shown of it."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path

import pytest
from tests.hostile.link_corpus import DENIED_HOSTS, DENIED_NAMES, PUBLIC_V4, REFUSED_BY_FORM
from tests.hostile.link_peers import RecordingDialer, TableResolver, redirect
from tests.support import media

from waypost.blobs.local import LocalBlobs
from waypost.flows.media_shelf import MediaShelf
from waypost.flows.preview_pages import PreviewPages
from waypost.flows.previews import Previews
from waypost.lib.clock import SystemClock
from waypost.lib.fetcher import Fetcher
from waypost.lib.ids import KeyMaker
from waypost.lib.images import ImageInspector
from waypost.lib.links import FetchPolicy
from waypost.model import NumberId
from waypost.storage.sqlite import SqliteStore
from waypost.wire.control.chats import PreviewView

NUMBER, PHONE = NumberId(15550123456), "15550001111"
GOOD = (PUBLIC_V4, 80)
DENIED = {**DENIED_HOSTS, **DENIED_NAMES}
LINK = "http://good.example/"
ALLOWED = FetchPolicy(max_redirects=3)


def answer(body: bytes, content_type: str = "text/html") -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (
        content_type.encode(), len(body), body,
    )  # fmt: skip


def page(image: str) -> bytes:
    return answer(b"<title>Bikes</title><meta property='og:image' content='%b'>" % image.encode(errors="surrogatepass"))


def previewed(
    folder: Path, body: str, answers: Sequence[bytes], policy: FetchPolicy = ALLOWED
) -> tuple[PreviewView | None, list[tuple[str, int]]]:
    """Look at a chat with a text twice, with time to fetch between; return what is shown, and who was dialled."""
    dialer = RecordingDialer(answers)

    async def look() -> PreviewView | None:
        store = await SqliteStore.open(folder / "waypost.db")
        blobs, inspector, clock = LocalBlobs(folder / "media"), ImageInspector(), SystemClock()
        fetcher = Fetcher(policy, resolver=TableResolver(), dialer=dialer)
        shelf = MediaShelf(store, blobs, inspector, clock, KeyMaker(after=100))
        pages = PreviewPages(shelf, fetcher, policy, clock)
        previews = Previews(store, shelf, pages, clock, is_on=True, tell=lambda _: None)
        try:
            first = await previews.of(PHONE, NUMBER, body)
            assert first is None
            if previews.waiting:
                await previews.fetch(await previews.next())
            return await previews.of(PHONE, NUMBER, body)
        finally:
            await inspector.aclose()
            await blobs.aclose()
            await store.close()

    return asyncio.run(look()), dialer.dialled


@pytest.mark.parametrize("host", DENIED.values(), ids=DENIED.keys())
def test_a_forbidden_link_in_a_text_is_never_dialled(host: str, tmp_path: Path) -> None:
    assert previewed(tmp_path, f"Look: http://{host}/", [page("/a.png")]) == (None, [])


@pytest.mark.parametrize("host", DENIED.values(), ids=DENIED.keys())
def test_a_forbidden_picture_of_a_page_is_never_dialled(host: str, tmp_path: Path) -> None:
    shown, dialled = previewed(tmp_path, LINK, [page(f"http://{host}/a.png"), answer(media.png().data, "image/png")])

    assert (shown, dialled) == (PreviewView(LINK, "Bikes", None, None), [GOOD])


@pytest.mark.parametrize("text", REFUSED_BY_FORM.values(), ids=REFUSED_BY_FORM.keys())
def test_a_picture_with_a_hostile_form_reaches_nobody_else(text: str, tmp_path: Path) -> None:
    _, dialled = previewed(tmp_path, LINK, [page(text.replace("'", ""))])

    assert {address for address, _ in dialled} == {PUBLIC_V4}


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "localhost", "[::1]"])
def test_a_redirect_to_a_forbidden_target_is_not_followed(host: str, tmp_path: Path) -> None:
    shown, dialled = previewed(tmp_path, LINK, [redirect(f"http://{host}/"), page("/a.png")])

    assert (shown, dialled) == (None, [GOOD])


def test_an_address_in_place_of_a_name_has_no_card(tmp_path: Path) -> None:
    policy = FetchPolicy(allow=(ip_network("127.0.0.0/8"),))

    assert previewed(tmp_path, "http://127.0.0.1/", [page("/a.png")], policy) == (None, [])


@pytest.mark.parametrize(
    "picture",
    [
        answer(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/svg+xml"),
        answer(b"<html><script>alert(1)</script>", "image/png"),
        answer(media.png().data[:-40], "image/png"),
        answer(media.flat_png(12_000, 12_000), "image/png"),
        answer(media.png().data + bytes(2**20), "image/png"),
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["svg", "html", "cut", "bomb", "large", "absent"],
)
def test_a_picture_that_no_message_could_have_is_left_out(picture: bytes, tmp_path: Path) -> None:
    shown, dialled = previewed(tmp_path, LINK, [page("/a.png"), picture])

    assert (shown, dialled) == (PreviewView(LINK, "Bikes", None, None), [GOOD, GOOD])
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "answered",
    [
        answer(b"<title>No page</title>", "text/plain"),
        answer(b"<title>No page</title>", ""),
        answer(media.png().data, "image/png"),
        answer(b"<p>no title"),
        b"HTTP/1.1 500 Oops\r\nContent-Type: text/html\r\nContent-Length: 16\r\n\r\n<title>A</title>",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"",
    ],
    ids=["text", "untyped", "picture", "untitled", "failed", "packed", "silent"],
)
def test_what_is_no_page_has_no_card(answered: bytes, tmp_path: Path) -> None:
    assert previewed(tmp_path, LINK, [answered]) == (None, [GOOD])


def test_of_a_page_of_ten_megabytes_only_the_beginning_is_read(tmp_path: Path) -> None:
    body = b"<title>Long</title>" + b"<p>" * (10 * 2**20 // 3)

    shown, dialled = previewed(tmp_path, LINK, [answer(body)])

    assert (shown, dialled) == (PreviewView(LINK, "Long", None, None), [GOOD])


def test_the_picture_of_a_message_and_that_of_a_card_share_their_bytes_and_not_their_ids(tmp_path: Path) -> None:
    """Two links to one picture: letting one of them go leaves the other what it shows."""
    picture = answer(media.png().data, "image/png")

    first, _ = previewed(tmp_path, LINK, [page("/a.png"), picture])
    second, _ = previewed(tmp_path, f"{LINK}other", [page("/a.png"), picture])

    assert first is not None
    assert second is not None
    assert first.image is not None
    assert second.image is not None
    assert (first.image.sha256, first.image.id != second.image.id) == (second.image.sha256, True)
    assert len([path for path in (tmp_path / "media").rglob("*") if path.is_file()]) == 1
