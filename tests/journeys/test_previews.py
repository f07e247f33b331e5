"""Cards for links on the phones: fetched when a chat is looked at, once, and kept."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from tests.journeys.conftest import LOOPBACK, PHONE, World
from tests.support import media
from tests.support.clients import Body
from tests.support.feed import listening
from tests.support.receiver import Answer, Receiver

pytestmark = pytest.mark.anyio

PNG = media.png()
HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = Answer(
    200,
    b"<title>x</title><meta property='og:title' content='Bikes &amp; &lt;b&gt;parts&lt;/b&gt;'>"
    b"<meta property='og:description' content='Everything that rolls'><meta property='og:image' content='/bike.png'>",
    HTML,
)
PICTURE = Answer(200, PNG.data, {"Content-Type": "image/png"})


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"fetch_allow": LOOPBACK, "link_previews": "on"}


def link_to(files: Receiver, path: str = "/shop") -> str:
    return files.url_at(path, host="localhost")


def script(files: Receiver, *answers: Answer) -> None:
    """Give these answers, in order."""
    for answer in answers:
        files.answer(answer.status, body=answer.body, headers=answer.headers)


async def sent_link(world: World, body: str, *, preview_url: bool | None) -> str:
    """Send a text and wait until the phone has it; On-Premises has the wish for a card at the top level."""
    wish: dict[str, Any] = {} if preview_url is None else {"preview_url": preview_url}
    sent = await world.send(
        "text", {"body": body, **world.either(cloud=wish, onprem={})}, **world.either(cloud={}, onprem=wish)
    )
    await world.statuses_of(sent, world.told)
    return sent


async def looked_at(world: World, side: str = "messages") -> Body:
    """Return the newest text of a side, as the phone shows it now."""
    return dict((await world.operate("GET", f"/phones/{PHONE}/messages"))[side][-1])


async def settled(world: World, side: str, until: Callable[[Body], object]) -> Body:
    """Look again until a text shows what is waited for."""
    async with asyncio.timeout(10):
        while not until(shown := await looked_at(world, side)):
            pass
        return shown


async def test_a_text_that_asks_for_it_has_a_card_once_somebody_has_looked(world: World, files: Receiver) -> None:
    script(files, PAGE, PICTURE)
    await sent_link(world, f"Our shop: {link_to(files)}!", preview_url=True)
    unseen = len(files.received)

    first = await looked_at(world)
    shown = await settled(world, "messages", lambda text: text["preview"])

    card = shown["preview"]
    assert (unseen, first["preview"]) == (0, None)
    assert (card["url"], card["title"], card["description"]) == (
        link_to(files), "Bikes & <b>parts</b>", "Everything that rolls",
    )  # fmt: skip
    assert (card["image"]["mime_type"], card["image"]["size"]) == ("image/png", len(PNG.data))
    assert await world.stored_bytes({"media": card["image"]}) == PNG.data
    assert [call.path for call in files.received] == ["/shop", "/bike.png"]


async def test_whoever_listens_is_told_that_the_card_has_come(world: World, files: Receiver) -> None:
    script(files, PAGE, PICTURE)
    await sent_link(world, link_to(files), preview_url=True)

    async with listening(world.server.base_url) as feed:
        while (await looked_at(world))["preview"] is None:
            await feed.hear("phones", PHONE)  # which ends the test if nothing is told


@pytest.mark.parametrize("wish", [None, False])
async def test_a_business_must_ask_for_a_card(world: World, files: Receiver, wish: bool | None) -> None:
    await sent_link(world, link_to(files), preview_url=wish)
    await looked_at(world)

    written = await world.write("text", {"body": f"And here {link_to(files, '/mine')}"})
    await settled(world, "written", lambda _: files.received)

    assert written
    assert [call.path for call in files.received] == ["/mine"]
    assert (await looked_at(world))["preview"] is None


async def test_a_page_is_fetched_once_for_all_who_look_and_again_when_it_is_old(world: World, files: Receiver) -> None:
    script(files, PAGE, PICTURE, Answer(200, b"<title>New</title>", HTML))
    await sent_link(world, link_to(files), preview_url=True)
    await asyncio.gather(*(looked_at(world) for _ in range(8)))
    await settled(world, "messages", lambda text: text["preview"])
    await world.advance(days=6)
    fresh = await looked_at(world)
    asked = len(files.received)
    await world.advance(days=1)

    old = await looked_at(world)
    new = await settled(world, "messages", lambda text: text["preview"]["title"] == "New")

    assert (asked, fresh["preview"]) == (2, old["preview"])
    assert new["preview"]["image"] is None
    await settled(world, "messages", lambda _: world.server.media_files() == [])


async def test_a_card_that_nobody_has_looked_at_for_two_weeks_goes_with_its_picture(
    world: World, files: Receiver
) -> None:
    script(files, PAGE, PICTURE)
    await sent_link(world, link_to(files), preview_url=True)
    await settled(world, "messages", lambda text: text["preview"])
    before = len(world.server.media_files())

    await world.advance(days=14)
    await world.server.parts.upkeep()

    assert (before, world.server.media_files()) == (1, [])


async def test_a_link_without_a_page_is_left_alone_for_ten_minutes(world: World, files: Receiver) -> None:
    files.always = Answer(404)
    await world.operate("PUT", "/clock", json={"frozen": True})
    await sent_link(world, link_to(files), preview_url=True)
    await settled(world, "messages", lambda _: files.received)
    await world.advance(seconds=599)
    await asyncio.gather(*(looked_at(world) for _ in range(3)))
    before = len(files.received)

    await world.advance(seconds=1)
    shown = await settled(world, "messages", lambda _: len(files.received) > 1)

    assert (before, shown["preview"]) == (1, None)


async def test_a_redirect_is_not_followed_unless_the_operator_says_so(world: World, files: Receiver) -> None:
    files.always = Answer(302, headers={"Location": "/real"})
    await sent_link(world, link_to(files), preview_url=True)

    shown = await settled(world, "messages", lambda _: files.received)

    assert (shown["preview"], [call.path for call in files.received]) == (None, ["/shop"])


@pytest.mark.parametrize("flags", [{"fetch_allow": LOOPBACK, "link_previews": "on", "max_redirects": 1}])
async def test_a_picture_is_where_the_page_that_was_redirected_to_says(world: World, files: Receiver) -> None:
    script(
        files,
        Answer(302, headers={"Location": "/in/here"}),
        Answer(200, b"<title>In</title><meta property=og:image content=bike.png>", HTML),
        PICTURE,
    )
    await sent_link(world, link_to(files), preview_url=True)

    shown = await settled(world, "messages", lambda text: text["preview"])

    assert shown["preview"]["image"]["size"] == len(PNG.data)
    assert [call.path for call in files.received] == ["/shop", "/in/here", "/in/bike.png"]


@pytest.mark.parametrize("flags", [{"fetch_allow": LOOPBACK, "link_previews": "off"}, {"link_previews": "on"}])
async def test_nothing_is_asked_where_it_is_off_or_not_allowed(world: World, files: Receiver) -> None:
    await sent_link(world, link_to(files), preview_url=True)

    for _ in range(5):
        assert (await looked_at(world))["preview"] is None

    assert files.received == []


async def test_a_reset_forgets_the_cards(world: World, files: Receiver) -> None:
    files.always = PAGE
    await sent_link(world, link_to(files), preview_url=True)
    await settled(world, "messages", lambda text: text["preview"])
    before = len(files.received)

    await world.operate("POST", "/reset")
    await world.write("text", {"body": link_to(files)})

    assert (await looked_at(world, "written"))["preview"] is None
    await settled(world, "written", lambda text: text["preview"])
    assert len(files.received) == 2 * before
