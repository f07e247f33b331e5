"""The control API remembers the requests that were refused in their answer: why, what came, and what was said."""

import json
import re
from typing import Any

import pytest
from tests.journeys.conftest import ONE_STORE, PHONE, World
from tests.support.clients import Body
from tests.support.feed import listening
from tests.support.operator import Operator
from tests.support.server import NUMBER, TOKEN

pytestmark = [pytest.mark.anyio, ONE_STORE]

FACE = {"meta": "meta", "proxy": "360dialog", "onprem": "on-premises"}
TEXT = {"messaging_product": "whatsapp", "to": PHONE, "type": "text", "text": {"body": "Hello"}}


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


@pytest.fixture
def operator(kept_operator: Operator) -> Operator:
    return kept_operator


async def refusals(op: Operator, query: str = "") -> list[Body]:
    found: list[Body] = (await op.call("GET", f"/refusals{query}"))["refusals"]
    return found


async def test_a_template_that_does_not_fit_shows_what_was_sent_why_and_what_to_do(world: World) -> None:
    template = {"name": "order_update", "language": {"code": "en_US"}}  # without its two values
    sent = world.client.message(PHONE, "template", template)

    answer = await world.client.call("POST", world.client.messages_path, json=sent)

    shown = (await world.operate("GET", "/refusals"))["refusals"][0]
    assert (shown["face"], shown["method"], shown["path"]) == (
        FACE[world.client.face],
        "POST",
        world.client.messages_path,
    )
    assert (shown["status"], shown["code"]) == (answer.status, world.client.error_code(answer))
    assert json.loads(shown["body"]["text"]) == sent
    assert shown["answer"]["body"]["text"].encode() == answer.body
    assert (shown["phone_number_id"], shown["count"]) == (NUMBER, 1)
    assert shown["why"]["page"] == f"/_waypost#/errors/{shown['name']}"
    assert shown["why"]["fix"]
    assert [value for value in shown["headers"].values() if "<token>" in value]


@pytest.mark.parametrize(("kind", "body"), [("text", {"body": ""}), ("text", {}), ("no_such_type", {"x": 1})])
async def test_whatever_is_wrong_with_a_message_its_refusal_is_there(world: World, kind: str, body: Any) -> None:
    status, code = await world.refusal(kind, body)

    shown = (await world.operate("GET", "/refusals"))["refusals"]
    assert [(each["status"], each["code"]) for each in shown] == [(status, code)]


async def test_a_wrong_credential_is_shown_without_it(world: World) -> None:
    world.client.token = "EAAB-wrong-credential"

    answer = await world.client.send(PHONE, "text", {"body": "Hello"})

    listed = await world.control.call("GET", "/refusals")
    assert (answer.status, listed.json["refusals"][0]["status"]) == (401, 401)
    assert b"EAAB" not in listed.body


async def test_what_360dialog_refuses_in_words_of_its_own_is_shown_too(operator: Operator) -> None:
    key = {"D360-API-KEY": TOKEN}
    asked: list[tuple[str, str, Any]] = [
        ("POST", "/v1/configs/webhook", {"url": "no-url"}),
        ("POST", "/v1/configs/templates", {"name": "x"}),
        ("DELETE", "/v1/configs/templates/none", None),
        ("GET", "/waba_webhook", None),
    ]

    answers = []
    for method, path, body in asked:
        async with operator.client.session.request(
            method, operator.client.base + path, headers=key, json=body
        ) as answer:
            answers.append((method, path, answer.status, await answer.text()))

    shown = reversed(await refusals(operator))
    told = [(each["method"], each["path"], each["status"], each["answer"]["body"]["text"]) for each in shown]
    assert told == answers
    assert "{" not in "".join(each["sentence"] for each in await refusals(operator))


async def test_what_is_accepted_leaves_nothing_here(world: World) -> None:
    await world.send("text", {"body": "Hello"})

    assert (await world.operate("GET", "/refusals"))["refusals"] == []


async def test_no_credential_is_shown_wherever_it_was_put(operator: Operator) -> None:
    """In a header with the wrong scheme, in the query under a name in disguise, in a body, whole or broken."""
    secret, messages = "S3cr3t-value", f"/v24.0/{NUMBER}/messages"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    tried: list[tuple[str, str, dict[str, str], bytes]] = [
        ("POST", messages, {"Authorization": secret}, b"{}"),
        ("POST", messages, {"Authorization": f"Token {secret}"}, b"{}"),
        ("POST", f"{messages}?access%5Ftoken={secret}", {}, b"{}"),
        ("POST", "/messages", {"D360-API-KEY": secret}, json.dumps({"said": secret}).encode()),
        ("POST", "/mesages", {}, json.dumps({"password": secret, "x": {"access_token": secret}}).encode()),
        ("POST", "/mesages", {}, b'{"new_password" : "x\\"' + secret.encode()),
        ("POST", "/mesages", form, b"a=1&password=" + secret.encode()),
        ("POST", "/mesages", {"Content-Type": "text/plain"}, b"token=" + secret.encode()),
        ("POST", "/mesages", form, b"a=1&" * 200 + b"password=" + secret.encode()),
        ("POST", "/v1/users/login", {}, json.dumps({"whatever": secret}).encode()),
        ("PATCH", "/v1/settings/application", {}, json.dumps({"webhooks": {"url": secret}}).encode()),
        ("GET", f"/v24.0/oauth/access_token?client_secret={secret}&client_id=1", {}, b""),
    ]  # fmt: skip
    for method, path, headers, body in tried:
        given = {"Content-Type": "application/json", **headers}
        async with operator.client.session.request(
            method, operator.client.base + path, headers=given, data=body
        ) as got:
            assert got.status >= 400, (path, got.status)

    listed = await operator.control.call("GET", "/refusals")

    assert sum(each["count"] for each in listed.json["refusals"]) == len(tried)
    assert not re.search(secret, listed.body.decode(), re.IGNORECASE)


