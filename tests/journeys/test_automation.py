"""What a chat offers before anything was written, the shop it shows, and the edges beside messages."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, World, code_of, open_world
from tests.journeys.faces import CLOUD, META
from tests.support.server import NUMBER

from waypost.api.cloud.denied import EDGES

pytestmark = pytest.mark.anyio

NODE = f"/v24.0/{NUMBER}"
AUTOMATION = f"{NODE}/conversational_automation"
COMMERCE = f"{NODE}/whatsapp_commerce_settings"
COMMANDS = [{"command_name": "tickets", "command_description": "Book a ticket"}]


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


@META
async def test_automation_is_kept_member_by_member(world: World) -> None:
    await world.client.call("POST", AUTOMATION, json={"prompts": ["Book a flight"], "commands": COMMANDS})
    await world.client.call("POST", AUTOMATION, json={"enable_welcome_message": True})

    kept = {"enable_welcome_message": True, "prompts": ["Book a flight"], "commands": COMMANDS}
    assert await world.get(AUTOMATION) == kept
    shown = await world.get(f"{NODE}?fields=conversational_automation")
    assert shown == {"id": NUMBER, "conversational_automation": {"id": NUMBER, **kept}}


BAD: list[Any] = [
    {}, [], None, {"prompts": ["a"] * 5}, {"prompts": ["a" * 81]}, {"prompts": "a"}, {"enable_welcome_message": "yes"},
    {"commands": [{"command_name": "a" * 33, "command_description": "b"}]}, {"commands": [{"command_name": "a"}]},
    {"commands": [{"command_name": "a", "command_description": "b" * 257}]}, {"commands": COMMANDS * 31},
]  # fmt: skip


@META
@pytest.mark.parametrize("body", BAD, ids=lambda body: json.dumps(body)[:60])
async def test_automation_that_cannot_be_is_refused(world: World, body: Any) -> None:
    answer = await world.client.call("POST", AUTOMATION, json=body)

    assert answer.status == 400, answer
    assert await world.get(AUTOMATION) == {"enable_welcome_message": False, "prompts": [], "commands": []}


@META
async def test_the_shop_is_set_by_the_query(world: World) -> None:
    before = await world.get(COMMERCE)
    changed = await world.client.call("POST", f"{COMMERCE}?is_catalog_visible=true")

    assert before == {"data": [{"id": NUMBER, "is_cart_enabled": True, "is_catalog_visible": False}]}
    assert (changed.status, changed.json) == (200, {"success": True})
    assert await world.get(COMMERCE) == {"data": [{"id": NUMBER, "is_cart_enabled": True, "is_catalog_visible": True}]}


@META
@pytest.mark.parametrize("query", ["", "?is_cart_enabled=maybe", "?is_cart_enabled=", "?colour=1"])
async def test_a_shop_that_cannot_be_is_refused(world: World, query: str) -> None:
    answer = await world.client.call("POST", COMMERCE + query)

    assert answer.status == 400, answer


def marketing(world: World) -> str:
    return f"{NODE}/marketing_messages" if world.client.face == "meta" else "/marketing_messages"


def template(name: str, *texts: str) -> Any:
    parameters = [{"type": "text", "text": text} for text in texts]
    components = [{"type": "body", "parameters": parameters}] if parameters else []
    return {"name": name, "language": {"code": "en_US"}, "components": components}


@CLOUD
async def test_a_marketing_template_is_sent_and_arrives(world: World) -> None:
    body = world.client.message(PHONE, "template", template("spring_offer", "Ann", "half price"))

    answer = await world.client.call("POST", marketing(world), json=body)

    assert answer.status == 200, answer
    sent = answer.json["messages"][0]
    assert sent["message_status"] == "accepted"
    assert await world.words_of(sent["id"], 3) == ["sent", "delivered", "read"]


@CLOUD
@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("text", {"body": "Hello"}, 131055),
        ("template", template("parcel_update", "Ann", "5", "Monday"), 134100),
        ("template", template("nothing"), 132001),
    ],
)
async def test_what_is_no_marketing_template_is_refused(world: World, kind: str, content: Any, code: int) -> None:
    answer = await world.client.call("POST", marketing(world), json=world.client.message(PHONE, kind, content))

    assert world.client.error_code(answer) == code


@CLOUD
@pytest.mark.parametrize(
    ("standing", "to", "code"),
    [
        ({"registered": False}, PHONE, 133010),
        ({"quality": "RED"}, NUMBER, 131021),
        ({"test_recipients": []}, PHONE, 131030),
    ],
)
async def test_what_is_wrong_with_the_number_or_the_recipient_is_told_before_the_kind_of_message(
    world: World, standing: Any, to: str, code: int
) -> None:
    await world.operate("PATCH", f"/numbers/{NUMBER}", json=standing)
    body = world.client.message(to, "text", {"body": "Hello"})

    answer = await world.client.call("POST", marketing(world), json=body)

    assert world.client.error_code(answer) == code


@META
@pytest.mark.parametrize(("method", "path"), EDGES)
async def test_flows_calls_and_groups_are_not_permitted(world: World, method: str, path: str) -> None:
    segments = [NUMBER if part.startswith("{") else part for part in path.split("/")]

    answer = await world.client.call(method, "/v24.0" + "/".join(segments), json={})

    assert code_of(world.client, answer) == (403, 10)
    assert answer.json["error"]["message"] == "(#10) Permission Denied"


@CLOUD
async def test_an_answer_says_how_much_of_the_calls_is_used(world: World) -> None:
    path = "/whatsapp_business_profile" if world.client.face == "proxy" else f"{NODE}/whatsapp_business_profile"
    account = (await world.operate("GET", f"/numbers/{NUMBER}"))["waba_id"]

    answer = await world.client.call("GET", path)

    assert json.loads(answer.headers["X-App-Usage"])["call_count"] == 0
    [used] = json.loads(answer.headers["X-Business-Use-Case-Usage"])[account]
    assert used == {
        "type": "whatsapp",
        "call_count": 0,
        "total_cputime": 0,
        "total_time": 0,
        "estimated_time_to_regain_access": 0,
    }


@META
async def test_an_account_without_a_registered_number_has_200_calls_an_hour(world: World) -> None:
    await world.operate("PATCH", f"/numbers/{NUMBER}", json={"registered": False})
    answers = [await world.client.call("GET", NODE) for _ in range(201)]
    refused = answers[-1]

    await world.advance(hours=1, seconds=1)

    assert {answer.status for answer in answers[:-1]} == {200}
    assert json.loads(answers[99].headers["X-App-Usage"])["call_count"] == 50
    assert code_of(world.client, refused) == (400, 80007)
    assert 3_500 < int(refused.headers["Retry-After"]) <= 3_601
    assert (await world.client.call("GET", NODE)).status == 200


async def test_relaxed_rules_count_no_calls(tmp_path: Path) -> None:
    async with open_world("meta", tmp_path / "data", rules="relaxed") as world:
        await world.operate("PATCH", f"/numbers/{NUMBER}", json={"registered": False})

        answers = [await world.client.call("GET", NODE) for _ in range(201)]

        assert {answer.status for answer in answers} == {200}
