"""Block lists: who can be blocked, what that does to messages in both directions, and how a list is told."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, STRANGER, World, code_of, open_world
from tests.journeys.faces import CLOUD, META
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


TEXT = {"body": "Hello"}


def path(world: World) -> str:
    return f"/v24.0/{NUMBER}/block_users" if world.client.face == "meta" else "/block_users"


async def change(world: World, method: str, *users: str) -> Any:
    body = {"messaging_product": "whatsapp", "block_users": [{"user": user} for user in users]}
    return await world.client.call(method, path(world), json=body)


async def blocked(world: World, query: str = "") -> list[str]:
    answer = await world.client.call("GET", path(world) + query)
    assert answer.status == 200, answer
    return [user["wa_id"] for user in answer.json["data"]]


@CLOUD
async def test_a_user_is_blocked_and_unblocked(world: World) -> None:
    added = await change(world, "POST", f"+{PHONE}")
    listed = await blocked(world)
    removed = await change(world, "DELETE", PHONE)

    assert (added.status, added.json) == (
        200,
        {"messaging_product": "whatsapp", "block_users": {"added_users": [{"input": f"+{PHONE}", "wa_id": PHONE}]}},
    )
    assert listed == [PHONE]
    assert (removed.status, removed.json) == (
        200,
        {"messaging_product": "whatsapp", "block_users": {"removed_users": [{"input": PHONE, "wa_id": PHONE}]}},
    )
    assert await blocked(world) == []


@CLOUD
async def test_who_has_not_written_within_a_day_fails_beside_those_who_have(world: World) -> None:
    answer = await change(world, "POST", f"+{PHONE}", f"+{STRANGER}")

    told = answer.json
    trace = told["error"].pop("fbtrace_id")
    assert trace
    assert (answer.status, told) == (
        400,
        {
            "messaging_product": "whatsapp",
            "block_users": {
                "added_users": [{"input": f"+{PHONE}", "wa_id": PHONE}],
                "failed_users": [
                    {
                        "input": f"+{STRANGER}",
                        "wa_id": STRANGER,
                        "errors": [
                            {
                                "message": "Re-engagement required",
                                "code": 131047,
                                "error_data": {"details": "User has not messaged in the last 24 hours"},
                            }
                        ],
                    }
                ],
            },
            "error": {
                "message": "(#139100) Failed to block/unblock users",
                "type": "OAuthException",
                "code": 139100,
                "error_data": {"details": "Some users could not be blocked; see failed_users."},
            },
        },
    )
    assert await blocked(world) == [PHONE]


@CLOUD
async def test_users_who_cannot_be_blocked_are_among_the_refusals(world: World) -> None:
    answer = await change(world, "POST", f"+{PHONE}", f"+{STRANGER}")

    (shown,) = (await world.operate("GET", "/refusals"))["refusals"]
    assert (shown["status"], shown["code"], shown["phone_number_id"]) == (400, 139100, NUMBER)
    assert shown["sentence"] == "Some users could not be blocked; see failed_users."
    assert shown["answer"]["body"]["text"].encode() == answer.body


@META
@pytest.mark.parametrize(("user", "code"), [(NUMBER, 131021), (STRANGER, 131047), ("nobody", 131047), ("", 131047)])
async def test_what_is_wrong_with_a_user_is_told(world: World, user: str, code: int) -> None:
    answer = await change(world, "POST", user)

    [failed] = answer.json["block_users"]["failed_users"]
    assert (failed["input"], failed["errors"][0]["code"]) == (user, code)
    assert "added_users" not in answer.json["block_users"]


@META
async def test_after_a_day_a_user_cannot_be_blocked_any_more(world: World) -> None:
    await world.advance(hours=24, seconds=1)

    answer = await change(world, "POST", PHONE)

    assert code_of(world.client, answer) == (400, 139100)
    assert await blocked(world) == []


async def test_what_is_sent_to_a_blocked_user_fails(tmp_path: Path) -> None:
    async with open_world("meta", tmp_path / "data") as world:
        await change(world, "POST", PHONE)

        sent = await world.send("text", TEXT)

        assert await world.failure_of(sent) == (["failed"], 130403)
        assert await world.shown_on() == []


@META
async def test_what_a_blocked_user_writes_does_not_reach_the_business(world: World) -> None:
    await change(world, "POST", PHONE)
    await world.write("text", {"body": "Can you hear me?"})
    await change(world, "DELETE", PHONE)

    await world.write("text", {"body": "And now?"})

    assert (await world.inbound())["text"] == {"body": "And now?"}
    assert len(world.hook.messages()) == 1


@META
async def test_a_block_list_outlives_a_restart_and_not_a_reset(tmp_path: Path, face: str) -> None:
    async with open_world(face, tmp_path / "data") as first:
        await change(first, "POST", PHONE)

    async with open_world(face, tmp_path / "data") as second:
        assert await blocked(second) == [PHONE]
        await second.operate("POST", "/reset")
        assert await blocked(second) == []


@META
async def test_a_list_is_read_in_pages(tmp_path: Path, face: str) -> None:
    users = [f"1555000{at:04}" for at in range(7)]
    async with open_world(face, tmp_path / "data", rules="relaxed") as world:
        await change(world, "POST", *users)

        first = (await world.client.call("GET", path(world) + "?limit=3")).json
        after = first["paging"]["cursors"]["after"]
        second = (await world.client.call("GET", path(world) + f"?limit=3&after={after}")).json
        before = second["paging"]["cursors"]["before"]

        assert [user["wa_id"] for user in first["data"]] == users[:3]
        assert [user["wa_id"] for user in second["data"]] == users[3:6]
        assert await blocked(world, f"?limit=3&before={before}") == users[:3]


@META
@pytest.mark.parametrize("query", ["?limit=0", "?limit=x", "?limit=-1", "?after=%FF", "?after=abc", "?before=!"])
async def test_a_page_that_cannot_be_is_refused(world: World, query: str) -> None:
    answer = await world.client.call("GET", path(world) + query)

    assert code_of(world.client, answer) == (400, 100)


@META
async def test_a_thousand_users_a_call_are_possible_and_one_more_is_not(tmp_path: Path, face: str) -> None:
    users = [f"1555{at:07}" for at in range(1001)]
    async with open_world(face, tmp_path / "data", rules="relaxed") as world:
        refused = await change(world, "POST", *users)
        taken = await change(world, "POST", *users[:1000])

        assert code_of(world.client, refused) == (400, 130429)
        assert len(taken.json["block_users"]["added_users"]) == 1000
        assert len(await blocked(world, "?limit=1000")) == 1000


BAD: list[Any] = [
    {}, [], None, {"messaging_product": "whatsapp"}, {"messaging_product": "whatsapp", "block_users": []},
    {"messaging_product": "whatsapp", "block_users": ["15550001111"]},
    {"messaging_product": "whatsapp", "block_users": [{"user": 15550001111}]},
    {"messaging_product": "whatsapp", "block_users": [{}]}, {"messaging_product": "x", "block_users": [{"user": "1"}]},
]  # fmt: skip


@META
@pytest.mark.parametrize("body", BAD, ids=json.dumps)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_a_body_that_names_nobody_is_refused(world: World, method: str, body: Any) -> None:
    answer = await world.client.call(method, path(world), json=body)

    assert answer.status == 400, answer
    assert await blocked(world) == []
