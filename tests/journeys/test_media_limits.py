"""What 360dialog's proxy limits and Meta does not: failed look-ups of media, and uploads per second; and lifetimes."""

from typing import Any

import pytest
from tests.journeys.conftest import World
from tests.journeys.faces import META, PROXY
from tests.support import media
from tests.support.clients import Answer

pytestmark = pytest.mark.anyio

NOBODYS = "1234567890123456"


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


async def look_up(world: World, media_id: str) -> Answer:
    path = {"meta": f"/v24.0/{media_id}", "proxy": f"/{media_id}"}[world.client.face]
    return await world.client.call("GET", path)


async def frozen(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})


@PROXY
async def test_after_20_failed_look_ups_every_look_up_is_blocked_for_30_minutes(world: World) -> None:
    await frozen(world)
    there = await world.upload(media.jpeg())
    failed = [(await look_up(world, NOBODYS)).json["error"]["code"] for _ in range(20)]

    blocked = await look_up(world, there)

    assert failed == [100] * 20
    assert (blocked.status, blocked.json["meta"]["http_code"]) == (400, 400)
    assert blocked.json["meta"]["developer_message"] == "You have exceeded the endpoint rate limit."
    assert await world.upload(media.jpeg())
    await world.advance(seconds=30 * 60 - 1)
    assert (await look_up(world, there)).status == 400
    await world.advance(seconds=1)
    assert (await look_up(world, there)).status == 200


@PROXY
async def test_look_ups_that_succeed_are_not_counted(world: World) -> None:
    there = await world.upload(media.jpeg())

    answers = [(await look_up(world, there)).status for _ in range(30)]

    assert answers == [200] * 30


@META
async def test_the_graph_blocks_no_look_up(world: World) -> None:
    there = await world.upload(media.jpeg())
    for _ in range(21):
        await look_up(world, NOBODYS)

    assert (await look_up(world, there)).status == 200


@pytest.mark.parametrize(("face", "status"), [("proxy", 400), ("meta", 200)])
async def test_the_proxy_takes_25_uploads_a_second(world: World, status: int) -> None:
    await frozen(world)
    small = media.jpeg()
    for _ in range(25):
        await world.upload(small)

    assert (await world.client.upload(small.data, small.mime)).status == status
    await world.advance(seconds=1)
    assert await world.upload(small)


# -- How long media live --------------------------------------------------------------------------------------------


async def seen(world: World, media_id: str) -> dict[str, Any]:
    """Return what every way to a medium says: download, and sending it."""
    return {
        "download": (await world.client.download(media_id)).status,
        "send": (await world.client.send("15550001111", "image", {"id": media_id})).status,
    }


@pytest.mark.parametrize(("days", "seconds", "is_there"), [(30, -1, True), (30, 0, False)])
async def test_an_uploaded_medium_lives_30_days_on_every_path(
    world: World, days: int, seconds: int, is_there: bool
) -> None:
    await frozen(world)
    uploaded = await world.upload(media.jpeg())

    await world.advance(seconds=days * 86_400 + seconds)

    found = await seen(world, uploaded)
    assert (found["download"] == 200, found["send"] == world.client.sent_status) == (is_there, is_there)


@pytest.mark.parametrize(("seconds", "is_there"), [(-1, True), (0, False)])
async def test_a_users_medium_lives_7_days(world: World, seconds: int, is_there: bool) -> None:
    await frozen(world)
    await world.write_file("image", media.jpeg())
    media_id = str((await world.inbound())["image"]["id"])

    await world.advance(seconds=7 * 86_400 + seconds)

    assert ((await world.client.download(media_id)).status == 200) is is_there
