"""Users of the On-Premises face: who they are, and what their tokens open."""

import base64

import pytest
from tests.journeys.conftest import World

pytestmark = pytest.mark.anyio

USER = {"username": "crm-bot", "password": "Crm-b0t-Secret"}


@pytest.fixture(params=["onprem"])
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def token_of(world: World) -> str:
    assert (await world.client.call("POST", "/v1/users", json=USER)).status == 201
    basic = base64.b64encode(f"{USER['username']}:{USER['password']}".encode()).decode()
    answer = await world.client.call("POST", "/v1/users/login", headers={"Authorization": f"Basic {basic}"})
    return str(answer.json["users"][0]["token"])


async def test_a_user_sends_messages_and_cannot_change_settings(world: World) -> None:
    world.client.token = await token_of(world)

    sent = await world.send("text", {"body": "Hello"})
    settings = await world.client.call("GET", "/v1/settings/application")

    assert await world.words_of(sent, 2) == ["delivered", "read"]
    assert (settings.status, settings.json["errors"][0]["code"]) == (403, 1005)


@pytest.mark.parametrize("path", ["/v24.0/{number}/messages", "/messages"])
async def test_a_login_opens_no_other_face(world: World, path: str) -> None:
    token = await token_of(world)
    body = {"messaging_product": "whatsapp", "to": "15550001111", "type": "text", "text": {"body": "x"}}

    answer = await world.client.call(
        "POST", path.format(number=world.client.number), json=body, headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.status == 401