async def test_a_message_is_shown_as_it_was_sent(operator: Operator) -> None:
    """What only looks like a credential to a careless eye: the code of a language, the token of a flow."""
    body = {**TEXT, "type": "nothing", "x": {"language": {"code": "en_US"}, "flow_token": "mine", "text": "token: y"}}

    await operator.client.call("POST", operator.client.messages_path, json=body)

    shown = (await refusals(operator))[0]
    assert (json.loads(shown["body"]["text"]), shown["body_note"]) == (body, None)


async def test_a_long_body_is_kept_in_part_and_files_are_not_kept(operator: Operator) -> None:
    long = {**TEXT, "text": {"body": "é" * 20_000}}
    await operator.client.send(PHONE, "text", {"body": "é" * 20_000})
    await operator.client.upload(b"no picture", "image/png")

    upload, text = await refusals(operator)

    whole = len(json.dumps(long))
    assert text["body_bytes"] > whole / 2
    assert "Truncated" in text["body_note"]
    assert (len(text["body"]["text"]) <= 8_192, text["body"]["encoding"]) == (True, "utf-8")
    assert (upload["body"], upload["body_note"]) == (None, "Files are not kept.")


async def test_the_same_refusal_in_a_row_is_one_entry(operator: Operator) -> None:
    for _ in range(3):
        await operator.client.send(PHONE, "text", {})
    await operator.client.send(PHONE, "image", {})

    assert [each["count"] for each in await refusals(operator)] == [1, 3]


async def test_refusals_are_narrowed_down_paged_and_cleared(operator: Operator) -> None:
    call = operator.client.call
    await operator.client.send(PHONE, "text", {})
    await call("POST", "/messages", json={}, headers={"D360-API-KEY": TOKEN})
    await call("GET", "/v1/nothing")
    await call("GET", "/v24.0/no/such/path")

    first = await operator.call("GET", "/refusals?limit=3")
    rest = await operator.call("GET", f"/refusals?limit=3&before={first['next']}")
    assert [len(page["refusals"]) for page in (first, rest)] == [3, 1]
    assert rest["next"] is None
    assert [each["path"] for each in await refusals(operator, "?face=on-premises")] == ["/v1/nothing"]
    assert len(await refusals(operator, f"?number={NUMBER}")) == 4
    assert await refusals(operator, "?number=4930000000") == []
    some = (await refusals(operator))[-1]
    assert some in await refusals(operator, f"?code={some['code']}")
    assert await refusals(operator, "?code=132001") == []
    assert [each["path"] for each in await refusals(operator, "?text=GET+V1/NOTHING")] == ["/v1/nothing"]
    assert await operator.call("GET", f"/refusals/{some['id']}") == some
    assert (await operator.refused("GET", "/refusals?face=mine"))[:2] == (400, "invalid_value")
    assert (await operator.refused("GET", "/refusals?before=x"))[:2] == (400, "invalid_value")

    await operator.call("DELETE", "/refusals")

    assert (await operator.refused("GET", f"/refusals/{some['id']}"))[0] == 404
    assert await operator.call("GET", "/refusals") == {"refusals": [], "next": None, "forgotten": 0}


async def test_neither_the_control_api_nor_the_console_leaves_refusals(operator: Operator) -> None:
    await operator.control.call("GET", "/nothing")
    await operator.control.call("GET", "/messages?limit=x")
    await operator.client.call("GET", "/_waypost/nothing")
    await operator.client.call("GET", "/favicon.ico")

    assert await refusals(operator) == []


async def test_what_is_refused_by_its_head_alone_is_there_too(operator: Operator) -> None:
    await operator.client.call("GET", f"/v24.0/{NUMBER}?x={'y' * 9_000}")

    (shown,) = await refusals(operator)
    assert (shown["status"], len(shown["path"]) < 1_100) == (414, True)


async def test_a_download_that_is_not_found_is_there_though_it_is_said_in_plain_text(operator: Operator) -> None:
    await operator.client.call("GET", "/whatsapp_business/attachments/?mid=1&hash=x")

    (shown,) = await refusals(operator)
    assert (shown["status"], shown["sentence"]) == (404, shown["answer"]["body"]["text"].strip())


async def test_a_reset_forgets_refusals(operator: Operator) -> None:
    await operator.client.send(PHONE, "text", {})

    await operator.call("POST", "/reset")

    assert await refusals(operator) == []


async def test_the_feed_tells_of_a_refusal(operator: Operator) -> None:
    async with listening(operator.server.base_url) as listener:
        await operator.client.send(PHONE, "text", {})

        event = await listener.event()

    assert event is not None
    assert event.changes["world"] == ["refusals"]
