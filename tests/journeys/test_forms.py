"""Parameters of management calls as a form or in the query, which the graph takes as it takes a JSON body."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from tests.journeys.conftest import LOOPBACK, World
from tests.journeys.faces import CLOUD, META
from tests.support.receiver import Receiver
from tests.support.server import NUMBER, TOKEN
from tests.support.templates import Desk, definition

pytestmark = pytest.mark.anyio


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"fetch_allow": LOOPBACK}


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


@pytest.fixture
async def other() -> AsyncIterator[Receiver]:
    async with Receiver(verify_token=TOKEN) as receiver:
        yield receiver


def profile(world: World) -> str:
    return (
        "/whatsapp_business_profile" if world.client.face == "proxy" else f"/v24.0/{NUMBER}/whatsapp_business_profile"
    )


def in_parts(**fields: str) -> aiohttp.FormData:
    """Return parameters as `curl -F` sends them."""
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in {"messaging_product": "whatsapp", **fields}.items():
        form.add_field(name, value)
    return form


async def override(world: World) -> Any:
    answer = await world.client.call("GET", f"/v24.0/{Desk(world).waba_id}/subscribed_apps")
    return answer.json["data"][0].get("override_callback_uri")


@META
async def test_an_account_s_callback_is_overridden_by_a_form(world: World, other: Receiver) -> None:
    form = {"override_callback_uri": other.url, "verify_token": TOKEN}

    answer = await world.client.call("POST", f"/v24.0/{Desk(world).waba_id}/subscribed_apps", data=form)

    assert (answer.status, await override(world)) == (200, other.url)


@META
async def test_an_account_s_callback_is_overridden_by_the_query(world: World, other: Receiver) -> None:
    query = {"override_callback_uri": other.url, "verify_token": TOKEN}

    answer = await world.client.call("POST", f"/v24.0/{Desk(world).waba_id}/subscribed_apps", params=query)

    assert (answer.status, await override(world)) == (200, other.url)


@CLOUD
async def test_a_profile_is_changed_by_a_form(world: World) -> None:
    form = {"messaging_product": "whatsapp", "about": "Repairs", "websites": '["https://tidewater.example/"]'}

    answer = await world.client.call("POST", profile(world), data=form)

    shown = (await world.client.call("GET", profile(world), params={"fields": "about,websites"})).json["data"][0]
    assert answer.json == {"success": True}
    assert (shown["about"], shown["websites"]) == ("Repairs", ["https://tidewater.example/"])


@CLOUD
async def test_a_profile_is_changed_by_a_form_in_parts(world: World) -> None:
    answer = await world.client.call("POST", profile(world), data=in_parts(about="Repairs"))

    shown = (await world.client.call("GET", profile(world), params={"fields": "about"})).json["data"][0]
    assert (answer.json, shown["about"]) == ({"success": True}, "Repairs")


@META
async def test_a_file_among_the_parameters_is_refused(world: World) -> None:
    form = in_parts(about="Repairs")
    form.add_field("file", b"bytes", filename="logo.png", content_type="image/png")

    answer = await world.client.call("POST", profile(world), data=form)

    assert (answer.status, answer.json["error"]["code"]) == (400, 100)
    assert "file" in answer.json["error"]["error_data"]["details"]


@CLOUD
async def test_a_template_is_created_by_a_form(world: World) -> None:
    desk, wish = Desk(world), definition(allow_category_change="true")
    form = {**wish, "components": json.dumps(wish["components"])}

    answer = await desk.call("POST", desk.edge, data=form)

    assert (answer.status, answer.json["status"]) == (200, "PENDING")


@META
@pytest.mark.parametrize("way", ["data", "json", "params"])
async def test_an_upload_begins_in_each_way(world: World, way: str) -> None:
    wish = {"file_name": "a.png", "file_length": 3, "file_type": "image/png"}

    answer = await world.client.call("POST", "/v24.0/400000000000001/uploads", **{way: wish})

    assert answer.json["id"].startswith("upload:")


@META
async def test_a_json_type_without_a_body_leaves_the_query(world: World) -> None:
    query = {"file_length": "3", "file_type": "image/png"}
    headers = {"Content-Type": "application/json"}

    answer = await world.client.call("POST", "/v24.0/400000000000001/uploads", params=query, headers=headers)

    assert answer.status == 200


@META
async def test_json_that_is_called_a_form_is_not_taken_for_nothing(world: World) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"/v24.0/{Desk(world).waba_id}/subscribed_apps"

    answer = await world.client.call("POST", path, data=b'{"override_callback_uri": "x"}', headers=headers)

    assert answer.status == 400
    assert "send application/json" in answer.json["error"]["error_data"]["details"]
