"""The business profile: what a business says of itself, on both Cloud faces."""

import json
from typing import Any

import pytest
from tests.journeys.conftest import World, code_of
from tests.journeys.faces import CLOUD, META
from tests.support.media import jpeg
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


PROFILE: dict[str, Any] = {
    "about": "Repairs and rentals",
    "address": "12 Harbor Lane, Norfolk, VA",
    "description": "A small bike workshop by the water.",
    "email": "hello@tidewater.example",
    "websites": ["https://tidewater.example/"],
    "vertical": "RETAIL",
}


def path(world: World) -> str:
    return f"/v24.0/{NUMBER}/whatsapp_business_profile" if world.client.face == "meta" else "/whatsapp_business_profile"


async def change(world: World, **members: Any) -> Any:
    body = {"messaging_product": "whatsapp", **members}
    return await world.client.call("POST", path(world), json=body)


async def profile_of(world: World, query: str = "") -> Any:
    answer = await world.client.call("GET", path(world) + query)
    assert answer.status == 200, answer
    return answer.json


@CLOUD
async def test_a_profile_is_read_back_as_it_was_set(world: World) -> None:
    changed = await change(world, **PROFILE)

    assert (changed.status, changed.json) == (200, {"success": True})
    assert await profile_of(world) == {"data": [{**PROFILE, "messaging_product": "whatsapp"}]}


@CLOUD
async def test_a_profile_begins_empty(world: World) -> None:
    assert await profile_of(world) == {"data": [{"vertical": "UNDEFINED", "messaging_product": "whatsapp"}]}


@CLOUD
async def test_what_a_change_leaves_out_stays_and_what_it_empties_goes(world: World) -> None:
    await change(world, **PROFILE)

    await change(world, address="", websites=[], vertical="TRAVEL")

    [shown] = (await profile_of(world))["data"]
    assert shown == {
        "about": PROFILE["about"],
        "description": PROFILE["description"],
        "email": PROFILE["email"],
        "vertical": "TRAVEL",
        "messaging_product": "whatsapp",
    }


@CLOUD
async def test_only_the_fields_that_are_asked_for_are_told(world: World) -> None:
    await change(world, **PROFILE)

    assert await profile_of(world, "?fields=about,vertical") == {
        "data": [{"about": PROFILE["about"], "vertical": "RETAIL", "messaging_product": "whatsapp"}]
    }


@CLOUD
async def test_a_field_that_is_none_is_named_in_the_words_of_the_graph(world: World) -> None:
    answer = await world.client.call("GET", path(world) + "?fields=about,colour")

    error = answer.json["error"]
    assert (answer.status, error["code"], error["message"]) == (
        400,
        100,
        "(#100) Tried accessing nonexisting field (colour)",
    )


LIMITS: list[tuple[str, Any, Any]] = [
    ("about", "a" * 139, "a" * 140),
    ("address", "a" * 256, "a" * 257),
    ("description", "a" * 512, "a" * 513),
    ("email", "a@" + "b" * 122 + ".com", "a@" + "b" * 123 + ".com"),
    ("websites", ["https://a.example/" + "a" * 238] * 2, ["https://a.example/"] * 3),
    ("websites", ["http://a.example"], ["https://a.example/" + "a" * 239]),
    ("vertical", "OTC_DRUGS", "Retail"),
]


@META
@pytest.mark.parametrize(("member", "longest", "too_long"), LIMITS)
async def test_the_limits_of_a_profile(world: World, member: str, longest: Any, too_long: Any) -> None:
    taken = await change(world, **{member: longest})
    refused = await change(world, **{member: too_long})

    assert taken.status == 200, taken
    assert code_of(world.client, refused) == (400, 100)
    assert (await profile_of(world))["data"][0][member] == longest


BAD: list[Any] = [
    {}, [], None, 5, {"messaging_product": "sms"}, {"messaging_product": "whatsapp", "about": ""},
    {"messaging_product": "whatsapp", "about": None}, {"messaging_product": "whatsapp", "websites": "https://a"},
    {"messaging_product": "whatsapp", "websites": ["ftp://a"]}, {"messaging_product": "whatsapp", "email": "nobody"},
    {"messaging_product": "whatsapp", "email": ["a@b.c"]}, {"messaging_product": "whatsapp", "vertical": 1},
]  # fmt: skip


@META
@pytest.mark.parametrize("body", BAD, ids=json.dumps)
async def test_a_profile_that_cannot_be_is_refused(world: World, body: Any) -> None:
    answer = await world.client.call("POST", path(world), json=body)

    assert answer.status == 400, answer
    assert await profile_of(world) == {"data": [{"vertical": "UNDEFINED", "messaging_product": "whatsapp"}]}


async def uploaded(world: World, data: bytes, mime: str) -> str:
    """Upload a file and return its handle."""
    query = f"file_name=logo&file_length={len(data)}&file_type={mime}"
    session = (await world.client.call("POST", f"/v24.0/400000000000001/uploads?{query}")).json["id"]
    answer = await world.client.call("POST", f"/v24.0/{session}", data=data, headers={"file_offset": "0"})
    assert answer.status == 200, answer
    return str(answer.json["h"])


@META
async def test_a_picture_is_set_by_the_handle_of_an_upload(world: World) -> None:
    sample = jpeg()
    handle = await uploaded(world, sample.data, sample.mime)

    changed = await change(world, profile_picture_handle=handle, profile_picture_url="https://evil.example/a.jpg")

    assert changed.status == 200, changed
    [shown] = (await profile_of(world, "?fields=profile_picture_url"))["data"]
    picture = await world.client.call("GET", shown["profile_picture_url"])
    altered = await world.client.call("GET", shown["profile_picture_url"] + "0")
    assert (picture.status, picture.body) == (200, sample.data)
    assert altered.status == 404


@META
async def test_a_handle_that_is_none_sets_no_picture(world: World) -> None:
    changed = await change(world, profile_picture_handle="4::nothing")

    assert code_of(world.client, changed) == (400, 100)
    assert await profile_of(world) == {"data": [{"vertical": "UNDEFINED", "messaging_product": "whatsapp"}]}
