"""A user stops marketing messages: who they talk to is told, and marketing fails until they resume."""

from pathlib import Path

import pytest
from tests.journeys.conftest import PHONE, STRANGER, World, open_world
from tests.support import inbound
from tests.support.clients import Body
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio

WORDS = [{"type": "text", "text": text} for text in ("Ada", "20 %")]
OFFER: Body = {
    "name": "spring_offer",
    "language": {"code": "en_US", "policy": "deterministic"},
    "components": [{"type": "body", "parameters": WORDS}],
}
HELLO: Body = {"name": "hello_world", "language": {"code": "en_US", "policy": "deterministic"}}
FIELD = "user_preferences"
META = pytest.mark.parametrize("face", ["meta"])


async def choose(world: World, marketing: str, phone: str = PHONE) -> Body:
    return await world.operate("POST", f"/phones/{phone}/preferences", json={"marketing": marketing})


@META
async def test_a_number_is_told_of_a_stop_in_the_shape_of_the_sample(world: World) -> None:
    chosen = await choose(world, "stop")

    call = await world.hook.next()
    change = call.json["entry"][0]["changes"][0]
    assert chosen == {"marketing": "stop", "told": [NUMBER]}
    assert change["field"] == FIELD
    assert "time" not in call.json["entry"][0]
    assert change["value"]["contacts"][0].pop("user_id")  # newer than the sample
    assert inbound.shape(change["value"]) == inbound.shape(inbound.sample("cloud", "user_preferences_stop"))
    assert change["value"]["user_preferences"][0]["value"] == "stop"


@META
async def test_the_choice_of_a_hidden_user_does_not_tell_their_phone_number(world: World) -> None:
    await world.operate("PATCH", f"/phones/{STRANGER}", json={"username": "jopark"})
    await world.operate("POST", f"/phones/{STRANGER}/messages", json={"type": "text", "text": {"body": "Hi"}})
    await world.hook.next()

    await choose(world, "stop", STRANGER)

    assert STRANGER.encode() not in (await world.hook.next()).body


async def test_marketing_fails_for_who_has_stopped_it_and_the_rest_does_not(world: World) -> None:
    await choose(world, "stop")

    offer, other = await world.send("template", OFFER), await world.send("template", OFFER, to=STRANGER)
    hello = await world.send("template", HELLO)

    assert await world.failure_of(offer) == (["failed"], world.either(cloud=131050, onprem=471))
    assert await world.words_of(other, world.told) == world.told_words
    assert await world.words_of(hello, world.told) == world.told_words


async def test_marketing_goes_on_once_the_user_resumes_it(world: World) -> None:
    await choose(world, "stop")

    await choose(world, "resume")

    assert await world.words_of(await world.send("template", OFFER), world.told) == world.told_words


@META
async def test_what_was_chosen_before_is_not_told_again(world: World) -> None:
    await choose(world, "stop")
    await world.hook.next()

    again = await choose(world, "stop")
    stranger = await choose(world, "resume", STRANGER)

    assert (again["told"], stranger["told"]) == ([], [])
    await world.write("text", {"body": "Hello"})
    await world.inbound()
    assert [call.json["entry"][0]["changes"][0]["field"] for call in world.hook.received] == [FIELD, "messages"]


async def test_a_stop_outlives_a_restart(tmp_path: Path) -> None:
    async with open_world("meta", tmp_path) as world:
        await choose(world, "stop")

    async with open_world("meta", tmp_path) as world:
        assert await world.failure_of(await world.send("template", OFFER)) == (["failed"], 131050)
