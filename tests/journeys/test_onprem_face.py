"""What only On-Premises has: contact checks, health, settings, and 360dialog's host in front of it."""

from typing import Any

import aiohttp
import pytest
from tests.journeys.conftest import World, code_of
from tests.journeys.faces import META, ONPREM
from tests.support import media
from tests.support.server import NUMBER, TOKEN

pytestmark = pytest.mark.anyio

ANSWER_META = {"api_status": "stable", "version": "v2.53.3"}
PROVIDERS = "/v1/settings/application/media/providers"
APPLICATION = "/v1/settings/application"


@pytest.fixture(params=["onprem", "onprem-key"])
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


async def test_a_contact_check_answers_in_order_with_what_was_asked(world: World) -> None:
    asked = ["+1 555 010 0142", "1-555-010-0177", "nobody"]

    answer = await world.client.call("POST", "/v1/contacts", json={"blocking": "wait", "contacts": asked})

    assert (answer.status, answer.json) == (
        200,
        {
            "contacts": [
                {"input": "+1 555 010 0142", "status": "valid", "wa_id": "15550100142"},
                {"input": "1-555-010-0177", "status": "valid", "wa_id": "15550100177"},
                {"input": "nobody", "status": "invalid"},
            ],
            "meta": ANSWER_META,
        },
    )


async def test_health_says_connected(world: World) -> None:
    answer = await world.client.call("GET", "/v1/health")

    assert (answer.status, answer.json) == (200, {"health": {"gateway_status": "connected"}, "meta": ANSWER_META})


async def test_the_main_job_works_with_a_login_and_with_a_key(world: World) -> None:
    sample = media.pdf()
    media_id = await world.upload(sample)

    sent = await world.send("document", {"id": media_id, "filename": "a.pdf"})

    assert await world.words_of(sent, 2) == ["delivered", "read"]
    assert (await world.client.download(media_id)).body == sample.data
    assert (await world.client.delete(media_id)).status == 200
    assert code_of(world.client, await world.client.download(media_id)) == (404, 1006)


async def test_a_send_answers_as_the_last_client_did(world: World) -> None:
    answer = await world.client.send("+1 (555) 000-1111", "text", {"body": "Hello"})

    assert answer.status == 201
    assert answer.json == {
        "contacts": [{"input": "+1 (555) 000-1111", "wa_id": "15550001111"}],
        "messages": [{"id": answer.json["messages"][0]["id"]}],
        "meta": ANSWER_META,
    }


PROVIDER: dict[str, Any] = {"name": "assets", "type": "www", "config": {"bearer": "t"}}


async def test_providers_are_set_shown_overwritten_and_deleted(world: World) -> None:
    basic = {**PROVIDER, "config": {"basic": {"username": "u", "password": "p"}}}
    for provider in (PROVIDER, basic):
        assert (await world.client.call("POST", PROVIDERS, json=[provider])).status == 200

    shown = (await world.client.call("GET", PROVIDERS)).json["settings"]["application"]["media"]["providers"]

    assert shown == [basic]
    assert (await world.client.call("DELETE", f"{PROVIDERS}/assets")).status == 200
    assert code_of(world.client, await world.client.call("DELETE", f"{PROVIDERS}/assets")) == (404, 1006)


@pytest.mark.parametrize("face", ["onprem-key"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", APPLICATION), ("POST", "/v1/users/login"), ("GET", "/v1/users/a")]
)
async def test_360dialogs_host_keeps_the_admins_paths_to_itself(world: World, method: str, path: str) -> None:
    answer = await world.client.call(method, path)

    assert (answer.status, answer.json["meta"]["developer_message"]) == (403, f"This URL {path} is blocked")


@ONPREM
async def test_settings_change_only_what_is_given_and_go_back_to_the_defaults(world: World) -> None:
    before = (await world.client.call("GET", APPLICATION)).json["settings"]["application"]

    await world.client.call("PATCH", APPLICATION, json={"callback_backoff_delay_ms": "5000"})

    changed = (await world.client.call("GET", APPLICATION)).json["settings"]["application"]
    assert changed == before | {"callback_backoff_delay_ms": 5000}
    assert (await world.client.call("DELETE", APPLICATION)).status == 200
    after = (await world.client.call("GET", APPLICATION)).json["settings"]["application"]
    assert after == before | {"webhooks": {**before["webhooks"], "url": ""}}


UNKNOWN = ["/v1/groups", "/v1/whatever/7", "/v1/me", "/v1/settings/nothing"]


@pytest.mark.parametrize("path", UNKNOWN)
async def test_an_unknown_path_is_not_found_in_this_dialect(world: World, path: str) -> None:
    answer = await world.client.call("GET", path)

    assert (answer.status, answer.json) == (404, nothing_at(path))


@pytest.mark.parametrize("path", UNKNOWN)
async def test_an_unknown_path_is_looked_for_before_the_credential(world: World, path: str) -> None:
    async with aiohttp.ClientSession() as stranger, stranger.get(world.server.base_url + path) as answer:
        told = await answer.json()

    assert (answer.status, told) == (404, nothing_at(path))


@META
@pytest.mark.parametrize("version", ["/v24.0", "/v1.0", "/v24", ""])
@pytest.mark.parametrize("name", ["me", "debug_token", "oauth/access_token", "whatsapp_business", "upload:x", "groups"])
async def test_what_the_graph_may_offer_by_name_stays_with_the_graph(world: World, version: str, name: str) -> None:
    async with aiohttp.ClientSession() as stranger, stranger.get(f"{world.server.base_url}{version}/{name}") as answer:
        told = await answer.json()

    assert "fbtrace_id" in told["error"]


@META
@pytest.mark.parametrize("path", ["/v1/{number}", "/v1/{number}/whatsapp_business_profile"])
async def test_the_graphs_version_v1_has_digits_behind_it(world: World, path: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = world.server.base_url + path.format(number=NUMBER)
    async with aiohttp.ClientSession() as program, program.get(url, headers=headers) as answer:
        assert answer.status == 200


def nothing_at(path: str) -> Any:
    error = {"code": 1006, "title": "Resource not found", "details": f"There is nothing at {path}."}
    return {"errors": [error], "meta": ANSWER_META}


@pytest.mark.parametrize("media_id", ["a8a63b4d-63a0-8aed-720d-0f5f249e07d9", "ffffffff-ffff-ffff-ffff-ffffffffffff"])
async def test_a_media_id_from_elsewhere_is_unknown(world: World, media_id: str) -> None:
    refused = await world.client.send("15550001111", "image", {"id": media_id})

    assert code_of(world.client, refused) == (400, 1009)
    assert code_of(world.client, await world.client.download(media_id)) == (404, 1006)


async def test_messenger_accounts_of_a_card_are_kept_in_the_request_and_not_told_to_the_cloud(world: World) -> None:
    card = {"name": {"formatted_name": "Ivo Lang", "first_name": "Ivo"}, "ims": [{"service": "AIM", "user_id": "ivo"}]}

    sent = await world.send("contacts", [card])

    stored = await world.control.get(f"/messages/{sent}")
    assert "ims" not in stored["body"]["contacts"][0]
    assert '"ims"' in stored["request"]["text"]


@pytest.mark.parametrize("face", ["onprem-key"])
async def test_a_key_is_told_its_number(world: World) -> None:
    answer = await world.client.call("GET", "/v1/configs/phone_number")

    assert (answer.status, answer.json["id"]) == (200, world.client.number)
