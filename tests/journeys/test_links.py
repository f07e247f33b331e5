"""Media by link, really fetched: once for all who want it, within limits, and never from where it must not be."""

from typing import Any

import pytest
from tests.journeys.conftest import LOOPBACK, World
from tests.support import media
from tests.support.receiver import Answer, Receiver

pytestmark = pytest.mark.anyio


JPEG = media.jpeg()
PHOTO = Answer(200, body=JPEG.data, headers={"Content-Type": "image/jpeg"})


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"fetch_allow": LOOPBACK}


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


async def sent_and_read(world: World, link: str) -> None:
    sent = await world.send("image", {"link": link})
    assert await world.words_of(sent, world.told) == world.told_words


async def why_failed(world: World, link: str, kind: str = "image") -> str:
    """Send a link that leads nowhere; return what the webhook is told of it, in words."""
    sent = await world.send(kind, {"link": link})
    assert await world.failure_of(sent) == (["failed"], world.either(cloud=131053, onprem=1014))
    [status] = await world.statuses_of(sent, 1)
    [error] = status["errors"]
    return str(world.either(cloud=error.get("error_data", {}).get("details"), onprem=error.get("details")))


async def test_a_link_is_fetched_anew_after_ten_minutes_or_with_another_query(world: World, files: Receiver) -> None:
    files.always = PHOTO
    await world.operate("PUT", "/clock", json={"frozen": True})
    await sent_and_read(world, files.url_at("/a.jpg"))
    await world.advance(seconds=599)
    await sent_and_read(world, files.url_at("/a.jpg"))
    assert len(files.received) == 1

    await sent_and_read(world, files.url_at("/a.jpg?v=2"))
    await world.advance(seconds=1)
    await sent_and_read(world, files.url_at("/a.jpg"))

    assert [call.target for call in files.received] == ["/a.jpg", "/a.jpg?v=2", "/a.jpg"]


async def test_a_signed_link_is_asked_for_exactly_as_it_was_given(world: World, files: Receiver) -> None:
    files.always = PHOTO
    target = "/bucket/a%20b.jpg?X-Amz-Signature=ab%2Fcd%3D&X-Amz-Expires=60&empty="

    await sent_and_read(world, files.url_at(target))

    assert [call.target for call in files.received] == [target]


async def test_a_redirect_is_not_followed(world: World, files: Receiver) -> None:
    files.always = Answer(302, headers={"Location": files.url_at("/real.jpg")})

    why = await why_failed(world, files.url_at("/short"))

    assert "302" in why
    assert [call.path for call in files.received] == ["/short"]


@pytest.mark.parametrize("flags", [{"fetch_allow": LOOPBACK, "max_redirects": 3}])
@pytest.mark.parametrize(("hops", "words"), [(3, True), (4, False)])
async def test_the_operator_may_allow_three_redirects(world: World, files: Receiver, hops: int, words: bool) -> None:
    for number in range(hops):
        files.answer(302, headers={"Location": f"/{number}"})
    files.always = PHOTO

    sent = await world.send("image", {"link": files.url_at("/first")})

    assert (await world.words_of(sent, 1))[0] == ("failed" if not words else world.told_words[0])
    assert len(files.received) == 4


@pytest.mark.parametrize("kind", ["image", "audio", "video", "sticker"])
async def test_a_file_without_a_length_ends_at_the_limit_of_its_type(world: World, files: Receiver, kind: str) -> None:
    files.always = Answer(200, headers={"Content-Type": "application/octet-stream"}, manner="endless")

    why = await why_failed(world, files.url_at("/endless"), kind)

    assert "larger than" in why
    assert files.bytes_sent < 32 * 2**20


async def test_a_connection_that_breaks_is_tried_again(world: World, files: Receiver) -> None:
    files.answer(200, body=JPEG.data, headers={"Content-Type": "image/jpeg"}, manner="reset_midway")
    files.always = PHOTO

    await sent_and_read(world, files.url_at("/a.jpg"))

    assert len(files.received) == 2


@pytest.mark.parametrize("flags", [{}])
@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "[::1]", "localhost", "[::ffff:127.0.0.1]"])
async def test_an_address_of_this_machine_is_not_reached_and_every_refusal_says_the_same(
    world: World, host: str
) -> None:
    why = await why_failed(world, f"http://{host}/a.jpg")

    assert why == "The media link could not be used: leads to an address that is not allowed."


async def test_a_failed_link_leaves_no_file(own_world: World, files: Receiver) -> None:
    files.always = Answer(200, body=b"<html></html>", headers={"Content-Type": "image/jpeg"})

    why = await why_failed(own_world, files.url_at("/a.jpg"))

    assert why.startswith("The media link was fetched, but its file is refused: ")
    assert own_world.server.media_files() == []


@pytest.mark.alone("a worker does not know where the processes that accept listen")
async def test_a_link_that_leads_back_to_the_server_is_not_fetched(world: World) -> None:
    why = await why_failed(world, f"{world.server.base_url}/health")

    assert "leads to an address that is not allowed" in why
