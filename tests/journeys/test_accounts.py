"""Accounts: what is told of them and their tokens, and what the platform may do to them."""

import asyncio
import json
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, STRANGER, World, code_of
from tests.journeys.faces import META
from tests.support.server import NUMBER, SECRET, TOKEN

from waypost.wire.definitions import namespace

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


BUSINESS, APP = "500000000000009", str(5_000_000_000_000_000 + int(NUMBER))


async def waba(world: World) -> str:
    return str((await world.operate("GET", f"/numbers/{NUMBER}"))["waba_id"])


async def get(world: World, path: str) -> Any:
    answer = await world.client.call("GET", f"/v24.0{path}")
    assert answer.status == 200, answer
    return answer.json


async def platform(world: World, **changes: Any) -> None:
    await world.operate("PATCH", f"/accounts/{await waba(world)}", json=changes)


def noticed(world: World) -> list[tuple[str, Any]]:
    changes = [c for call in world.hook.received for entry in call.json["entry"] for c in entry["changes"]]
    return [(change["field"], change["value"]) for change in changes if change["field"] != "messages"]


@META
async def test_an_account_tells_the_default_fields(world: World) -> None:
    account = await waba(world)

    assert await get(world, f"/{account}") == {
        "id": account,
        "name": "Waypost",
        "currency": "USD",
        "timezone_id": "1",
        "message_template_namespace": namespace(int(account)),
    }


@META
async def test_an_account_tells_other_fields_when_asked(world: World) -> None:
    await platform(world, review="PENDING", name="Tidewater")

    shown = await get(world, f"/{await waba(world)}?fields=name,account_review_status,status,owner_business_info")

    assert shown == {
        "id": await waba(world),
        "name": "Tidewater",
        "account_review_status": "PENDING",
        "status": "ACTIVE",
        "owner_business_info": {"name": "Waypost", "id": BUSINESS},
    }


@META
async def test_the_business_owns_the_account_and_has_no_clients(world: World) -> None:
    owned = await get(world, f"/{BUSINESS}/owned_whatsapp_business_accounts?fields=id")
    clients = await get(world, f"/{BUSINESS}/client_whatsapp_business_accounts")

    assert (owned, clients) == ({"data": [{"id": await waba(world)}]}, {"data": []})


@META
async def test_me_the_app_and_the_business_have_names(world: World) -> None:
    assert await get(world, "/me") == {"id": "600000000000003", "name": "Waypost"}
    assert await get(world, f"/{APP}?fields=name") == {"id": APP, "name": "Waypost"}
    assert await get(world, f"/{BUSINESS}") == {"id": BUSINESS, "name": "Waypost"}


@META
async def test_a_token_is_told_by_its_account(world: World) -> None:
    data = (await get(world, f"/debug_token?input_token={TOKEN}"))["data"]

    assert (data["is_valid"], data["app_id"], data["type"]) == (True, APP, "SYSTEM_USER")
    assert data["granular_scopes"][0]["target_ids"] == [await waba(world)]


@META
async def test_a_token_that_is_none_is_told_to_be_none(world: World) -> None:
    other = await world.operate("POST", "/numbers", json={"number": "15550123458", "waba_id": "777777777"})

    unknown = await get(world, "/debug_token?input_token=nothing")
    foreign = await get(world, f"/debug_token?input_token={other['token']}")

    assert unknown["data"]["is_valid"] is False
    assert foreign == unknown


@META
async def test_a_token_is_exchanged_for_one_that_works(world: World) -> None:
    query = f"grant_type=fb_exchange_token&client_id={APP}&client_secret={SECRET}&fb_exchange_token={TOKEN}"

    exchanged = await get(world, f"/oauth/access_token?{query}")
    wrong = await world.client.call("GET", f"/v24.0/oauth/access_token?{query.replace(SECRET, 'guess')}")

    assert exchanged == {"access_token": TOKEN, "token_type": "bearer"}
    assert (wrong.status, wrong.json["error"]["code"]) == (401, 190)


