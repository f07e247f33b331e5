"""A user stops marketing messages: who they talk to is told, and marketing fails until they resume."""

from pathlib import Path

import pytest
from tests.journeys.conftest import PHONE, STRANGER, World, open_world
from tests.journeys.faces import META
from tests.support import inbound
from tests.support.clients import Body
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


WORDS = [{"type": "text", "text": text} for text in ("Ada", "20 %")]
OFFER: Body = {
    "name": "spring_offer",
    "language": {"code": "en_US", "policy": "deterministic"},
    "components": [{"type": "body", "parameters": WORDS}],
}
HELLO: Body = {"name": "hello_world", "language": {"code": "en_US", "policy": "deterministic"}}
FIELD = "user_preferences"


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


# -- A choice is about one business --------------------------------------------------------------------------------

SIBLING, FOREIGN = "4915550003333", "4915550004444"


@pytest.fixture
async def three(world: World) -> World:
    """A world with another number of the account, and one of another account; the user has written to each."""
    added = [await world.operate("POST", "/numbers", json={"number": SIBLING})]
    added += [await world.operate("POST", "/numbers", json={"number": FOREIGN, "waba_id": "300000000000042"})]
    for number in added:
        text = {"type": "text", "text": {"body": "Hi"}, "number": number["phone_number_id"]}
        await world.operate("POST", f"/phones/{PHONE}/messages", json=text)
    return world


async def choose_of(world: World, marketing: str, number: str) -> list[str]:
    body = {"marketing": marketing, "number": number}
    return sorted((await world.operate("POST", f"/phones/{PHONE}/preferences", json=body))["told"])


async def stopped(world: World) -> tuple[bool, list[str]]:
    phone = await world.operate("GET", f"/phones/{PHONE}")
    return phone["marketing"], phone["marketing_stopped"]


@META
async def test_a_stop_is_told_to_the_numbers_of_its_account_only(three: World) -> None:
    told = await choose_of(three, "stop", SIBLING)

    assert told == sorted([NUMBER, SIBLING])


@META
async def test_a_stop_of_another_business_spares_nothing_of_this_one(three: World) -> None:
    await choose_of(three, "stop", FOREIGN)

    assert await three.words_of(await three.send("template", OFFER), three.told) == three.told_words
    assert await stopped(three) == (False, ["300000000000042"])


@META
async def test_a_stop_of_a_sibling_is_one_of_the_whole_account(three: World) -> None:
    await choose_of(three, "stop", SIBLING)

    assert await three.failure_of(await three.send("template", OFFER)) == (["failed"], 131050)


@META
async def test_a_user_resumes_one_business_after_a_stop_of_all(three: World) -> None:
    await choose(three, "stop")

    told = await choose_of(three, "resume", NUMBER)

    assert told == sorted([NUMBER, SIBLING])
    assert await stopped(three) == (False, ["300000000000042"])
    assert await three.words_of(await three.send("template", OFFER), three.told) == three.told_words


@META
async def test_who_took_none_at_all_can_resume_one_business(three: World) -> None:
    await three.phone(marketing=False)

    told = await choose_of(three, "resume", FOREIGN)

    assert (told, (await stopped(three))[0]) == ([FOREIGN], False)
    assert await three.failure_of(await three.send("template", OFFER)) == (["failed"], 131050)


@META
async def test_a_phone_that_takes_marketing_again_has_no_stop_left(three: World) -> None:
    await choose(three, "stop")

    await three.phone(marketing=True)

    assert await stopped(three) == (True, [])


@META
async def test_a_choice_about_no_business_number_is_refused(three: World) -> None:
    body = {"marketing": "stop", "number": "1"}

    refused = await three.control.call("POST", f"/phones/{PHONE}/preferences", json=body)

    assert (refused.status, refused.json["error"]["code"]) == (400, "invalid_value")
