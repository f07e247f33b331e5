"""Numbers: what is told of them, how they are verified and registered, and what the platform may think of them."""

import json
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, World, code_of
from tests.journeys.faces import CLOUD, META
from tests.support.clients import Body
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio

NODE = f"/v24.0/{NUMBER}"
PIN = "482915"


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


async def post(world: World, path: str, body: Any) -> Any:
    return await world.client.call("POST", path, json=body)


async def done(world: World, path: str, body: Any) -> None:
    answer = await post(world, path, body)
    assert (answer.status, answer.json["success"]) == (200, True), answer


async def refused(world: World, path: str, body: Any) -> tuple[int, int]:
    return code_of(world.client, await post(world, path, body))


async def register(world: World, pin: str = PIN) -> tuple[int, int]:
    answer = await post(world, f"{NODE}/register", {"messaging_product": "whatsapp", "pin": pin})
    return (200, 0) if answer.status == 200 else code_of(world.client, answer)


async def platform(world: World, **changes: Any) -> Any:
    return await world.operate("PATCH", f"/numbers/{NUMBER}", json=changes)


async def waba(world: World) -> str:
    return str((await world.operate("GET", f"/numbers/{NUMBER}"))["waba_id"])


def noticed(world: World) -> list[tuple[str, Any]]:
    """Return the fields that are about no message, with their values, in the order they came."""
    changes = [c for call in world.hook.received for entry in call.json["entry"] for c in entry["changes"]]
    return [(change["field"], change["value"]) for change in changes if change["field"] != "messages"]


# -- What is told ------------------------------------------------------------------------------------------------


@META
async def test_a_number_tells_its_id_and_the_default_fields(world: World) -> None:
    assert await world.get(NODE) == {
        "id": NUMBER,
        "display_phone_number": "+1 555-012-3456",
        "verified_name": "Waypost",
        "quality_rating": "GREEN",
    }


@META
async def test_a_number_tells_the_fields_of_the_sample_when_asked(world: World) -> None:
    fields = (
        "display_phone_number,verified_name,quality_rating,code_verification_status,name_status,throughput,"
        "whatsapp_business_manager_messaging_limit"
    )

    assert await world.get(f"{NODE}?fields={fields}") == {
        "id": NUMBER,
        "display_phone_number": "+1 555-012-3456",
        "verified_name": "Waypost",
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "throughput": {"level": "STANDARD"},
        "whatsapp_business_manager_messaging_limit": "TIER_UNLIMITED",
    }


@META
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "CONNECTED"),
        ("platform_type", "CLOUD_API"),
        ("account_mode", "LIVE"),
        ("messaging_limit_tier", "TIER_UNLIMITED"),
        ("is_pin_enabled", False),
        ("conversational_automation", {"id": NUMBER, "enable_welcome_message": False, "prompts": [], "commands": []}),
    ],
)
async def test_a_field_alone_comes_with_the_id(world: World, field: str, value: Any) -> None:
    assert await world.get(f"{NODE}?fields={field}") == {"id": NUMBER, field: value}


@META
@pytest.mark.parametrize("fields", ["colour", "id,colour", "verified_name,colour{id}"])
@pytest.mark.parametrize("path", ["number", "list"])
async def test_a_field_that_is_none_is_named_in_the_words_of_the_graph(world: World, path: str, fields: str) -> None:
    where = NODE if path == "number" else f"/v24.0/{await waba(world)}/phone_numbers"

    answer = await world.client.call("GET", f"{where}?fields={fields}")

    error = answer.json["error"]
    assert (answer.status, error["code"], error["message"], "error_data" in error) == (
        400,
        100,
        "(#100) Tried accessing nonexisting field (colour)",
        False,
    )