@META
async def test_a_review_is_told(world: World) -> None:
    await platform(world, review="REJECTED")

    await world.hook.wait_until(lambda: len(noticed(world)) == 1)
    assert noticed(world) == [("account_review_update", {"decision": "REJECTED"})]


@META
async def test_a_restriction_is_told_like_the_sample(world: World) -> None:
    await world.stand_at("2026-09-21T00:00:00Z")

    await platform(world, restriction="RESTRICTED_BIZ_INITIATED_MESSAGING")

    await world.hook.wait_until(lambda: len(noticed(world)) == 1)
    restriction = {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1790553600}
    assert noticed(world) == [("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": [restriction]})]


@META
async def test_a_disabled_account_cannot_send_until_it_is_let_back(world: World) -> None:
    await world.stand_at("2026-09-21T00:00:00Z")
    await platform(world, disabled=True)
    refusal = await world.refusal("text", {"body": "Hello"})
    health = (await get(world, f"/{NUMBER}?fields=health_status"))["health_status"]["can_send_message"]
    await platform(world, disabled=False)

    await world.send("text", {"body": "Hello"}, to=PHONE)

    await world.hook.wait_until(lambda: len(noticed(world)) == 2)
    assert (refusal, health) == ((403, 131031), "BLOCKED")
    bans = [value["ban_info"] for _, value in noticed(world)]
    assert sorted(ban["waba_ban_state"] for ban in bans) == ["DISABLE", "REINSTATE"]
    assert bans[0]["waba_ban_date"] == "September 21, 2026"


BAD: list[Any] = [
    {"review": "MAYBE"}, {"disabled": "no"}, {"restriction": "x"}, {"currency": "dollars"}, {"colour": 1}, [], None,
]  # fmt: skip


@META
@pytest.mark.parametrize("change", BAD, ids=json.dumps)
async def test_an_account_that_cannot_be_is_refused(world: World, change: Any) -> None:
    before = await world.operate("GET", "/accounts")

    answer = await world.control.call("PATCH", f"/accounts/{await waba(world)}", json=change)

    assert answer.status == 400, answer
    assert await world.operate("GET", "/accounts") == before


@META
@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/1/owned_whatsapp_business_accounts", 100),
        ("/debug_token", 131008),
        ("/oauth/access_token", 100),
        ("/oauth/access_token?grant_type=fb_exchange_token", 190),
    ],
)
async def test_a_look_up_that_cannot_be_is_refused(world: World, path: str, code: int) -> None:
    answer = await world.client.call("GET", f"/v24.0{path}")

    assert code_of(world.client, answer)[1] == code


# -- What a restricted account may send ---------------------------------------------------------------------------

HELLO = {"name": "hello_world", "language": {"code": "en_US"}}
BY_BUSINESS, BY_CUSTOMER = "RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"


@META
@pytest.mark.parametrize(("restriction", "wa_id"), [(BY_BUSINESS, STRANGER), (BY_CUSTOMER, PHONE)])
async def test_a_restricted_account_cannot_send_what_the_restriction_names(
    world: World, restriction: str, wa_id: str
) -> None:
    await platform(world, restriction=restriction)

    assert await world.refusal("template", HELLO, to=wa_id) == (403, 368)


@META
@pytest.mark.parametrize(
    ("restriction", "wa_id"), [(BY_BUSINESS, PHONE), (BY_CUSTOMER, STRANGER), (None, STRANGER), (None, PHONE)]
)
async def test_a_restricted_account_sends_everything_else(world: World, restriction: str | None, wa_id: str) -> None:
    await platform(world, restriction=BY_BUSINESS)
    await platform(world, restriction=restriction)

    await world.send("template", HELLO, to=wa_id)


SEPTEMBER, OCTOBER = "2026-09-21T00:00:00Z", "2026-10-01T12:00:00Z"


