"""A key that may only read: it sees what its number has; whatever else it asks for is refused and leaves nothing."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, World, open_world
from tests.support import media
from tests.support.clients import CLIENTS, Answer, Client, MetaClient
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio

JPEG = media.jpeg()
HOOK = "https://receiver.example/hook"


@pytest.fixture(scope="module", params=sorted(CLIENTS))
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
async def world(face: str, shared_data: Path) -> AsyncIterator[World]:
    async with open_world(face, shared_data / face) as opened:
        yield opened


@dataclass(frozen=True)
class Held:
    """What the number has."""

    messages: int
    tokens: int
    numbers: Any
    files: list[Path]


async def held(world: World) -> Held:
    return Held(
        messages=len((await world.operate("GET", "/messages"))["messages"]),
        tokens=len((await world.operate("GET", "/tokens"))["tokens"]),
        numbers=await world.operate("GET", "/numbers"),
        files=world.server.media_files(),
    )


async def reader(world: World) -> Client:
    """Return a program of the world's face whose key may only read."""
    made = await world.operate("POST", "/tokens", json={"phone_number_id": NUMBER, "scope": "read"})
    return CLIENTS[world.client.face](world.client.session, world.client.base, NUMBER, made["token"])


def denied(world: World, method: str, path: str = "") -> Any:
    """Return the whole body of the face's refusal, without its trace id."""
    details = f"This key may only read, and {method} does more."
    if path.startswith("/v1/configs/"):  # what 360dialog keeps itself, it refuses itself
        return {"meta": {"success": False, "http_code": 403, "developer_message": details}}
    cloud = {
        "error": {
            "message": "(#10) Permission Denied",
            "type": "OAuthException",
            "code": 10,
            "error_data": {"messaging_product": "whatsapp", "details": details},
        }
    }
    onprem = {
        "errors": [{"code": 1005, "title": "Access denied", "details": details}],
        "meta": {"api_status": "stable", "version": "v2.53.3"},
    }
    return world.either(cloud=cloud, onprem=onprem)


def told(refused: Answer) -> Any:
    body = refused.json
    body.get("error", {}).pop("fbtrace_id", None)
    body.get("meta", {}).pop("360dialog_trace_id", None)
    return body


WRITES = {
    "meta": [
        ("POST", "/v24.0/{number}/messages"),
        ("POST", "/v24.0/{number}/media"),
        ("POST", "/v24.0/{number}"),
        ("DELETE", "/v24.0/{medium}"),
    ],
    "proxy": [("POST", "/messages"), ("POST", "/media"), ("POST", "/v1/configs/webhook"), ("DELETE", "/{medium}")],
    "onprem": [
        ("POST", "/v1/messages"),
        ("PUT", "/v1/messages/x"),
        ("POST", "/v1/contacts"),
        ("POST", "/v1/media"),
        ("DELETE", "/v1/media/{medium}"),
        ("PATCH", "/v1/settings/application"),
        ("DELETE", "/v1/settings/application"),
        ("POST", "/v1/settings/application/media/providers"),
        ("POST", "/v1/users/logout"),
    ],
}
WRITES["onprem-key"] = WRITES["onprem"][:5]
BODY = {"messaging_product": "whatsapp", "to": PHONE, "type": "text", "text": {"body": "x"}, "url": HOOK}


async def test_a12_a_read_only_key_may_not_write_and_leaves_nothing_behind(world: World) -> None:
    program, medium = await reader(world), await world.upload(JPEG)
    before = await held(world)

    asked = WRITES[world.client.face]
    paths = [(method, path.format(number=NUMBER, medium=medium)) for method, path in asked]
    answers = [await program.call(method, path, json=BODY) for method, path in paths]

    assert [(answer.status, told(answer)) for answer in answers] == [
        (403, denied(world, method, path)) for method, path in asked
    ]
    assert await held(world) == before


async def test_a12_a_read_only_key_reads(world: World) -> None:
    program, medium = await reader(world), await world.upload(JPEG)

    looked_up = await program.download(medium)

    assert (looked_up.status, looked_up.body) == (200, JPEG.data)


async def test_a12_a_read_only_key_is_listed_as_one(world: World) -> None:
    before = (await world.operate("GET", "/tokens"))["tokens"]

    await reader(world)

    listed = (await world.operate("GET", "/tokens"))["tokens"]
    assert [token["scope"] for token in listed if token not in before] == ["read"]
    assert {token["scope"] for token in before} >= {"all"}


@pytest.mark.parametrize("face", ["meta"], indirect=True)
async def test_a12_a_key_of_an_unknown_scope_is_not_made(world: World) -> None:
    before = await held(world)

    refused = await world.control.call("POST", "/tokens", json={"phone_number_id": NUMBER, "scope": "write"})

    assert (refused.status, await held(world)) == (400, before)


@pytest.mark.parametrize("face", ["meta"], indirect=True)
async def test_a12_a_read_only_key_in_the_query_may_not_write(world: World) -> None:
    program = await reader(world)
    assert isinstance(program, MetaClient)

    url = f"{world.client.base}{program.messages_path}?access_token={program.token}"
    async with world.client.session.post(url, json=BODY) as got:
        refused = Answer(got.status, await got.read())

    assert (refused.status, told(refused)) == (403, denied(world, "POST"))


@pytest.mark.parametrize("face", ["onprem"], indirect=True)
async def test_a12_a_read_only_key_does_not_log_in(world: World) -> None:
    program = await reader(world)
    before = await held(world)

    basic = base64.b64encode(f"admin:{program.key}".encode()).decode()
    refused = await program.call("POST", "/v1/users/login", headers={"Authorization": f"Basic {basic}"})

    assert (refused.status, refused.json["errors"][0]["code"]) == (403, 1005)
    assert await held(world) == before
