"""Who is calling: every wrong way to say so gets the face's one answer, and nobody sees what another number has."""

import base64
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from tests.journeys.conftest import PHONE, World, code_of, raw_status
from tests.journeys.faces import META, ONPREM
from tests.support import media
from tests.support.clients import FACES, Answer, Client, MetaClient, OnPremClient
from tests.support.server import ADMIN, NUMBER, TOKEN

pytestmark = pytest.mark.anyio

JPEG = media.jpeg()
TEXT = {"body": "Hello"}
OTHER = "4915550003333"

REFUSED = {
    "meta": {
        "error": {
            "message": "Invalid OAuth access token - Cannot parse access token",
            "type": "OAuthException",
            "code": 190,
            "fbtrace_id": "TRACE",
        }
    },
    "proxy": {
        "meta": {
            "success": False,
            "http_code": 401,
            "developer_message": "Invalid api_key",
            "360dialog_trace_id": "TRACE",
        }
    },
    "onprem": {
        "errors": [
            {
                "code": 1005,
                "title": "Access denied",
                "details": "The access token is missing, unknown or expired.",
            }
        ],
        "meta": {"api_status": "stable", "version": "v2.53.3"},
    },
}
_TRACE = re.compile(rb'("(?:fbtrace_id|360dialog_trace_id)":")[^"]+')


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


def known(answer: Answer) -> bytes:
    """Return a body without its trace id."""
    return _TRACE.sub(rb"\1TRACE", answer.body)


async def everywhere(client: Client, headers: list[tuple[str, str]], media_id: str) -> list[Answer]:
    """Ask every kind of thing of a face with these headers and no others."""
    message = client.message(PHONE, "text", TEXT)
    media_path = client.media_path(media_id) if isinstance(client, MetaClient) else f"/v1/media/{media_id}"
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", client.messages_path, {"json": message}),
        ("GET", media_path, {}),
        ("DELETE", media_path, {}),
    ]
    answers = []
    for method, path, given in asked:
        async with client.session.request(method, client.base + path, headers=headers, **given) as got:
            answers.append(Answer(got.status, await got.read(), got.headers))
    return answers


def sound(key: str) -> list[tuple[str, str]]:
    return [("Authorization", f"Bearer {key}")]


JWT = ".".join(
    base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"none"}', b'{"iss":"a"}', b"x")
)
ALTERED = TOKEN[:-1] + "x"
WRONG: dict[str, list[tuple[str, str]]] = {
    "A1 no header": [],
    "A1 scheme alone": [("Authorization", "Bearer")],
    "A1 scheme and blank": [("Authorization", "Bearer ")],
    "A1 basic": [("Authorization", "Basic " + base64.b64encode(f"admin:{TOKEN}".encode()).decode())],
    "A1 the key as the scheme": [("Authorization", TOKEN)],
    "A1 another word": [("Authorization", f"Token {TOKEN}")],
    "A1 two headers": [*sound(TOKEN), *sound(TOKEN)],
    "A1 lower-case scheme": [("Authorization", f"bearer {TOKEN}")],
    "A2 one changed sign": sound(ALTERED),
    "A2 a prefix": sound(TOKEN[:-1]),
    "A2 more": sound(TOKEN + "x"),
    "A5 7,000 signs": sound("x" * 7_000),
    "A6 not ASCII": sound("t\u00f6ken"),
    "A8 a JWT that signs nothing": sound(JWT),
    "A14 the operator's token": sound(ADMIN),
}


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG.keys())
async def test_a_wrong_bearer_is_refused_alike_everywhere(world: World, headers: list[tuple[str, str]]) -> None:
    if world.client.face == "proxy":
        headers = [("D360-API-KEY", value.removeprefix("Bearer ")) for _, value in headers if "asic" not in value]
    headers = [pair for pair in headers if pair != ("D360-API-KEY", TOKEN)]

    answers = await everywhere(world.client, headers or _nothing(world.client), await world.upload(JPEG))

    assert [answer.status for answer in answers] == [401] * 3
    assert [Answer(401, known(answer)).json for answer in answers] == [REFUSED[world.client.face]] * 3
    assert await world.shown_on() == []


def _nothing(client: Client) -> list[tuple[str, str]]:
    # Without its header a request of the proxy has Meta's paths: what tells them apart is the key.
    return [("D360-API-KEY", "")] if client.face == "proxy" else []


