"""QR codes: links to a chat that are made, changed, listed, drawn and deleted."""

import io
import json
from typing import Any

import pytest
from PIL import Image
from tests.journeys.conftest import World, code_of
from tests.journeys.faces import META
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


EDGE = f"/v24.0/{NUMBER}/message_qrdls"


async def make(world: World, text: str = "I want a tune-up", **more: Any) -> Any:
    answer = await world.client.call("POST", EDGE, json={"prefilled_message": text, **more})
    assert answer.status == 200, answer
    return answer.json


async def listed(world: World, query: str = "") -> Any:
    answer = await world.client.call("GET", EDGE + query)
    assert answer.status == 200, answer
    return answer.json["data"]


@META
async def test_a_link_is_made_listed_and_deleted(world: World) -> None:
    made = await make(world)
    code = made["code"]
    shown = await listed(world)
    alone = await world.client.call("GET", f"{EDGE}/{code}")
    deleted = await world.client.call("DELETE", f"{EDGE}/{code}")

    whole = {
        "code": code,
        "prefilled_message": "I want a tune-up",
        "deep_link_url": f"https://wa.me/message/{code}",
    }
    assert (len(code), code.isalnum(), code.upper()) == (14, True, code)
    assert made == whole
    assert (shown, alone.json) == ([whole], {"data": [whole]})
    assert (deleted.status, deleted.json) == (200, {"success": True})
    assert await listed(world) == []


@META
async def test_a_link_is_changed_under_its_code(world: World) -> None:
    code = (await make(world))["code"]

    changed = await make(world, "I want two", code=code)

    assert (changed["code"], changed["prefilled_message"]) == (code, "I want two")
    assert await listed(world, f"?code={code}") == [changed]


@META
@pytest.mark.parametrize(("kind", "mime"), [("SVG", "image/svg+xml"), ("PNG", "image/png")])
async def test_a_picture_is_open_at_its_address(world: World, kind: str, mime: str) -> None:
    made = await make(world, generate_qr_image=kind)

    async with world.client.session.get(made["qr_image_url"]) as answer:
        got = (answer.status, answer.headers["content-type"])

    assert made["qr_image_url"].endswith(f".{kind.lower()}")
    assert got == (200, mime)


@META
async def test_a_picture_is_a_real_picture(world: World) -> None:
    await make(world)

    [link] = await listed(world, "?fields=code,qr_image_url.format(PNG)")
    answer = await world.client.call("GET", link["qr_image_url"])

    assert sorted(link) == ["code", "qr_image_url"]
    assert Image.open(io.BytesIO(answer.body)).size > (200, 200)


@META
async def test_links_are_read_in_pages(world: World) -> None:
    codes = sorted([(await make(world, f"Number {at}"))["code"] for at in range(3)])

    first = await world.client.call("GET", EDGE + "?limit=2&fields=code")
    after = first.json["paging"]["cursors"]["after"]

    assert [link["code"] for link in first.json["data"]] == codes[:2]
    assert await listed(world, f"?limit=2&fields=code&after={after}") == [{"code": codes[2]}]


@META
@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_link_that_is_none_is_not_found(world: World, method: str) -> None:
    answer = await world.client.call(method, f"{EDGE}/AAAAAAAAAAAAAA")

    assert code_of(world.client, answer) == (400, 100)


@META
@pytest.mark.parametrize("file", ["AAAAAAAAAAAAAA.svg", "x.svg", "AAAAAAAAAAAAAA.gif", "AAAAAAAAAAAAAA"])
async def test_a_picture_that_is_none_is_not_found(world: World, file: str) -> None:
    answer = await world.client.call("GET", f"/whatsapp_business/qr/{NUMBER}/{file}")

    assert code_of(world.client, answer) == (400, 100)


BAD: list[Any] = [
    {}, [], None, {"prefilled_message": ""}, {"prefilled_message": "a" * 141}, {"prefilled_message": 5},
    {"prefilled_message": "a", "generate_qr_image": "GIF"}, {"prefilled_message": "a", "code": "nothing"},
    {"prefilled_message": "a", "code": 5}, {"prefilled_message": "a", "code": "x" * 100_000},
]  # fmt: skip


@META
@pytest.mark.parametrize("body", BAD, ids=lambda body: json.dumps(body)[:60])
async def test_a_link_that_cannot_be_is_refused(world: World, body: Any) -> None:
    answer = await world.client.call("POST", EDGE, json=body)

    assert answer.status == 400, answer
    assert await listed(world) == []


@META
async def test_140_characters_are_possible(world: World) -> None:
    assert (await make(world, "a" * 140))["prefilled_message"] == "a" * 140