@META
async def test_the_numbers_of_an_account_are_listed_in_pages(world: World) -> None:
    account = await waba(world)
    await world.operate("POST", "/numbers", json={"number": "15550123457", "name": "Second"})
    await world.operate("POST", "/numbers", json={"number": "15550123458", "waba_id": "777777777"})

    whole = await world.get(f"/v24.0/{account}/phone_numbers?fields=verified_name")
    first = await world.get(f"/v24.0/{account}/phone_numbers?fields=id&limit=1")
    after = first["paging"]["cursors"]["after"]

    assert whole["data"] == [
        {"id": NUMBER, "verified_name": "Waypost"},
        {"id": "15550123457", "verified_name": "Second"},
    ]
    following = await world.get(first["paging"]["next"])
    assert first["data"] == [{"id": NUMBER}]
    assert (following["data"], "next" in following["paging"]) == ([{"id": "15550123457"}], False)
    assert (await world.get(f"/v24.0/{account}/phone_numbers?limit=1&after={after}"))["data"][0]["id"] == "15550123457"
    assert (await world.get("/v24.0/15550123457"))["verified_name"] == "Second"


@META
@pytest.mark.parametrize("path", ["/v24.0/777777777/phone_numbers", "/v24.0/15550123458", "/v24.0/777777777"])
async def test_another_account_does_not_exist_for_a_token(world: World, path: str) -> None:
    await world.operate("POST", "/numbers", json={"number": "15550123458", "waba_id": "777777777"})

    answer = await world.client.call("GET", path)

    assert (answer.status, answer.json["error"]["code"], answer.json["error"]["error_subcode"]) == (400, 100, 33)


# -- Code, registration, PIN -------------------------------------------------------------------------------------


@META
async def test_a_code_is_asked_for_shown_and_given_back(world: World) -> None:
    await platform(world, verified=False)

    await done(world, f"{NODE}/request_code", {"code_method": "SMS", "language": "en_US"})
    code = (await world.operate("GET", f"/numbers/{NUMBER}"))["verification_code"]
    wrong = await refused(world, f"{NODE}/verify_code", {"code": "1" + code})
    right = await post(world, f"{NODE}/verify_code", {"code": code})

    assert wrong == (400, 136025)
    assert (right.status, right.json) == (200, {"success": True, "id": NUMBER})
    shown = await world.operate("GET", f"/numbers/{NUMBER}")
    assert (shown["verified"], shown["verification_code"]) == (True, None)


@META
@pytest.mark.parametrize("seconds", [0, 601])
async def test_a_code_works_once_and_for_ten_minutes(world: World, seconds: int) -> None:
    await done(world, f"{NODE}/request_code", {"code_method": "VOICE", "language": "en_US"})
    code = (await world.operate("GET", f"/numbers/{NUMBER}"))["verification_code"]
    await world.advance(seconds=seconds)
    await post(world, f"{NODE}/verify_code", {"code": code})

    assert await refused(world, f"{NODE}/verify_code", {"code": code}) == (400, 136025)


@META
async def test_a_number_that_is_not_registered_cannot_send_on_any_face(world: World) -> None:
    await done(world, f"{NODE}/deregister", {})
    refusal = await world.refusal("text", {"body": "Hello"})
    key = {"D360-API-KEY": world.client.key}
    behind_proxy = await world.client.call(
        "POST", "/messages", headers=key, json=world.client.message(PHONE, "text", {})
    )
    with_a_bad_body = await world.refusal("text", {})
    by_control = await world.control.call(
        "POST", f"/numbers/{NUMBER}/messages", json=world.client.message(PHONE, "text", {"body": "Hello"})
    )

    registered = await register(world)

    assert refusal == with_a_bad_body == (400, 133010)
    assert behind_proxy.status == by_control.status == 400
    assert registered == (200, 0)
    assert await world.words_of(await world.send("text", {"body": "Hello"}), 3) == ["sent", "delivered", "read"]


