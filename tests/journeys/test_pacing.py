"""Pacing: of a new template some messages go out, and the others are held until somebody decides."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, World, open_world
from tests.journeys.faces import CLOUD, META
from tests.support.clients import Answer, Body

pytestmark = pytest.mark.anyio

HELLO: Body = {"name": "hello_world", "language": {"policy": "deterministic", "code": "en_US"}}
HELD = "held_for_quality_assessment"


async def template_id(world: World, name: str = "hello_world") -> str:
    templates = (await world.operate("GET", "/templates"))["templates"]
    return str(next(each["id"] for each in templates if each["name"] == name))


async def pace(world: World, left: int | None, name: str = "hello_world") -> Body:
    return await world.operate("PATCH", f"/templates/{await template_id(world, name)}", json={"pacing": left})


async def happen(world: World, event: str) -> Body:
    return await world.operate("POST", f"/templates/{await template_id(world)}/review", json={"event": event})


async def held(world: World) -> list[Any]:
    """Return the ids, in the face's dialect, of what is held."""
    found = (await world.operate("GET", f"/templates/{await template_id(world)}/held"))["held"]
    return [message[world.either(cloud="id", onprem="onprem_id")] for message in found]


async def decide(world: World, how: str) -> int:
    return int((await world.operate("POST", f"/templates/{await template_id(world)}/held/{how}"))["messages"])


async def shown(world: World) -> list[str]:
    return [each[world.either(cloud="id", onprem="onprem_id")] for each in await world.shown_on()]


def word_in(world: World, answer: Answer) -> str | None:
    """Return the `message_status`; On-Premises has none."""
    assert answer.status == world.client.sent_status, answer
    word: str | None = answer.json["messages"][0].get("message_status")
    return word


async def test_the_first_messages_of_a_paced_template_go_out_and_the_others_are_held(world: World) -> None:
    await pace(world, 2)

    answers = [await world.client.send(PHONE, "template", HELLO) for _ in range(4)]

    ids = [answer.json["messages"][0]["id"] for answer in answers]
    words = ["accepted", "accepted", HELD, HELD]
    assert [word_in(world, answer) for answer in answers] == world.either(cloud=words, onprem=[None] * 4)
    assert await world.words_of(ids[1], world.told) == world.told_words
    assert await held(world) == ids[2:]
    assert await shown(world) == ids[:2]


async def test_other_messages_pass_what_is_held(world: World) -> None:
    await pace(world, 0)
    waiting = await world.send("template", HELLO)

    text = await world.send("text", {"body": "Hello"})

    assert await world.words_of(text, world.told) == world.told_words
    assert await held(world) == [waiting]


async def test_what_is_released_is_delivered_and_the_template_is_paced_no_more(world: World) -> None:
    await pace(world, 0)
    waiting = [await world.send("template", HELLO) for _ in range(3)]

    assert await decide(world, "release") == 3

    assert await world.words_of(waiting[2], world.told) == world.told_words
    after = await world.send("template", HELLO)
    assert await world.words_of(after, world.told) == world.told_words
    assert (await held(world), await shown(world)) == ([], [*waiting, after])


async def test_what_is_dropped_fails_and_the_template_goes_on_being_paced(world: World) -> None:
    await pace(world, 0)
    waiting = [await world.send("template", HELLO) for _ in range(2)]

    assert await decide(world, "drop") == 2

    failures = [await world.failure_of(message_id) for message_id in waiting]
    assert failures == [(["failed"], world.either(cloud=132015, onprem=2061))] * 2
    later = await world.send("template", HELLO)
    assert (await held(world), await shown(world)) == ([later], [])


@pytest.mark.parametrize("how", ["release", "drop"])
async def test_without_pacing_there_is_nothing_to_decide(world: World, how: str) -> None:
    sent = await world.send("template", HELLO)

    assert await decide(world, how) == 0
    assert await world.words_of(sent, world.told) == world.told_words


@pytest.mark.parametrize(
    ("event", "cloud", "onprem"), [("PAUSED", 132015, 2061), ("DISABLED", 132016, 2062), ("DELETED", 132001, 2001)]
)
async def test_a_template_that_is_withdrawn_takes_what_it_holds_with_it(
    world: World, event: str, cloud: int, onprem: int
) -> None:
    await pace(world, 0)
    waiting = await world.send("template", HELLO)

    await happen(world, event)

    assert await world.failure_of(waiting) == (["failed"], world.either(cloud=cloud, onprem=onprem))


async def test_a_green_quality_lets_go_and_a_red_one_does_not(world: World) -> None:
    await pace(world, 0)
    waiting = await world.send("template", HELLO)
    path = f"/templates/{await template_id(world)}"
    await world.operate("PATCH", path, json={"quality": "RED"})
    still_held = await held(world)

    await world.operate("PATCH", path, json={"quality": "GREEN"})

    assert still_held == [waiting]
    assert await world.words_of(waiting, world.told) == world.told_words


async def test_a_pace_of_null_lets_go(world: World) -> None:
    before = await pace(world, 0)
    waiting = await world.send("template", HELLO)

    after = await pace(world, None)

    assert (before["pacing"], after["pacing"]) == (0, None)
    assert await world.words_of(waiting, world.told) == world.told_words


