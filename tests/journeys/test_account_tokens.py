"""A token of a whole account: on Meta's face it acts for every number of the account, and nowhere else for any."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support import media
from tests.support.clients import Answer, MetaClient
from tests.support.operator import PHONE, Operator, operating
from tests.support.server import NUMBER, TOKEN

pytestmark = pytest.mark.anyio

SIBLING = "4915550003333"
"""Another number of the same account."""
FOREIGN = "4915550004444"
"""A number of another account."""
FOREIGN_ACCOUNT = "300000000000042"
JPEG = media.jpeg()
TEXT = {"body": "Hello"}
HELLO = {"name": "hello_world", "language": {"code": "en_US"}}


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with operating(tmp_path / "data") as op:
        await op.call("POST", "/numbers", json={"number": SIBLING})
        await op.call("POST", "/numbers", json={"number": FOREIGN, "waba_id": FOREIGN_ACCOUNT})
        yield op


async def made(op: Operator, **wish: str) -> str:
    """Return a new token of the whole account."""
    wanted = {"phone_number_id": NUMBER, "reach": "account", **wish}
    return str((await op.call("POST", "/tokens", json=wanted))["token"])


def program(op: Operator, token: str, number: str = NUMBER) -> MetaClient:
    return MetaClient(op.client.session, op.client.base, number, token)


def code(answer: Answer) -> tuple[int, int, int | None]:
    error = answer.json["error"]
    return answer.status, error["code"], error.get("error_subcode")


UNKNOWN = (400, 100, 33)
NO_TOKEN = (401, 190, None)


async def test_one_token_sends_from_both_numbers_of_its_account(operator: Operator) -> None:
    token = await made(operator)

    sent = [await program(operator, token, number).send(PHONE, "template", HELLO) for number in (NUMBER, SIBLING)]

    shown = (await operator.call("GET", "/messages"))["messages"]
    names = {message["id"]: message["phone_number_id"] for message in shown}
    assert [names[answer.json["messages"][0]["id"]] for answer in sent] == [NUMBER, SIBLING]


async def test_a_number_that_joins_later_is_within_reach_at_once(operator: Operator) -> None:
    token, later = await made(operator), "4915550005555"
    before = code(await program(operator, token, later).send(PHONE, "text", TEXT))

    await operator.call("POST", "/numbers", json={"number": later})

    assert before == UNKNOWN
    assert (await program(operator, token, later).send(PHONE, "text", TEXT)).status == 200


async def test_a_number_of_another_account_is_as_unknown_as_any(operator: Operator) -> None:
    token = await made(operator)

    answers = [await program(operator, token, number).send(PHONE, "text", TEXT) for number in (FOREIGN, "999")]

    assert [code(answer) for answer in answers] == [UNKNOWN, UNKNOWN]
    assert code(await program(operator, token).call("GET", f"/v24.0/{FOREIGN}")) == UNKNOWN
    assert code(await program(operator, token).call("GET", f"/v24.0/{FOREIGN_ACCOUNT}/phone_numbers")) == UNKNOWN


async def test_the_token_of_one_number_still_acts_for_that_one(operator: Operator) -> None:
    assert code(await program(operator, TOKEN, SIBLING).send(PHONE, "text", TEXT)) == UNKNOWN


@pytest.mark.parametrize(
    ("method", "edge", "body"),
    [
        ("GET", "whatsapp_business_profile", None),
        ("POST", "whatsapp_business_profile", {"messaging_product": "whatsapp", "about": "Open"}),
        ("GET", "settings", None),
        ("GET", "block_users", None),
        ("POST", "message_qrdls", {"prefilled_message": "Hi"}),
        ("POST", "conversational_automation", {"enable_welcome_message": True}),
        ("POST", "deregister", None),
    ],
)
async def test_every_number_of_the_account_is_managed(
    operator: Operator, method: str, edge: str, body: dict[str, object] | None
) -> None:
    client = program(operator, await made(operator), SIBLING)

    assert (await client.call(method, f"/v24.0/{SIBLING}/{edge}", json=body)).status == 200


async def test_what_is_changed_is_the_number_that_the_path_names(operator: Operator) -> None:
    client = program(operator, await made(operator))

    changed = await client.call("POST", f"/v24.0/{SIBLING}", json={"pin": "123456"})

    pins = {number: (await operator.call("GET", f"/numbers/{number}"))["has_pin"] for number in (NUMBER, SIBLING)}
    assert (changed.status, pins) == (200, {NUMBER: False, SIBLING: True})


async def test_the_app_of_every_number_is_within_reach(operator: Operator) -> None:
    app_id = 5_000_000_000_000_000 + int(SIBLING)
    client = program(operator, await made(operator))

    assert (await client.call("GET", f"/v24.0/{app_id}/subscriptions")).status == 200
    assert code(await program(operator, TOKEN).call("GET", f"/v24.0/{app_id}/subscriptions")) == UNKNOWN


# -- Media: an id belongs to the number that uploaded it -----------------------------------------------------------


async def uploaded(client: MetaClient) -> str:
    return str((await client.upload(JPEG.data, JPEG.mime)).json["id"])


async def test_a_file_of_either_number_is_looked_up_and_downloaded(operator: Operator) -> None:
    token = await made(operator)
    mine, theirs = await uploaded(program(operator, token)), await uploaded(program(operator, token, SIBLING))

    got = [await program(operator, token).download(media_id) for media_id in (mine, theirs)]

    assert [answer.body for answer in got] == [JPEG.data, JPEG.data]


async def test_a_file_is_sent_by_the_number_that_uploaded_it_only(operator: Operator) -> None:
    token = await made(operator)
    theirs = await uploaded(program(operator, token, SIBLING))

    by_other = await program(operator, token).send(PHONE, "image", {"id": theirs})
    by_owner = await program(operator, token, SIBLING).send(PHONE, "image", {"id": theirs})

    assert (by_other.status, by_owner.status) == (400, 200)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_look_up_that_names_the_wrong_owner_is_refused(operator: Operator, method: str) -> None:
    client = program(operator, await made(operator))
    theirs = await uploaded(program(operator, client.token, SIBLING))

    wrong = await client.call(method, f"/v24.0/{theirs}?phone_number_id={NUMBER}")
    foreign = await client.call(method, f"/v24.0/{theirs}?phone_number_id={FOREIGN}")
    right = await client.call(method, f"/v24.0/{theirs}?phone_number_id={SIBLING}")

    assert (code(wrong), code(foreign), right.status) == (UNKNOWN, UNKNOWN, 200)


async def test_a_file_of_another_account_is_as_unknown_as_any(operator: Operator) -> None:
    own = await operator.call("POST", "/tokens", json={"phone_number_id": FOREIGN})
    theirs = await uploaded(program(operator, own["token"], FOREIGN))
    client = program(operator, await made(operator))

    answers = [await client.look_up(theirs), await client.delete(theirs)]

    assert [code(answer) for answer in answers] == [UNKNOWN, UNKNOWN]


async def test_a_picture_of_another_number_is_shown(operator: Operator) -> None:
    client, app = program(operator, await made(operator)), 5_000_000_000_000_000 + int(NUMBER)
    begun = await client.call(
        "POST", f"/v24.0/{app}/uploads", params={"file_length": str(len(JPEG.data)), "file_type": "image/jpeg"}
    )
    handle = await client.call("POST", f"/v24.0/{begun.json['id']}", data=JPEG.data)
    profile = f"/v24.0/{SIBLING}/whatsapp_business_profile"

    picture = {"messaging_product": "whatsapp", "profile_picture_handle": handle.json["h"]}
    await client.call("POST", profile, json=picture)

    shown = await client.call("GET", f"{profile}?fields=profile_picture_url")
    got = await client.call("GET", shown.json["data"][0]["profile_picture_url"])
    assert (got.status, got.body) == (200, JPEG.data)


# -- Where it is no credential -------------------------------------------------------------------------------------


async def test_it_is_no_key_of_360dialog(operator: Operator) -> None:
    headers = {"D360-API-KEY": await made(operator)}
    session, base = operator.client.session, operator.client.base

    async with session.get(f"{base}/v1/configs/phone_number", headers=headers) as got:
        refused = got.status, (await got.json())["meta"]["developer_message"]

    assert refused == (401, "Invalid api_key")


async def test_it_is_no_password_and_no_login_of_on_premises(operator: Operator) -> None:
    token = await made(operator)
    basic = base64.b64encode(f"admin:{token}".encode()).decode()
    session, base = operator.client.session, operator.client.base

    async with session.post(f"{base}/v1/users/login", headers={"Authorization": f"Basic {basic}"}) as got:
        login = got.status
    async with session.get(f"{base}/v1/health", headers={"Authorization": f"Bearer {token}"}) as got:
        health = got.status

    assert (login, health) == (401, 401)


# -- Its life ------------------------------------------------------------------------------------------------------


async def test_it_is_listed_and_taken_back_as_any_other(operator: Operator) -> None:
    token = await made(operator)
    [listed] = [each for each in (await operator.call("GET", "/tokens"))["tokens"] if each["reach"] == "account"]

    await operator.call("DELETE", f"/tokens/{listed['id']}")

    answers = [await program(operator, token, number).send(PHONE, "text", TEXT) for number in (NUMBER, SIBLING)]
    assert (listed["phone_number_id"], [code(answer) for answer in answers]) == (NUMBER, [NO_TOKEN, NO_TOKEN])


async def test_one_that_may_only_read_reads_from_every_number(operator: Operator) -> None:
    client = program(operator, await made(operator, scope="read"), SIBLING)

    assert (await client.call("GET", f"/v24.0/{SIBLING}")).status == 200
    assert (await client.send(PHONE, "text", TEXT)).status == 403


async def test_it_outlives_a_reset(operator: Operator) -> None:
    client = program(operator, await made(operator), SIBLING)

    await operator.call("POST", "/reset")

    assert (await client.send(PHONE, "text", TEXT)).status == 200


async def test_another_server_knows_it_from_a_snapshot(operator: Operator, tmp_path: Path) -> None:
    token = await made(operator)
    taken = await operator.call("GET", "/snapshot")

    async with operating(tmp_path / "other") as other:
        await other.call("PUT", "/snapshot", json=taken)

        assert (await program(other, token, SIBLING).send(PHONE, "text", TEXT)).status == 200


async def test_a_reach_that_there_is_not_makes_no_token(operator: Operator) -> None:
    refused = await operator.refused("POST", "/tokens", json={"phone_number_id": NUMBER, "reach": "business"})

    assert refused[:2] == (400, "invalid_parameter")