@META
async def test_the_ladder_of_wrong_pins(world: World) -> None:
    await world.stand_at("2027-03-01T12:00:00Z")
    await done(world, NODE, {"pin": PIN})

    codes = []
    for pause in (0, 1, 6, 6, 6, 6, 6):
        await world.operate("PUT", "/clock", json={"advance_seconds": pause})
        codes.append((await register(world, "000000"))[1])

    assert codes == [133005, 133009, 133005, 133005, 133005, 133005, 133008]
    assert (await register(world))[1] == 133008
    await world.advance(seconds=1801)
    assert await register(world) == (200, 0)


@META
async def test_a_wait_is_told_in_the_details(world: World) -> None:
    await world.stand_at("2027-03-01T12:00:00Z")
    await done(world, NODE, {"pin": PIN})
    await register(world, "000000")

    answer = await post(world, f"{NODE}/register", {"messaging_product": "whatsapp", "pin": "000000"})

    assert answer.json["error"]["message"] == "(#133009) Two step verification PIN guessed too fast"
    assert answer.json["error"]["error_data"]["details"] == "The last PIN was wrong; wait 6 s."
    assert answer.headers["Retry-After"] == "6"


@META
async def test_a_number_without_a_pin_takes_the_first(world: World) -> None:
    first = await register(world, PIN)
    other = await register(world, "111111")

    assert (first, other) == ((200, 0), (400, 133005))
    assert (await world.get(f"{NODE}?fields=is_pin_enabled"))["is_pin_enabled"] is True


@META
async def test_a_number_that_is_not_verified_or_being_deleted_cannot_be_registered(world: World) -> None:
    await platform(world, verified=False, registered=False)
    unverified = await register(world)
    await platform(world, verified=True, deleted=True)
    deleted = await register(world)
    await world.advance(seconds=301)

    assert (unverified, deleted) == ((400, 133006), (400, 133015))
    assert await register(world) == (200, 0)


@META
async def test_the_eleventh_registration_in_72_hours_holds_the_number_for_72_hours(world: World) -> None:
    for _ in range(5):
        await done(world, f"{NODE}/deregister", {})
        assert await register(world) == (200, 0)

    eleventh = await register(world)
    await world.advance(hours=71)
    held = await refused(world, f"{NODE}/deregister", {})
    await world.advance(hours=2)

    assert (eleventh, held) == ((400, 133016), (400, 133016))
    assert await register(world) == (200, 0)


# -- What a business changes -------------------------------------------------------------------------------------


@META
async def test_settings_are_kept_member_by_member(world: World) -> None:
    await done(world, f"{NODE}/settings", {"calling": {"status": "DISABLED"}})
    await done(world, f"{NODE}/settings", {"user_identity_change": {"enable_identity_key_check": True}})

    assert await world.get(f"{NODE}/settings") == {
        "calling": {"status": "DISABLED"},
        "user_identity_change": {"enable_identity_key_check": True},
    }


@META
async def test_the_check_of_identities_is_a_setting(world: World) -> None:
    unchecked = await world.client.send(PHONE, "text", {"body": "Hello"}, recipient_identity_key_hash="old")

    await done(world, f"{NODE}/settings", {"user_identity_change": {"enable_identity_key_check": True}})

    checked = await world.refusal("text", {"body": "Hello"}, recipient_identity_key_hash="old")
    await done(world, f"{NODE}/settings", {"user_identity_change": {"enable_identity_key_check": False}})
    again = await world.client.send(PHONE, "text", {"body": "Hello"}, recipient_identity_key_hash="old")
    assert (unchecked.status, checked, again.status) == (200, (400, 137000), 200)


