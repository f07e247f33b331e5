"""Bad requests over the whole server: each is refused in the caller's dialect and leaves nothing behind."""

import gzip
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, World, code_of, open_world
from tests.support import bad_json
from tests.support.bad_json import CLOUD_CASES, JSON_CASES, Bad
from tests.support.clients import FACES, Answer

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=sorted(FACES))
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
async def world(face: str, shared_data: Path) -> AsyncIterator[World]:
    """One server for all cases of a face: what a case leaves behind would show in the next."""
    async with open_world(face, shared_data / face, rules="relaxed") as opened:
        yield opened


@dataclass(frozen=True)
class Traces:
    """What a request may leave behind: messages in both directions, what phones show, webhook calls, files."""

    messages: int
    received: int
    called: int
    files: list[Path]


async def traces(world: World) -> Traces:
    return Traces(
        messages=len((await world.operate("GET", "/messages?limit=1000"))["messages"]),
        received=len(await world.shown_on()),
        called=len(world.hook.received),
        files=world.server.media_files(),
    )


async def post(world: World, bad: Bad) -> Answer:
    headers = {"Content-Type": bad.content_type} if bad.content_type else {}
    return await world.client.call(
        "POST",
        world.client.messages_path,
        data=io.BytesIO(bad.body),
        headers=headers,
        skip_auto_headers=["Content-Type"],
    )


def shape(answer: Answer) -> list[str]:
    """Return the members of an error body that every error of the dialect has."""
    body = answer.json
    [error] = body.get("errors", [body.get("error")])
    return [*sorted(body), *sorted(error.keys() & {"code", "title", "message", "type", "fbtrace_id", "error_data"})]


CLOUD_SHAPE = ["error", "code", "error_data", "fbtrace_id", "message", "type"]
ONPREM_SHAPE = ["errors", "meta", "code", "title"]


async def check(world: World, bad: Bad) -> None:
    before = await traces(world)

    refused = await post(world, bad)

    assert code_of(world.client, refused) == world.either(cloud=bad.outcome[0], onprem=bad.outcome[1])
    assert shape(refused) == world.either(cloud=CLOUD_SHAPE, onprem=ONPREM_SHAPE)
    assert len(refused.body) < 1_500, "the answer repeats what was sent"
    assert await traces(world) == before


@pytest.mark.parametrize("bad", JSON_CASES, ids=lambda bad: bad.name)
async def test_a_bad_body_is_refused_and_leaves_nothing_behind(world: World, bad: Bad) -> None:
    await check(world, bad)


@pytest.mark.parametrize("face", ["meta", "proxy"], indirect=True)
@pytest.mark.parametrize("bad", CLOUD_CASES, ids=lambda bad: bad.name)
async def test_what_only_the_cloud_asks_for_is_refused_there(world: World, bad: Bad) -> None:
    await check(world, bad)


async def test_j24_a_packed_body_is_refused_in_the_words_of_the_face(world: World) -> None:
    before = await traces(world)
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}

    refused = await world.client.call(
        "POST", world.client.messages_path, data=gzip.compress(bad_json.GOOD), headers=headers
    )

    reason = "A request body with a Content-Encoding is not accepted; send it as it is."
    assert (refused.status, told(refused)) == (415, guarded_body(world, reason))
    assert await traces(world) == before


GUARDED = {
    "U1 a foreign host": (
        "",
        {"Host": "evil.example"},
        400,
        "This server is not called 'evil.example'. Name it with --allowed-hosts if it should be.",
    ),
    "a target of 8 KiB and more": ("?x=" + "a" * 8192, {}, 414, "The request target is too long."),
    "H8 a header line of 40 KB": (
        "",
        {"X-Long": "a" * 40_000},
        431,
        "The request has too many header lines, or too long ones.",
    ),
    "101 header lines": (
        "",
        {f"X-{number}": "a" for number in range(101)},
        431,
        "The request has too many header lines, or too long ones.",
    ),
}


@pytest.mark.parametrize(("query", "headers", "status", "reason"), GUARDED.values(), ids=GUARDED.keys())
async def test_what_the_guard_refuses_is_said_in_the_words_of_the_face(
    world: World, query: str, headers: dict[str, str], status: int, reason: str
) -> None:
    before = await traces(world)

    refused = await world.client.call("POST", world.client.messages_path + query, headers=headers)

    assert (refused.status, told(refused)) == (status, guarded_body(world, reason))
    assert await traces(world) == before


@pytest.mark.parametrize(("query", "headers", "status", "reason"), GUARDED.values(), ids=GUARDED.keys())
@pytest.mark.parametrize("face", ["meta"], indirect=True)
async def test_what_the_guard_refuses_is_said_in_the_words_of_the_control_api(
    world: World, query: str, headers: dict[str, str], status: int, reason: str
) -> None:
    refused = await world.client.call("GET", "/_waypost/v1/numbers" + query, headers=headers)

    code = {400: "unknown_host", 414: "url_too_long", 431: "head_too_large"}[status]
    assert (refused.status, refused.json) == (status, {"error": {"code": code, "message": reason}})


