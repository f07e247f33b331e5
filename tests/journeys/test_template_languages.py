"""An authentication template in several languages at once, which only Meta's graph has."""

from typing import Any

import pytest
from tests.journeys.conftest import World
from tests.support.clients import Answer, Body
from tests.support.templates import Desk

pytestmark = pytest.mark.anyio

STATUS = "message_template_status_update"
BUTTONS: Body = {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}
PARTS: list[Body] = [{"type": "BODY", "add_security_recommendation": True}, BUTTONS]
WISH: Body = {"name": "codes", "category": "AUTHENTICATION", "languages": ["en_US", "fr"], "components": PARTS}


@pytest.fixture
def face() -> str:
    return "meta"


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


async def upsert(desk: Desk, **changes: Any) -> Answer:
    return await desk.call("POST", f"/v24.0/{desk.waba_id}/upsert_message_templates", json={**WISH, **changes})


async def there(desk: Desk) -> dict[str, str]:
    """Return the languages that the template has, each with its id."""
    found = await desk.call("GET", desk.edge, params={"name": "codes"})
    return {each["language"]: each["id"] for each in found.json["data"]}


async def test_a_template_is_created_in_every_language_and_each_is_reviewed(desk: Desk) -> None:
    answer = await upsert(desk, languages=["en_US", "fr", "en_US"])

    ids = await there(desk)
    assert (answer.status, answer.json) == (
        200,
        {"data": [{"id": ids[code], "status": "PENDING", "language": code} for code in ("en_US", "fr")]},
    )
    assert [(await desk.told(STATUS, ids[code]))[0]["event"] for code in ("en_US", "fr")] == ["APPROVED", "APPROVED"]


async def test_the_languages_that_are_there_are_changed_and_the_others_created(desk: Desk) -> None:
    [known] = (await upsert(desk, languages=["fr"])).json["data"]
    await desk.told(STATUS, known["id"])

    answer = await upsert(
        desk, components=[{"type": "BODY"}, {"type": "FOOTER", "code_expiration_minutes": 5}, BUTTONS]
    )

    ids = await there(desk)
    assert [each["id"] for each in answer.json["data"]] == [ids["en_US"], known["id"]]
    await desk.told(STATUS, known["id"], 2)
    texts = [part.get("text") for part in (await desk.get(known["id"]))["components"]]
    assert texts == ["*{{1}}* is your verification code.", "This code expires in 5 minutes.", None]


async def test_a_footer_without_minutes_says_nothing_and_is_left_out(desk: Desk) -> None:
    [made] = (await upsert(desk, languages=["fr"], components=[*PARTS, {"type": "FOOTER"}])).json["data"]

    assert [part["type"] for part in (await desk.get(made["id"]))["components"]] == ["BODY", "BUTTONS"]


WRONG: list[Body] = [
    {"category": "UTILITY"},
    {"languages": []},
    {"languages": ["en_US", "no such"]},
    {"languages": ["en_US", 7]},
    {"components": [BUTTONS]},
    {"components": [{"type": "BODY", "text": "Hello"}, BUTTONS]},
    {"name": "No Name"},
]


@pytest.mark.parametrize("changes", WRONG)
async def test_a_request_that_breaks_a_rule_creates_nothing(desk: Desk, changes: Body) -> None:
    answer = await upsert(desk, **changes)

    assert (answer.status, answer.json["error"]["code"]) == (400, 100)
    assert await there(desk) == {}


async def test_a_language_that_cannot_be_changed_now_keeps_the_others_from_being_created(desk: Desk) -> None:
    [known] = (await upsert(desk, languages=["fr"])).json["data"]
    await desk.told(STATUS, known["id"])
    await desk.order(known["id"], "IN_APPEAL")

    answer = await upsert(desk)

    assert (answer.status, answer.json["error"]["error_subcode"]) == (400, 2388039)
    assert list(await there(desk)) == ["fr"]