@pytest.mark.parametrize(("key", "token"), [(TOKEN, ALTERED), (ALTERED, TOKEN)], ids=["the token", "the key"])
async def test_a_key_and_another_bearer_contradict_each_other(world: World, key: str, token: str) -> None:
    both = [("D360-API-KEY", key), ("Authorization", f"Bearer {token}")]

    answers = await everywhere(world.client, both, await world.upload(JPEG))

    face = "meta" if world.client.face == "meta" else "proxy"
    assert [answer.status for answer in answers] == [401] * 3
    assert [Answer(401, known(answer)).json for answer in answers] == [REFUSED[face]] * 3


async def test_a_credential_with_a_nul_or_ten_thousand_signs_is_refused_and_nothing_breaks(world: World) -> None:
    name = "D360-API-KEY: " if world.client.face == "proxy" else "Authorization: Bearer "
    statuses = []
    for value in (b"a\0b", b"\xff\xfe", b"x" * 10_000):
        start = f"GET {world.client.messages_path} HTTP/1.1\r\nHost: $HOST\r\n{name}".encode()
        statuses.append(await raw_status(world.client, start + value + b"\r\n\r\n"))

    assert all(400 <= status < 500 for status in statuses), statuses
    assert (await world.client.send(PHONE, "text", TEXT)).status == world.client.sent_status


# -- On-Premises logins -------------------------------------------------------------------------------------------


async def log_in(world: World, user: str, password: str) -> Answer:
    basic = base64.b64encode(f"{user}:{password}".encode()).decode()
    url = f"{world.client.base}/v1/users/login"
    async with world.client.session.post(url, headers={"Authorization": f"Basic {basic}"}) as got:
        return Answer(got.status, await got.read(), got.headers)


@ONPREM
async def test_a_login_answers_as_the_client_did(world: World) -> None:
    await world.stand_at("2027-01-31T12:00:00Z")

    answer = await log_in(world, "admin", TOKEN)

    [user] = answer.json["users"]
    assert (answer.status, user["expires_after"]) == (200, "2027-02-07 12:00:00+00:00")
    assert user["token"] != TOKEN


@ONPREM
@pytest.mark.parametrize(("user", "password"), [("admin", "secret"), ("admin", ALTERED), ("root", TOKEN), ("", "")])
async def test_there_is_no_default_password(world: World, user: str, password: str) -> None:
    answer = await log_in(world, user, password)

    assert (answer.status, world.client.error_code(answer)) == (401, 1005)


@ONPREM
async def test_five_wrong_passwords_in_a_minute_close_the_login(world: World) -> None:
    wrong = [await log_in(world, "admin", "guess") for _ in range(6)]
    right = await log_in(world, "admin", TOKEN)

    assert [answer.status for answer in wrong] == [401] * 5 + [429]
    assert (right.status, world.client.error_code(right)) == (429, 1015)
    assert 1 <= int(right.headers["Retry-After"]) <= 60

    await world.operate("POST", "/reset")
    assert (await log_in(world, "admin", TOKEN)).status == 200


@ONPREM
async def test_a_login_is_over_after_seven_days(world: World) -> None:
    old = world.client.headers
    assert (await world.client.call("GET", "/v1/health", headers=old)).status == 200

    await world.operate("PUT", "/clock", json={"advance_seconds": 7 * 86_400})

    over = await world.client.call("GET", "/v1/health", headers=old)
    assert (over.status, over.json) == (401, REFUSED["onprem"])


@ONPREM
async def test_a_logout_ends_the_token_at_once(world: World) -> None:
    assert (await world.client.call("POST", "/v1/users/logout")).status == 200

    over = await world.client.call("GET", "/v1/health")

    assert (over.status, over.json) == (401, REFUSED["onprem"])


# -- The query, the paths, the control API ------------------------------------------------------------------------


@META
@pytest.mark.parametrize("flags", [{"log_level": "debug"}])
async def test_a_token_in_the_query_works_and_is_never_logged(
    capfd: pytest.CaptureFixture[str], own_world: World
) -> None:
    """The log must be caught before the server starts, or nothing of it is seen."""
    url = f"{own_world.client.base}{own_world.client.messages_path}?access_token={TOKEN}"

    async with own_world.client.session.post(url, json=own_world.client.message(PHONE, "text", TEXT)) as got:
        assert got.status == 200

    written = capfd.readouterr()
    assert "server.ready" in written.out + written.err
    assert TOKEN not in written.out + written.err