def guarded_body(world: World, reason: str) -> Any:
    """Return the whole body with which a face refuses what the guard has found."""
    cloud = {
        "error": {
            "message": "(#100) Invalid parameter",
            "type": "OAuthException",
            "code": 100,
            "error_data": {"messaging_product": "whatsapp", "details": reason},
            "fbtrace_id": "TRACE",
        }
    }
    onprem = {
        "errors": [{"code": 1025, "title": "Invalid Request", "details": reason}],
        "meta": {"api_status": "stable", "version": "v2.53.3"},
    }
    return world.either(cloud=cloud, onprem=onprem)


def told(refused: Answer) -> Any:
    """Return a refusal's body without its trace id."""
    body = refused.json
    if "fbtrace_id" in body.get("error", ()):
        body["error"]["fbtrace_id"] = "TRACE"
    return body


# -- What looks bad and is not ------------------------------------------------------------------------------------

FINE: list[tuple[str, bytes, Any]] = [
    ("J3 depth 32", bad_json.nested(b"[", b"]", 31), {"body": "x"}),
    ("J7 a key that comes twice", bad_json.text(b"1")[:-1] + b',"text":{"body":"2"}}', {"body": "2"}),
    ("J10 a backslash before u0000", bad_json.text(b"\\\\u0000"), {"body": "\\u0000"}),
    ("J17 a number as people write it", bad_json.sending_to("+1 (555) 000-1111"), {"body": "x"}),
    ("J18 keys of a prototype", bad_json.GOOD[:-1] + b',"__proto__":{"to":"1"},"constructor":1}', {"body": "x"}),
    ("J25 combining marks", bad_json.send("text", {"body": "e" + "\u0301" * 4095}), {"body": "e" + "\u0301" * 4095}),
    ("null is absent", bad_json.send("text", {"body": "x", "preview_url": None}, context=None), {"body": "x"}),
    ("J23 a charset in capitals", bad_json.GOOD, {"body": "x"}),
]


@pytest.mark.parametrize(("body", "content"), [case[1:] for case in FINE], ids=[case[0] for case in FINE])
async def test_an_odd_body_is_taken_and_shown_as_it_was_meant(world: World, body: bytes, content: Any) -> None:
    headers = {"Content-Type": "application/json; charset=UTF-8"}

    taken = await world.client.call("POST", world.client.messages_path, data=body, headers=headers)

    assert taken.status == world.client.sent_status, taken
    message_id = taken.json["messages"][0]["id"]
    assert await world.words_of(message_id, world.told) == world.told_words
    name = world.either(cloud="id", onprem="onprem_id")
    [shown] = [message for message in await world.shown_on() if message[name] == message_id]
    assert shown["content"] == content


async def test_the_last_of_two_recipients_is_the_one_everywhere(world: World) -> None:
    body = bad_json.GOOD[:-1] + b',"to":"15550007777"}'

    taken = await world.client.call(
        "POST", world.client.messages_path, data=body, headers={"Content-Type": "application/json"}
    )

    assert taken.json["contacts"] == [{"input": "15550007777", "wa_id": "15550007777"}]
    stored = await world.operate("GET", f"/messages/{taken.json['messages'][0]['id']}")
    assert (stored["wa_id"], stored["body"]["to"]) == ("15550007777", "15550007777")


# -- Mark as read, contacts, and paths ----------------------------------------------------------------------------


@pytest.mark.parametrize("face", ["onprem"], indirect=True)
@pytest.mark.parametrize(
    ("body", "code"),
    [(b"", 1025), (b"{}", 1008), (b'{"status":"deleted"}', 1009), (b'{"status":5}', 1009), (b"[]", 1025)],
)
async def test_a_bad_mark_as_read_is_refused(world: World, body: bytes, code: int) -> None:
    written = await world.write("text", {"body": "x"})
    await world.hook.wait_until(lambda: any(message["id"] == written for message in world.hook.messages()))
    before = await traces(world)

    refused = await world.client.call(
        "PUT", f"/v1/messages/{written}", data=body, headers={"Content-Type": "application/json"}
    )

    assert code_of(world.client, refused) == (400, code)
    assert await traces(world) == before


@pytest.mark.parametrize("face", ["onprem"], indirect=True)
@pytest.mark.parametrize("body", [{}, {"contacts": "x"}, {"contacts": [5]}, {"contacts": [], "blocking": "maybe"}, []])
async def test_a_bad_contact_check_is_refused(world: World, body: Any) -> None:
    refused = await world.client.call("POST", "/v1/contacts", json=body)

    assert refused.status == 400
    assert shape(refused) == ONPREM_SHAPE


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_a_wrong_method_is_told_which_are_right(world: World, method: str) -> None:
    refused = await world.client.call(method, world.client.messages_path)

    assert refused.status in (400, 404, 405)
    assert json.loads(refused.body)


async def test_after_all_this_the_server_is_well(world: World) -> None:
    sent = await world.send("text", {"body": "Still here"}, to=PHONE)

    assert await world.words_of(sent, world.told) == world.told_words