@META
@pytest.mark.parametrize(("decision", "name"), [("APPROVED", "Tidewater"), ("DECLINED", "Waypost")])
async def test_a_name_is_asked_for_and_decided_on(world: World, decision: str, name: str) -> None:
    await done(world, NODE, {"new_display_name": "Tidewater"})
    asked = await world.get(f"{NODE}?fields=verified_name,new_display_name,new_name_status")

    await platform(world, name_status=decision, name_reason="Because")

    await world.hook.wait_until(lambda: len(noticed(world)) == 1)
    assert (asked["verified_name"], asked["new_display_name"], asked["new_name_status"]) == (
        "Waypost",
        "Tidewater",
        "PENDING_REVIEW",
    )
    assert noticed(world) == [
        (
            "phone_number_name_update",
            {
                "display_phone_number": NUMBER,
                "decision": {"APPROVED": "APPROVED", "DECLINED": "REJECTED"}[decision],
                "requested_verified_name": "Tidewater",
                "rejection_reason": "Because",
            },
        )
    ]
    assert (await world.get(NODE))["verified_name"] == name


@META
async def test_the_query_and_a_form_do_as_well_as_a_body(world: World) -> None:
    by_query = await world.client.call("POST", f"{NODE}/request_code?code_method=SMS&language=en_US")
    by_form = await world.client.call("POST", f"{NODE}/register", data={"messaging_product": "whatsapp", "pin": PIN})

    assert (by_query.status, by_form.status) == (200, 200)


# -- What the platform changes -----------------------------------------------------------------------------------


@META
async def test_an_upgrade_is_told_like_the_sample(world: World) -> None:
    await platform(world, throughput=1000)

    await world.hook.wait_until(lambda: len(noticed(world)) == 1)
    assert noticed(world) == [
        (
            "phone_number_quality_update",
            {
                "display_phone_number": NUMBER,
                "event": "THROUGHPUT_UPGRADE",
                "current_limit": "TIER_UNLIMITED",
                "max_daily_conversations_per_business": "TIER_UNLIMITED",
            },
        )
    ]
    assert (await world.get(f"{NODE}?fields=throughput"))["throughput"] == {"level": "HIGH"}


@META
async def test_limit_and_quality_are_told_and_shown(world: World) -> None:
    await platform(world, tier="TIER_2K", quality="RED")

    await world.hook.wait_until(lambda: len(noticed(world)) == 3)
    events = [value["event"] for field, value in noticed(world) if field == "phone_number_quality_update"]
    assert sorted(events) == ["DOWNGRADE", "FLAGGED"]
    shown = await world.get(f"{NODE}?fields=quality_rating,whatsapp_business_manager_messaging_limit")
    assert shown == {"id": NUMBER, "quality_rating": "RED", "whatsapp_business_manager_messaging_limit": "TIER_2K"}


@META
@pytest.mark.parametrize(
    ("flags", "tiers", "told"),
    [
        (
            {},
            ["TIER_250", "TIER_UNLIMITED"],
            [
                {"max_daily_conversations_per_business": 250, "max_phone_numbers_per_business": 2},
                {"max_daily_conversations_per_business": -1, "max_phone_numbers_per_waba": 25},
            ],
        ),
        (
            {"graph_version": "v23.0"},
            ["TIER_2K"],
            [{"max_daily_conversation_per_phone": 2_000, "max_phone_numbers_per_waba": 25}],
        ),
    ],
)
async def test_what_a_business_may_do_is_told_when_its_messaging_limit_changes(
    world: World, tiers: list[str], told: list[Body]
) -> None:
    for tier in tiers:
        await platform(world, tier=tier)

    def capabilities() -> list[Body]:
        return [value for field, value in noticed(world) if field == "business_capability_update"]

    await world.hook.wait_until(lambda: len(capabilities()) == len(told))
    assert sorted(map(str, capabilities())) == sorted(map(str, told))
    dated = [call.json["entry"][0] for call in world.hook.received if call.method == "POST"]
    assert all(isinstance(entry["time"], int) for entry in dated)


@META
async def test_a_number_that_is_shared_with_the_app_sends_20_messages_a_second(world: World) -> None:
    await world.stand_at("2027-03-01T12:00:00Z")
    await platform(world, throughput=20)

    answers = [await world.client.send(f"1555000{at:04}", "text", {"body": "Hello"}) for at in range(21)]

    assert {answer.status for answer in answers[:20]} == {200}
    assert code_of(world.client, answers[20]) == (400, 130429)