@META
@pytest.mark.parametrize(
    "path",
    [
        f"/v24.0//{NUMBER}/messages",
        f"//v24.0/{NUMBER}/messages",
        f"/v24.0/{NUMBER}//messages",
        "/v24.0/15550009999/messages",
        f"/v24.0/{NUMBER}/../{NUMBER}/messages",
        f"/v24.0/%2e%2e/{NUMBER}/messages",
        f"/v999.0/{NUMBER}/messages",
        f"/v24.0/{NUMBER}/messages/x",
    ],
)
async def test_a_path_that_is_not_the_numbers_own_leads_nowhere(world: World, path: str) -> None:
    body = b'{"messaging_product":"whatsapp","to":"15550001111","text":{"body":"x"}}'
    request = (
        f"POST {path} HTTP/1.1\r\nHost: $HOST\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body

    status = await raw_status(world.client, request)

    assert status in (400, 404)
    assert await world.shown_on() == []


@META
@pytest.mark.parametrize("version", ["", "/v13.0", "/v26.0", "/v1"])
async def test_any_version_or_none_is_the_same(world: World, version: str) -> None:
    path = f"{version}/{NUMBER}/messages"

    assert (await world.client.call("POST", path, json=world.client.message(PHONE, "text", TEXT))).status == 200


async def test_the_control_api_is_not_for_programs(world: World) -> None:
    path = f"{world.client.base}/_waypost/v1/messages"

    assert (await world.client.call("GET", path)).status == 403
    async with aiohttp.ClientSession() as nobody, nobody.get(path) as bare:
        assert bare.status == 401


# -- What another number has --------------------------------------------------------------------------------------


@pytest.fixture
async def neighbour(world: World) -> AsyncIterator[Client]:
    """A program of the same face for another number of the same server."""
    added = await world.operate("POST", "/numbers", json={"number": OTHER})
    async with aiohttp.ClientSession() as session:
        client = FACES[world.client.face](session, world.client.base, OTHER, added["token"])
        if isinstance(client, OnPremClient):
            await client.log_in()
        yield client


async def uses_of(client: Client, media_id: str) -> list[tuple[int, bytes]]:
    """Return what a program gets for every use of a media id, without the trace and the id itself."""
    answers = [
        await client.download(media_id),
        await client.delete(media_id),
        await client.send(PHONE, "image", {"id": media_id}),
    ]
    return [(answer.status, known(answer).replace(media_id.encode(), b"ID")) for answer in answers]


async def test_another_numbers_file_is_as_unknown_as_any(world: World, neighbour: Client) -> None:
    theirs = neighbour.media_id(await neighbour.upload(JPEG.data, JPEG.mime))
    deleted = await world.upload(JPEG)
    await world.client.delete(deleted)

    outcomes = [await uses_of(world.client, media_id) for media_id in (theirs, deleted)]

    assert outcomes[0] == outcomes[1]
    assert [status for status, _ in outcomes[0]] == [*world.either(cloud=(400, 400), onprem=(404, 404)), 400]
    assert (await neighbour.download(theirs)).body == JPEG.data


async def test_another_numbers_message_is_as_unknown_as_any(world: World, neighbour: Client) -> None:
    name = world.either(cloud="id", onprem="onprem_id")
    written = {"type": "text", "text": TEXT, "number": OTHER}
    theirs = str((await world.operate("POST", f"/phones/{PHONE}/messages", json=written))[name])
    unknown = theirs[:-8] + ("AAAAAAAA" if theirs[-8:] != "AAAAAAAA" else "BBBBBBBB")

    answers = [await world.client.mark_read(message_id) for message_id in (theirs, unknown)]

    bodies = [
        known(answer).replace(name.encode(), b"ID")
        for answer, name in zip(answers, (theirs, unknown), strict=True)
    ]  # fmt: skip
    assert bodies[0] == bodies[1]
    assert code_of(world.client, answers[0]) == world.either(cloud=(400, 131009), onprem=(404, 1006))
    assert (await neighbour.mark_read(theirs)).status == 200


@META
async def test_a_neighbours_path_is_as_unknown_as_any(world: World, neighbour: Client) -> None:
    message = world.client.message(PHONE, "text", TEXT)
    paths = [f"/v24.0/{neighbour.number}/messages", "/v24.0/4915550004444/messages"]

    answers = [await world.client.call("POST", path, json=message) for path in paths]

    assert [code_of(world.client, answer) for answer in answers] == [(400, 100)] * 2
    assert known(answers[0]).replace(OTHER.encode(), b"ID") == known(answers[1]).replace(b"4915550004444", b"ID")