async def test_what_is_held_leaves_by_the_rules_of_the_moment_it_is_released(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    await pace(world, 0)
    waiting = await world.send("template", HELLO)
    await world.phone(blocked=True)

    await decide(world, "release")

    assert (await world.failure_of(waiting))[0] == ["failed"]


async def test_a_repeated_request_is_told_that_its_message_is_held(world: World) -> None:
    await pace(world, 0)
    key = {"headers": {"Idempotency-Key": "order-1"}}
    body = world.client.message(PHONE, "template", HELLO)
    first = await world.client.call("POST", world.client.messages_path, json=body, **key)

    again = await world.client.call("POST", world.client.messages_path, json=body, **key)

    assert (again.status, again.json) == (first.status, first.json)
    assert len(await held(world)) == 1


# -- Which templates are paced ------------------------------------------------------------------------------------


async def pace_account(world: World, left: int | None) -> None:
    account = (await world.operate("GET", "/accounts"))["accounts"][0]["waba_id"]
    await world.operate("PATCH", f"/accounts/{account}", json={"template_pacing": left})


async def left_of(world: World) -> Any:
    templates = (await world.operate("GET", "/templates"))["templates"]
    return next(each["pacing"] for each in templates if each["name"] == "hello_world")


async def test_a_template_that_is_resumed_is_paced_if_its_account_says_so(world: World) -> None:
    await pace_account(world, 3)
    before = await left_of(world)
    await happen(world, "PAUSED")

    await happen(world, "REINSTATED")

    assert (before, await left_of(world)) == (None, 3)


async def test_a_template_that_was_only_flagged_is_not_paced(world: World) -> None:
    await pace_account(world, 3)
    await happen(world, "FLAGGED")

    await happen(world, "REINSTATED")

    assert await left_of(world) is None


@CLOUD
@pytest.mark.parametrize(("category", "left"), [("MARKETING", 1), ("UTILITY", 1), ("AUTHENTICATION", None)])
async def test_a_marketing_or_utility_template_is_paced_from_its_approval_on(
    world: World, category: str, left: int | None
) -> None:
    await pace_account(world, 1)
    code = {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}
    components = [{"type": "BODY"}, code] if category == "AUTHENTICATION" else [{"type": "BODY", "text": "Hello there"}]
    new = {"name": "fresh", "language": "en_US", "category": category, "components": components}
    account = (await world.operate("GET", "/accounts"))["accounts"][0]["waba_id"]
    path = world.either(cloud=f"/v24.0/{account}/message_templates", onprem="")

    answer = await world.client.call("POST", path if world.client.face == "meta" else "/message_templates", json=new)

    assert answer.status == 200, answer
    await world.hook.wait_until(lambda: bool(world.hook.received))  # the approval
    templates = (await world.operate("GET", "/templates"))["templates"]
    assert next(each["pacing"] for each in templates if each["name"] == "fresh") == left


@META
async def test_a_template_that_is_deleted_takes_what_it_holds_with_it(world: World) -> None:
    await pace(world, 0)
    waiting = await world.send("template", HELLO)
    account = (await world.operate("GET", "/accounts"))["accounts"][0]["waba_id"]

    deleted = await world.client.call("DELETE", f"/v24.0/{account}/message_templates?name=hello_world")

    assert deleted.status == 200
    assert await world.failure_of(waiting) == (["failed"], 132001)


@META
@pytest.mark.parametrize("left", [-1, 1_000_001, "1", 1.5], ids=json.dumps)
async def test_a_pace_that_cannot_be_is_refused(world: World, left: Any) -> None:
    answer = await world.control.call("PATCH", f"/templates/{await template_id(world)}", json={"pacing": left})

    assert answer.status == 400, answer
    assert await left_of(world) is None


# -- Restarts -----------------------------------------------------------------------------------------------------


async def test_what_is_held_outlives_a_restart_and_so_does_the_pace(face: str, tmp_path: Path) -> None:
    async with open_world(face, tmp_path / "data") as world:
        await pace(world, 2)
        out = await world.send("template", HELLO)
        assert await world.words_of(out, world.told) == world.told_words

    async with open_world(face, tmp_path / "data") as world:
        left = await left_of(world)
        await world.send("template", HELLO)
        waiting = await world.send("template", HELLO)

    async with open_world(face, tmp_path / "data") as world:
        found = await held(world)
        await decide(world, "release")
        assert await world.words_of(waiting, world.told) == world.told_words
    assert (left, found) == (1, [waiting])


async def test_a_snapshot_brings_back_what_was_held(world: World) -> None:
    await pace(world, 0)
    waiting = await world.send("template", HELLO)
    kept = await world.operate("GET", "/snapshot")
    await world.operate("POST", "/reset")
    after_reset = await left_of(world)

    await world.operate("PUT", "/snapshot", json=kept)

    assert (after_reset, await held(world)) == (None, [waiting])
    await decide(world, "release")
    assert await world.words_of(waiting, world.told) == world.told_words