@META
async def test_a_reset_brings_the_first_standing_back(world: World) -> None:
    await platform(world, quality="RED", throughput=20, registered=False, name_status="EXPIRED")

    await world.operate("POST", "/reset")

    shown = await world.operate("GET", f"/numbers/{NUMBER}")
    assert (shown["quality"], shown["throughput"], shown["registered"], shown["name_status"]) == (
        "GREEN",
        80,
        True,
        "APPROVED",
    )


BAD_CHANGES: list[Any] = [
    {"quality": "BLUE"}, {"throughput": 81}, {"throughput": "80"}, {"tier": "TIER_1K"}, {"registered": "yes"},
    {"name_status": "GOOD"}, {"colour": 1}, [], None,
]  # fmt: skip


@META
@pytest.mark.parametrize("change", BAD_CHANGES, ids=json.dumps)
async def test_a_standing_that_cannot_be_is_refused(world: World, change: Any) -> None:
    before = await world.operate("GET", f"/numbers/{NUMBER}")

    answer = await world.control.call("PATCH", f"/numbers/{NUMBER}", json=change)

    assert answer.status == 400, answer
    assert await world.operate("GET", f"/numbers/{NUMBER}") == before


# -- Health ------------------------------------------------------------------------------------------------------


@CLOUD
async def test_health_is_that_of_the_worst_entity(world: World) -> None:
    path = f"{NODE}?fields=health_status" if world.client.face == "meta" else "/health_status"
    account = await waba(world)
    await platform(world, name_status="PENDING_REVIEW")

    shown = await world.get(path)

    assert shown == {
        "health_status": {
            "can_send_message": "LIMITED",
            "entities": [
                {
                    "entity_type": "PHONE_NUMBER",
                    "id": NUMBER,
                    "can_send_message": "LIMITED",
                    "additional_info": ["The display name is not approved yet."],
                },
                {"entity_type": "WABA", "id": account, "can_send_message": "AVAILABLE"},
                {"entity_type": "BUSINESS", "id": "500000000000009", "can_send_message": "AVAILABLE"},
                {"entity_type": "APP", "id": str(5_000_000_000_000_000 + int(NUMBER)), "can_send_message": "AVAILABLE"},
            ],
        },
        "id": NUMBER,
    }


@CLOUD
async def test_a_number_that_is_not_registered_is_blocked_with_the_reason(world: World) -> None:
    path = f"{NODE}?fields=health_status" if world.client.face == "meta" else "/health_status"
    await platform(world, registered=False)

    health = (await world.get(path))["health_status"]

    assert health["can_send_message"] == "BLOCKED"
    assert health["entities"][0]["errors"][0]["error_code"] == 133010


# -- Bodies that cannot be ---------------------------------------------------------------------------------------

HOSTILE: list[Any] = [
    {}, [], None, 5, "x", {"pin": 482915}, {"pin": "12345"}, {"pin": "1234567"}, {"pin": "12345\n"}, {"pin": None},
    {"pin": "１２３４５６"}, {"code": 1}, {"code": ""}, {"code_method": "PIGEON", "language": "en"},
    {"code_method": "SMS", "language": "../.."}, {"calling": []}, {"calling": "on"}, {"new_display_name": ""},
    {"webhook_configuration": 5}, {"webhook_configuration": {}}, {"messaging_product": "whatsapp"},
]  # fmt: skip


@META
@pytest.mark.parametrize("body", HOSTILE, ids=json.dumps)
@pytest.mark.parametrize("edge", ["", "/register", "/verify_code", "/request_code", "/settings"])
async def test_a_body_that_cannot_be_is_refused(world: World, edge: str, body: Any) -> None:
    answer = await post(world, NODE + edge, body)

    assert answer.status == 400, answer
    assert answer.json["error"]["code"] in (100, 131008, 131009, 136025)
