"""A template's life on both Cloud faces: created, reviewed, sent, paused, edited, deleted."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.journeys.conftest import PHONE, World, open_world
from tests.journeys.faces import META, PROXY
from tests.support.clients import Body
from tests.support.server import NUMBER
from tests.support.templates import BODY, Desk, definition, filled

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


STATUS = "message_template_status_update"
FACES = ["meta", "proxy"]
CONFIGS = "/v1/configs/templates"


@pytest.fixture(params=FACES)
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


# -- From creation to a phone -------------------------------------------------------------------------------------


async def test_a_created_template_is_approved_and_reaches_a_phone(world: World, desk: Desk) -> None:
    template_id = await desk.approved()

    sent = await world.send("template", filled())

    assert await world.words_of(sent, 3) == ["sent", "delivered", "read"]
    assert [shown["body"] for shown in await world.shown_on()] == ["Hi Jo, ticket 8841 is ready for pickup."]
    assert await desk.get(template_id) == {
        "name": "bike_ready",
        "parameter_format": "POSITIONAL",
        "components": [BODY],
        "language": "en_US",
        "status": "APPROVED",
        "category": "UTILITY",
        "id": template_id,
    }


async def test_the_answer_to_a_creation_has_id_status_and_category(desk: Desk) -> None:
    wish = definition(category="utility", components=[{**BODY, "type": "body"}])

    answer = await desk.call("POST", desk.edge, json=wish)

    template_id = answer.json["id"]
    assert answer.json == {"id": template_id, "status": "PENDING", "category": "UTILITY"}
    assert (await desk.get(template_id, fields="components"))["components"][0]["type"] == "BODY"


async def test_an_authentication_template_has_the_texts_of_the_platform(world: World, desk: Desk) -> None:
    button = {"type": "OTP", "otp_type": "COPY_CODE"}
    parts: list[Body] = [{"type": "BODY"}, {"type": "BUTTONS", "buttons": [button]}]
    await desk.approved(name="my_code", category="AUTHENTICATION", components=parts)
    code = {"type": "text", "text": "123456"}
    components = [
        {"type": "body", "parameters": [code]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [code]},
    ]

    await world.send("template", {"name": "my_code", "language": {"code": "en_US"}, "components": components})

    await world.hook.wait_until(lambda: len(world.hook.received) >= 4)
    assert [shown["body"] for shown in await world.shown_on()] == ["*123456* is your verification code."]


# -- Review -------------------------------------------------------------------------------------------------------


async def test_touching_parameters_are_rejected_as_the_sample_tells(world: World, desk: Desk) -> None:
    part = {"type": "BODY", "text": "Hi {{1}} {{2}}, come in.", "example": {"body_text": [["Jo", "Park"]]}}

    template_id = await desk.create(components=[part])

    [told] = await desk.told(STATUS, template_id)
    assert told == {
        "event": "REJECTED",
        "message_template_id": int(template_id),
        "message_template_name": "bike_ready",
        "message_template_language": "en_US",
        "reason": "INVALID_FORMAT",
        "message_template_category": "UTILITY",
        "rejection_info": {
            "reason": "Two parameters touch each other.",
            "recommendation": "Put words between the parameters.",
        },
    }
    assert (await desk.get(template_id, fields="rejected_reason"))["rejected_reason"] == "INVALID_FORMAT"
    assert await world.refusal("template", filled()) == (404, 132001)


@pytest.mark.parametrize(
    ("may_change", "category", "status"), [(True, "MARKETING", "APPROVED"), (False, "UTILITY", "REJECTED")]
)
async def test_an_advertisement_is_no_utility(desk: Desk, may_change: bool, category: str, status: str) -> None:
    part = {"type": "BODY", "text": "All bells are 20% off."}

    template_id = await desk.create(components=[part], allow_category_change=may_change)

    await desk.told(STATUS, template_id)
    shown = await desk.get(template_id)
    assert (shown["category"], shown["status"]) == (category, status)


@pytest.mark.parametrize("flags", [{"template_review_seconds": "3600"}])
async def test_a_review_takes_as_long_as_the_setting_says(world: World, desk: Desk) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    template_id = await desk.create()
    assert (await desk.get(template_id))["status"] == "PENDING"
    assert await world.refusal("template", filled()) == (404, 132001)

    await world.advance(seconds=3600)

    assert [told["event"] for told in await desk.told(STATUS, template_id)] == ["APPROVED"]
    assert await world.send("template", filled())


async def test_a_review_goes_on_after_a_restart(face: str, tmp_path: Path) -> None:
    slow = {"template_review_seconds": "3600"}
    async with open_world(face, tmp_path / "data", **slow) as world:
        template_id = await Desk(world).create()

    async with open_world(face, tmp_path / "data", **slow) as world:
        assert (await Desk(world).get(template_id))["status"] == "PENDING"
        await world.advance(seconds=3600)

        assert [told["event"] for told in await Desk(world).told(STATUS, template_id)] == ["APPROVED"]


async def test_a_decision_that_a_crash_left_untold_is_told(face: str, tmp_path: Path) -> None:
    async with open_world(face, tmp_path / "data", template_review_seconds="3600") as world:
        template_id = await Desk(world).create()
        directory = world.server.parts.resources.directory
        template = directory.template_by_id(int(template_id))
        assert template is not None
        await directory.save_template(replace(template, status="APPROVED", review_ms=1))

    async with open_world(face, tmp_path / "data") as world:
        assert [told["event"] for told in await Desk(world).told(STATUS, template_id)] == ["APPROVED"]
        other = await Desk(world).approved(name="another")

    async with open_world(face, tmp_path / "data") as world:
        third = await Desk(world).approved(name="third")
        assert await Desk(world).told(STATUS, template_id, 0) == []
    assert len({template_id, other, third}) == 3


# -- What an operator orders --------------------------------------------------------------------------------------


async def test_a_paused_template_is_refused_until_it_is_reinstated(world: World, desk: Desk) -> None:
    template_id = await desk.approved()

    await desk.order(template_id, "PAUSED")
    paused = await world.refusal("template", filled())
    await desk.order(template_id, "REINSTATED")

    assert paused == (400, 132015)
    assert await world.send("template", filled())
    told = await desk.told(STATUS, template_id, 3)
    assert [each["event"] for each in told] == ["APPROVED", "PAUSED", "REINSTATED"]
    assert told[1]["other_info"]["title"] == "FIRST_PAUSE"
    assert told[2]["other_info"]["title"] == "UNPAUSE"


async def test_a_disabled_template_is_refused(world: World, desk: Desk) -> None:
    template_id = await desk.approved()

    await desk.order(template_id, "DISABLED")

    assert await world.refusal("template", filled()) == (400, 132016)
    assert (await desk.told(STATUS, template_id, 2))[1]["other_info"]["title"] == "DISABLED"


async def test_quality_and_category_change_on_order(world: World, desk: Desk) -> None:
    template_id = await desk.approved()

    change = {"quality": "YELLOW", "category": "MARKETING"}
    await world.operate("PATCH", f"/templates/{template_id}", json=change)

    named = {
        "message_template_id": int(template_id),
        "message_template_name": "bike_ready",
        "message_template_language": "en_US",
    }
    assert await desk.told("message_template_quality_update", template_id) == [
        {"previous_quality_score": "UNKNOWN", "new_quality_score": "YELLOW", **named}
    ]
    assert await desk.told("template_category_update", template_id) == [
        {**named, "previous_category": "UTILITY", "new_category": "MARKETING"}
    ]
    shown = await desk.get(template_id, fields="quality_score,previous_category")
    assert (shown["quality_score"]["score"], shown["previous_category"]) == ("YELLOW", "UTILITY")


async def test_an_order_for_a_template_that_is_not_there_is_refused(world: World) -> None:
    answer = await world.control.call("POST", "/templates/1/review", json={"event": "PAUSED"})

    assert answer.status == 404


# -- Edits --------------------------------------------------------------------------------------------------------


async def test_an_edited_template_is_reviewed_again_and_sent_as_it_is_now(world: World, desk: Desk) -> None:
    template_id = await desk.approved()
    part = {"type": "BODY", "text": "Hello {{1}}, {{2}} waits here.", "example": {"body_text": [["Jo", "8841"]]}}

    edited = await desk.call("POST", desk.at(template_id), json={"components": [part]})

    assert edited.json == {"success": True, "id": template_id, "name": "bike_ready", "category": "UTILITY"}
    assert [told["event"] for told in await desk.told(STATUS, template_id, 2)] == ["APPROVED", "APPROVED"]
    [told] = await desk.told("message_template_components_update", template_id)
    assert told["message_template_element"] == part["text"]
    await world.send("template", filled())
    await world.hook.wait_until(lambda: len(world.hook.received) >= 6)
    assert [shown["body"] for shown in await world.shown_on()] == ["Hello Jo, 8841 waits here."]


async def test_an_approved_template_can_be_edited_once_a_day(world: World, desk: Desk) -> None:
    template_id = await desk.approved()
    change = {"components": [BODY]}
    await desk.call("POST", desk.at(template_id), json=change)
    await desk.told(STATUS, template_id, 2)

    second = await desk.refusal("POST", desk.at(template_id), json=change)
    await world.advance(hours=24)
    third = await desk.call("POST", desk.at(template_id), json=change)

    assert (second, third.status) == ((400, 100, 2388039), 200)


async def test_an_approved_template_can_be_edited_ten_times_in_a_month(world: World, desk: Desk) -> None:
    template_id = await desk.approved()
    for _ in range(10):
        await desk.call("POST", desk.at(template_id), json={"message_send_ttl_seconds": 60})
        await world.advance(days=1)

    eleventh = await desk.refusal("POST", desk.at(template_id), json={"message_send_ttl_seconds": 60})

    assert eleventh == (400, 100, 2388039)


@pytest.mark.parametrize("change", [{}, {"category": "MARKETING"}, {"category": "OTHER"}, {"components": []}])
async def test_an_edit_that_breaks_a_rule_is_refused(desk: Desk, change: Body) -> None:
    template_id = await desk.approved()

    assert (await desk.call("POST", desk.at(template_id), json=change)).status == 400
    assert (await desk.get(template_id))["status"] == "APPROVED"


async def test_a_template_under_appeal_cannot_be_edited(desk: Desk) -> None:
    template_id = await desk.approved()
    await desk.order(template_id, "IN_APPEAL")

    assert await desk.refusal("POST", desk.at(template_id), json={"components": [BODY]}) == (400, 100, 2388039)


# -- Deletions ----------------------------------------------------------------------------------------------------


async def test_a_deleted_template_is_gone_and_its_name_is_blocked_for_thirty_days(world: World, desk: Desk) -> None:
    await desk.approved()

    deleted = await desk.call("DELETE", desk.edge, params={"name": "bike_ready"})

    assert deleted.json == {"success": True}
    assert await world.refusal("template", filled()) == (404, 132001)
    assert await desk.refusal("POST", desk.edge, json=definition()) == (400, 100, 2388023)
    await world.advance(days=29, hours=23)
    assert await desk.refusal("POST", desk.edge, json=definition()) == (400, 100, 2388023)
    await world.advance(hours=1)
    assert await desk.approved()


async def test_a_name_is_deleted_in_all_languages_and_an_id_in_one(desk: Desk) -> None:
    english, german = await desk.approved(), await desk.approved(language="de")

    await desk.call("DELETE", desk.edge, params={"name": "bike_ready", "hsm_id": english})
    left = await desk.names(name="bike_ready")
    await desk.call("DELETE", desk.edge, params={"name": "bike_ready"})

    assert (left, await desk.names(name="bike_ready")) == (["bike_ready"], [])
    assert german


async def test_while_a_name_has_other_languages_only_the_deleted_one_is_blocked(desk: Desk) -> None:
    english, german = await desk.approved(), await desk.approved(language="de")

    await desk.call("DELETE", desk.edge, params={"name": "bike_ready", "hsm_id": english})

    assert await desk.refusal("POST", desk.edge, json=definition()) == (400, 100, 2388023)
    assert await desk.approved(language="fr")
    assert german


async def test_with_its_last_language_a_name_is_blocked(desk: Desk) -> None:
    english = await desk.approved()

    await desk.call("DELETE", desk.edge, params={"name": "bike_ready", "hsm_id": english})

    assert await desk.refusal("POST", desk.edge, json=definition(language="fr")) == (400, 100, 2388023)


async def test_several_ids_are_deleted_or_none(desk: Desk) -> None:
    ids = [await desk.create(name=name) for name in ("a", "b")]

    one_unknown = await desk.refusal("DELETE", desk.edge, params={"hsm_ids": json.dumps([ids[0], "1"])})
    beside = await desk.call("DELETE", desk.edge, params={"hsm_ids": json.dumps(ids), "name": "a"})
    kept = await desk.names(name="a")
    deleted = await desk.call("DELETE", desk.edge, params={"hsm_ids": json.dumps([int(each) for each in ids])})

    assert (one_unknown[:2], beside.status, kept) == ((404, 132001), 400, ["a"])
    assert (deleted.status, await desk.names(name="a,b")) == (200, [])


@pytest.mark.parametrize("query", [{}, {"name": "no_such"}, {"hsm_ids": "1"}, {"hsm_ids": "[]"}, {"hsm_ids": "[[1]]"}])
async def test_a_deletion_of_nothing_is_refused(desk: Desk, query: dict[str, str]) -> None:
    assert (await desk.call("DELETE", desk.edge, params=query)).status in (400, 404)


# -- Refusals of a creation ---------------------------------------------------------------------------------------


async def test_a_template_that_exists_is_refused_in_words_for_people(desk: Desk) -> None:
    await desk.create()

    answer = await desk.call("POST", desk.edge, json=definition())

    error = answer.json["error"]
    assert error.pop("fbtrace_id")
    assert error == {
        "message": "Invalid parameter",
        "type": "OAuthException",
        "code": 100,
        "error_subcode": 2388024,
        "error_data": {"blame_field_specs": [["language"]]},
        "is_transient": False,
        "error_user_title": "Content in This Language Already Exists",
        "error_user_msg": "There is already en_US content for the template 'bike_ready'.",
    }


BODY_AT_EDGE = {"type": "BODY", "text": "{{1}} is ready", "example": {"body_text": [["It"]]}}
BLAMED: dict[str, tuple[Body, int | None, str]] = {
    "a bad name": ({"name": "Bike"}, 2388046, "name"),
    "a name too long": ({"name": "b" * 513}, 2388040, "name"),
    "a bad language": ({"language": "english!"}, None, "language"),
    "a bad category": ({"category": "NEWS"}, None, "category"),
    "a bad time to live": ({"message_send_ttl_seconds": 5}, None, "message_send_ttl_seconds"),
    "a bad format of parameters": ({"parameter_format": "OTHER"}, None, "parameter_format"),
    "no body": ({"components": [{"type": "FOOTER", "text": "Bye"}]}, 2388072, "components"),
    "a variable at the edge": ({"components": [BODY_AT_EDGE]}, 2388299, "components"),
    "a body too long": ({"components": [{"type": "BODY", "text": "a" * 1025}]}, 2388040, "components"),
    "a bad header": (
        {"components": [{"type": "HEADER", "format": "SONG"}, {"type": "BODY", "text": "Hi"}]}, 2388047, "components",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BLAMED)
async def test_the_parameter_that_is_at_fault_is_blamed(desk: Desk, name: str) -> None:
    change, subcode, blamed = BLAMED[name]

    answer = await desk.call("POST", desk.edge, json={**definition(), **change})

    error = answer.json["error"]
    assert (error.get("error_subcode"), error["error_data"]) == (subcode, {"blame_field_specs": [[blamed]]})
    assert error["error_user_msg"].endswith(".")


async def test_a_fault_of_no_parameter_blames_none(desk: Desk) -> None:
    template_id = await desk.approved()
    await desk.call("POST", desk.at(template_id), json={"components": [BODY]})

    answer = await desk.call("POST", desk.at(template_id), json={"components": [BODY]})

    error = answer.json["error"]
    assert (error["error_subcode"], "error_data" in error) == (2388039, False)


async def test_an_unknown_handle_is_refused(desk: Desk) -> None:
    header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW1hZ2U=:ARno"]}}

    assert await desk.refusal("POST", desk.edge, json=definition(components=[header, BODY])) == (400, 100, 2388047)


async def test_an_account_creates_a_hundred_templates_an_hour_and_has_250(world: World, desk: Desk) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    there = len(await desk.names(limit="1000"))
    for name in range(100):
        await desk.create(name=f"bike_{name}")

    too_fast = await desk.refusal("POST", desk.edge, json=definition())
    await world.advance(hours=1)
    for name in range(100, 200):
        await desk.create(name=f"bike_{name}")
    await world.advance(hours=1)
    for name in range(200, 250 - there):
        await desk.create(name=f"bike_{name}")

    assert too_fast[:2] == (400, 80008)
    assert await desk.refusal("POST", desk.edge, json=definition()) == (400, 100, 2388019)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"name":"a"}', b'{"name":1,"language":"en","category":"UTILITY","components":[]}']
)
async def test_a_body_that_is_no_template_is_refused(desk: Desk, body: bytes) -> None:
    answer = await desk.call("POST", desk.edge, data=body, headers={"Content-Type": "application/json"})

    assert answer.status == 400


# -- Lists --------------------------------------------------------------------------------------------------------


async def test_pages_follow_one_another(desk: Desk) -> None:
    everything = await desk.names(limit="1000")

    first = (await desk.call("GET", desk.edge, params={"limit": "3"})).json
    second = (await desk.call("GET", first["paging"]["next"])).json
    back = {"limit": "3", "before": second["paging"]["cursors"]["before"]}

    assert [template["name"] for template in first["data"] + second["data"]] == everything[:6]
    assert await desk.names(**back) == everything[:3]


async def test_a_list_has_the_form_of_the_sample(desk: Desk) -> None:
    template_id = await desk.approved()

    listed = (await desk.call("GET", desk.edge, params={"name": "bike_ready"})).json

    shown = {"parameter_format": "POSITIONAL", "components": [BODY], "language": "en_US", "status": "APPROVED"}
    assert listed["data"] == [{"name": "bike_ready", **shown, "category": "UTILITY", "id": template_id}]
    assert listed["paging"].keys() == {"cursors"}
    assert listed["paging"]["cursors"].keys() == {"before", "after"}


async def test_the_last_page_has_no_next(desk: Desk) -> None:
    assert "next" not in (await desk.call("GET", desk.edge, params={"limit": "1000"})).json["paging"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"name": "login_code"}, ["login_code"]),
        ({"category": "authentication"}, ["login_code"]),
        ({"language": "es"}, ["boarding_reminder"]),
        ({"status": "PENDING,REJECTED"}, []),
        ({"status": "approved", "category": "MARKETING"}, ["spring_offer"]),
        ({"name": "no_such"}, []),
    ],
)
async def test_a_list_is_filtered(desk: Desk, query: dict[str, str], names: list[str]) -> None:
    assert await desk.names(**query) == names


async def test_fields_choose_what_is_shown(desk: Desk) -> None:
    answer = await desk.call("GET", desk.edge, params={"name": "login_code", "fields": "status,rejected_reason"})

    [shown] = answer.json["data"]
    assert shown.keys() == {"id", "status", "rejected_reason"}


@pytest.mark.parametrize("query", [{"fields": "colour"}, {"limit": "0"}, {"after": "!"}])
async def test_a_list_that_cannot_be_is_refused(desk: Desk, query: dict[str, str]) -> None:
    assert (await desk.call("GET", desk.edge, params=query)).status == 400


@META
async def test_another_account_is_not_there(desk: Desk) -> None:
    assert await desk.refusal("GET", "/v24.0/12345/message_templates") == (400, 100, 33)


# -- 360dialog's own paths ----------------------------------------------------------------------------------------


@PROXY
async def test_360dialog_shows_templates_in_its_own_form(desk: Desk) -> None:
    await desk.approved()
    query = {"limit": "1000", "sort": "id", "filters": '{"business_templates.name":"bike_ready"}'}

    listed = (await desk.call("GET", CONFIGS, params=query)).json

    [shown] = listed.pop("waba_templates")
    assert listed == {
        "count": 1,
        "filters": {"business_templates.name": "bike_ready"},
        "limit": 1000,
        "offset": 0,
        "sort": ["id"],
        "total": 1,
    }
    assert (shown["status"], shown["category"], shown["components"]) == ("approved", "UTILITY", [BODY])
    assert (shown["rejected_reason"], len(shown["namespace"])) == ("NONE", 36)


@PROXY
async def test_360dialog_pages_by_offset(desk: Desk) -> None:
    query = {"limit": "2", "offset": "1", "sort": "business_templates.name"}

    listed = (await desk.call("GET", CONFIGS, params=query)).json

    names = sorted(await desk.names(limit="1000"))
    assert [template["name"] for template in listed["waba_templates"]] == names[1:3]
    assert (listed["count"], listed["total"]) == (2, len(names))


@PROXY
@pytest.mark.parametrize(
    "query", [{"limit": "x"}, {"sort": "colour"}, {"filters": "{"}, {"filters": "[]"}, {"filters": '{"colour":"a"}'}]
)
async def test_360dialog_refuses_a_list_that_cannot_be(desk: Desk, query: dict[str, str]) -> None:
    answer = await desk.call("GET", CONFIGS, params=query)

    assert (answer.status, answer.json["meta"]["success"], answer.json["meta"]["http_code"]) == (400, False, 400)


@PROXY
@pytest.mark.parametrize("flags", [{"template_review_seconds": "60"}])
async def test_360dialog_answers_a_creation_with_the_template(desk: Desk) -> None:
    created = await desk.call("POST", CONFIGS, json=definition())

    assert (created.status, created.json["status"], created.json["name"]) == (201, "submitted", "bike_ready")


@PROXY
async def test_360dialog_wraps_the_refusal_of_its_upstream(desk: Desk) -> None:
    answer = await desk.call("POST", CONFIGS, json=definition("Bike"))

    said = answer.json["meta"]["developer_message"]
    assert said.startswith('Invalid payload ({"error":{')
    assert json.loads(said.removeprefix("Invalid payload (")[:-1])["error"]["error_subcode"] == 2388046
    assert (answer.status, answer.json["meta"]["success"]) == (400, False)


@PROXY
async def test_360dialog_refuses_an_unknown_key_itself(desk: Desk) -> None:
    answer = await desk.call("POST", CONFIGS, json=definition(), headers={"D360-API-KEY": "no"})

    assert (answer.status, answer.json["meta"]["developer_message"]) == (401, "Invalid api_key")


@PROXY
async def test_360dialog_deletes_a_name(desk: Desk) -> None:
    await desk.create()

    deleted = await desk.call("DELETE", f"{CONFIGS}/bike_ready")
    again = await desk.call("DELETE", f"{CONFIGS}/bike_ready")

    assert (deleted.status, again.status) == (200, 404)
    assert await desk.names(name="bike_ready") == []


@PROXY
async def test_360dialog_takes_a_link_as_an_example(desk: Desk) -> None:
    header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://tidewater.example/a.jpg"]}}

    created = await desk.call("POST", CONFIGS, json=definition(components=[header, BODY]))

    assert created.status == 201


# -- Subscribers --------------------------------------------------------------------------------------------------


async def test_numbers_with_one_webhook_are_told_once(world: World, desk: Desk) -> None:
    await world.operate("POST", "/numbers", json={"number": "15550199999"})
    await world.operate("PUT", "/numbers/15550199999", json={"webhook": {"url": world.hook.url}})

    template_id = await desk.approved()
    await world.write("text", {"body": "Hello"}, number=world.client.number)
    await world.hook.wait_until(lambda: bool(world.hook.messages()))

    assert len(await desk.told(STATUS, template_id)) == 1


async def test_a_template_of_an_account_is_sent_by_each_of_its_numbers(world: World, desk: Desk) -> None:
    await desk.approved()
    added: dict[str, Any] = await world.operate("POST", "/numbers", json={"number": "15550199999"})
    message = world.client.message(PHONE, "template", filled())

    headers = {"Authorization": f"Bearer {added['token']}", "D360-API-KEY": added["token"]}
    path = world.client.messages_path.replace(world.client.number, "15550199999")
    sent = await world.client.call("POST", path, json=message, headers=headers)

    assert sent.status == 200, sent


# -- Health -------------------------------------------------------------------------------------------------------


async def test_the_health_of_a_template_is_told_with_what_it_depends_on(desk: Desk) -> None:
    template_id = await desk.approved()

    shown = await desk.get(template_id, fields="health_status")

    entities = [
        {"entity_type": "MESSAGE_TEMPLATE", "id": template_id, "can_send_message": "AVAILABLE"},
        {"entity_type": "WABA", "id": str(desk.waba_id), "can_send_message": "AVAILABLE"},
        {"entity_type": "BUSINESS", "id": "500000000000009", "can_send_message": "AVAILABLE"},
        {"entity_type": "APP", "id": str(5_000_000_000_000_000 + int(NUMBER)), "can_send_message": "AVAILABLE"},
    ]
    assert shown == {"health_status": {"can_send_message": "AVAILABLE", "entities": entities}, "id": template_id}


async def test_a_template_that_is_not_approved_is_blocked_in_its_health(desk: Desk) -> None:
    template_id = await desk.approved()
    await desk.order(template_id, "PAUSED")

    health = (await desk.get(template_id, fields="health_status"))["health_status"]

    assert health["can_send_message"] == "BLOCKED"
    assert health["entities"][0]["errors"][0]["error_code"] == 141002