def restrictions(world: World) -> list[Any]:
    return [value["restriction_info"][0]["expiration"] for _, value in noticed(world)]


@pytest.mark.parametrize(("until", "lasts"), [({}, 7 * 86_400), ({"restriction_until": OCTOBER}, 10.5 * 86_400)])
async def test_a_restriction_ends_by_itself_at_the_moment_that_was_told(
    world: World, until: dict[str, str], lasts: float
) -> None:
    await world.stand_at(SEPTEMBER)
    await platform(world, restriction=BY_BUSINESS, **until)
    await world.advance(seconds=lasts - 1)
    assert await world.refusal("template", HELLO, to=STRANGER) == world.either(cloud=(403, 368), onprem=(403, 1031))

    await world.advance(seconds=1)

    await world.send("template", HELLO, to=STRANGER)
    shown = (await world.operate("GET", "/accounts"))["accounts"][0]
    assert (shown["restriction"], shown["restriction_until"]) == (None, None)


@META
async def test_another_end_of_a_restriction_is_told_and_another_review_is_not(world: World) -> None:
    await world.stand_at(SEPTEMBER)
    await platform(world, restriction=BY_BUSINESS)
    await platform(world, restriction_until=OCTOBER)

    await platform(world, name="Tidewater")

    shown = (await world.operate("GET", "/accounts"))["accounts"][0]
    assert (shown["restriction"], shown["restriction_until"]) == (BY_BUSINESS, OCTOBER)
    await world.hook.wait_until(lambda: len(noticed(world)) == 2)
    assert sorted(restrictions(world)) == [1790553600, 1790856000]


@META
@pytest.mark.parametrize(
    "change",
    [
        {"restriction_until": OCTOBER},
        {"restriction": None, "restriction_until": OCTOBER},
        {"restriction": BY_BUSINESS, "restriction_until": SEPTEMBER},
        {"restriction": BY_BUSINESS, "restriction_until": "2026-10-01T12:00:00"},
    ],
    ids=json.dumps,
)
async def test_an_end_of_no_restriction_or_in_the_past_is_refused(world: World, change: Any) -> None:
    await world.stand_at(SEPTEMBER)

    answer = await world.control.call("PATCH", f"/accounts/{await waba(world)}", json=change)

    assert answer.status == 400, answer


# -- Fields of fields ---------------------------------------------------------------------------------------------


@META
async def test_an_account_tells_of_its_numbers_with_the_fields_in_braces(world: World) -> None:
    account = await waba(world)

    shown = await get(world, f"/{account}?fields=id,phone_numbers{{id,quality_rating}}")

    assert shown == {"id": account, "phone_numbers": {"data": [{"id": NUMBER, "quality_rating": "GREEN"}]}}


@META
async def test_a_field_in_braces_that_is_none_of_a_number_is_refused(world: World) -> None:
    answer = await world.client.call("GET", f"/v24.0/{await waba(world)}?fields=phone_numbers{{colour}}")

    assert answer.json["error"]["message"] == "(#100) Tried accessing nonexisting field (colour)"


@META
async def test_a_set_pin_is_told(world: World) -> None:
    answer = await world.client.call("POST", f"/v24.0/{NUMBER}", json={"pin": "482915"})

    assert answer.status == 200
    await world.hook.wait_until(lambda: len(noticed(world)) == 1)
    event = {"display_phone_number": NUMBER, "event": "PIN_CHANGED", "requester": "600000000000003"}
    assert noticed(world) == [("security", event)]


@META
async def test_changes_of_an_account_that_are_made_at_once_do_not_undo_each_other(world: World) -> None:
    changes = ({"name": "Tidewater"}, {"currency": "EUR"}, {"timezone_id": "7"})

    await asyncio.gather(*(platform(world, **change) for change in changes))

    shown = (await world.operate("GET", "/accounts"))["accounts"][0]
    assert (shown["name"], shown["currency"], shown["timezone_id"]) == ("Tidewater", "EUR", "7")
