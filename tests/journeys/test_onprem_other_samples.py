"""The samples of the On-Premises dialect about marking as read, stickers, rates and a host's webhook."""

import pytest
from tests.journeys.conftest import PHONE, World
from tests.journeys.test_onprem_samples import _callback as callback
from tests.journeys.test_onprem_samples import call, printed, shape
from tests.support import media

pytestmark = pytest.mark.anyio

TEXT = {"body": "Hello"}


@pytest.fixture(params=["onprem"])
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


async def test_the_sample_of_marking_as_read_works(world: World) -> None:
    written = await world.write("text", TEXT)

    assert (await call(world, "PUT", f"/v1/messages/{written}", printed("037"))).status == 200


async def test_a_sticker_of_no_pack_is_told_like_the_sample_without_its_pack(world: World) -> None:
    await world.write_file("sticker", media.sticker())

    wanted = printed("105")
    del wanted["messages"][0]["sticker"]["metadata"]
    assert shape(await callback(world, "messages")) == shape(wanted)


async def test_a_message_that_disappears_is_told_like_the_sample(world: World) -> None:
    await world.operate("POST", f"/phones/{PHONE}/messages", json={"type": "ephemeral"})

    assert shape(await callback(world, "messages")) == shape(printed("117"))


async def test_a_rate_that_is_broken_is_told_like_the_sample(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})

    burst = [await world.client.send(PHONE, "text", TEXT) for _ in range(46)]

    assert (burst[45].status, dict(shape(burst[45].json))) == (429, dict(shape(printed("034"))))


async def test_the_sample_of_a_hosts_webhook_is_taken(world: World) -> None:
    headers = {"D360-API-KEY": world.client.key, "Authorization": ""}

    answer = await world.client.call("POST", "/v1/configs/webhook", json=printed("061"), headers=headers)

    assert (answer.status, answer.json) == (200, printed("061"))
