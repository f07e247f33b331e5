"""What a chat on a screen needs: both sides with their files, reactions, answers, rendered templates, and pages."""

import asyncio
import base64
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, World
from tests.journeys.faces import META
from tests.journeys.test_taps import tap
from tests.support import interactive, media
from tests.support.clients import Body
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


CHAT = f"/phones/{PHONE}/messages"
USER = "4915550002222"


async def chat(world: World, query: str = "", phone: str = PHONE) -> Body:
    return await world.operate("GET", f"/phones/{phone}/messages{query}")


def by_id(world: World, listed: list[Body], message_id: str) -> Body:
    name = world.either(cloud="id", onprem="onprem_id")
    return next(each for each in listed if each[name] == message_id)


async def reached(world: World, kind: str, body: Any, **more: Any) -> str:
    """Send a message, and wait until it has been read."""
    sent = await world.send(kind, body, **more)
    await world.statuses_of(sent, world.told)
    return sent


async def test_a_button_that_was_tapped_says_so(world: World) -> None:
    sent = await reached(world, "interactive", {"type": "button", **interactive.whole("button")})
    before = by_id(world, (await chat(world))["messages"], sent)

    await tap(world, sent, button="Button 2")

    shown = by_id(world, (await chat(world))["messages"], sent)
    assert before["taps"] == []
    assert [(each["type"], each["reply"], each["title"]) for each in shown["taps"]] == [
        ("button_reply", "b2", "Button 2")
    ]


async def test_a_reaction_of_the_user_is_on_the_message_until_it_is_taken_back(world: World) -> None:
    sent = await reached(world, "text", {"body": "Your bike is ready"})
    await world.write("reaction", {"message_id": sent, "emoji": "👍"})
    liked = await chat(world)

    await world.write("reaction", {"message_id": sent, "emoji": ""})

    plain = await chat(world)
    assert [(each["by"], each["emoji"]) for each in by_id(world, liked["messages"], sent)["reactions"]] == [
        ("user", "👍")
    ]
    assert by_id(world, plain["messages"], sent)["reactions"] == []


async def test_a_reaction_of_the_business_is_on_what_the_user_wrote(world: World) -> None:
    written = await world.write("text", {"body": "Great"})
    await world.send("reaction", {"message_id": written, "emoji": "🎉"})

    async def reactions() -> list[Body]:
        return list(by_id(world, (await chat(world))["written"], written)["reactions"])

    async with asyncio.timeout(5):
        while not await reactions():
            pass
    assert [(each["by"], each["emoji"]) for each in await reactions()] == [("business", "🎉")]


async def test_what_the_user_wrote_comes_with_its_file_and_its_quote(world: World) -> None:
    sent = await reached(world, "text", {"body": "Send us a picture"})
    data = base64.b64encode(media.jpeg().data).decode()
    picture = await world.write(
        "image", {"data": data, "mime_type": "image/jpeg", "caption": "Here"}, context={"id": sent}
    )
    voice = await world.write_file("audio", media.ogg_opus(), voice=True)

    listed = (await chat(world))["written"]
    image, audio = by_id(world, listed, picture), by_id(world, listed, voice)

    assert (image["body"], image["content"]["caption"], image["media"]["mime_type"]) == ("Here", "Here", "image/jpeg")
    assert image["media"]["size"] == len(media.jpeg().data)
    assert image["context_id"] is not None
    assert (audio["content"]["voice"], audio["media"]["animated"]) == (True, False)
    assert (audio["status"], audio["read"], audio["reactions"]) == ("delivered", False, [])


async def test_what_the_business_has_read_has_its_second_tick_in_blue(world: World) -> None:
    written = await world.write("text", {"body": "Hello?"})

    await world.client.mark_read(written)

    own = by_id(world, (await chat(world))["written"], written)
    assert (own["status"], own["read"]) == ("read", True)


@META
async def test_pages_lead_back_through_both_sides_of_a_chat(world: World) -> None:
    expected = []
    for number in range(4):
        expected.append(await world.write("text", {"body": f"user {number}"}, phone=USER))
        expected.append(await reached(world, "text", {"body": f"shop {number}"}, to=USER))

    pages, before = [], ""
    for _ in range(9):
        page = await chat(world, f"?limit=2&number={NUMBER}{before}", USER)
        both = [*page["messages"], *page["written"]]
        pages.append([each["id"] for each in sorted(both, key=lambda each: each["at"])])
        before = f"&before={page['next']}"
        if page["next"] is None:
            break

    seen = [each for page in reversed(pages) for each in page]
    assert sorted(seen) == sorted(expected)
    assert len(pages) > 2


@META
async def test_a_chat_is_with_one_number_and_a_page_is_one_of_chats(world: World) -> None:
    await world.write("text", {"body": "Hello"})

    elsewhere = await chat(world, "?number=15550999888")
    refused = await world.control.call("GET", f"{CHAT}?before=bQAAAAAAAAAB")

    assert (elsewhere["messages"], elsewhere["written"], elsewhere["next"]) == ([], [], None)
    assert refused.status == 400
