"""The control API in the place of a program: templates made, changed and deleted, and messages sent."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, Kept, World
from tests.support.operator import Operator
from tests.support.server import NUMBER
from tests.support.templates import BODY, definition, filled

pytestmark = pytest.mark.anyio

PICTURE = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://shop.example/bike.png"]}}
TEXT: dict[str, Any] = {"messaging_product": "whatsapp", "to": PHONE, "type": "text", "text": {"body": "Hello"}}


@pytest.fixture
def operator(kept_operator: Operator) -> Operator:
    return kept_operator


@pytest.fixture
async def world(kept: Kept) -> AsyncIterator[World]:
    async with kept("meta") as opened:
        yield opened


async def approved(world: World) -> str:
    made = await world.operate("POST", "/templates", json=definition())
    return str((await world.operate("POST", f"/templates/{made['id']}/review", json={"event": "APPROVED"}))["id"])


# -- Templates ----------------------------------------------------------------------------------------------------


async def test_a_template_that_the_operator_made_reaches_a_phone(world: World) -> None:
    await approved(world)

    wish = {"messaging_product": "whatsapp", "to": PHONE, "type": "template", "template": filled()}
    sent = await world.operate("POST", f"/numbers/{NUMBER}/messages", json=wish)

    assert (sent["wa_id"], sent["held"]) == (PHONE, False)
    assert await world.words_of(sent["id"], 3) == ["sent", "delivered", "read"]
    assert [shown["body"] for shown in await world.shown_on()] == ["Hi Jo, ticket 8841 is ready for pickup."]


async def test_the_example_of_a_header_may_be_a_link(operator: Operator) -> None:
    made = await operator.call("POST", "/templates", json=definition(components=[PICTURE, BODY]))

    assert made["components"][0]["example"] == PICTURE["example"]


async def test_an_edit_replaces_the_components_and_begins_another_review(world: World) -> None:
    template_id = await approved(world)
    shorter = {"type": "BODY", "text": "Your bike is ready."}

    edited = await world.operate("PUT", f"/templates/{template_id}", json={"components": [PICTURE, shorter]})

    assert (edited["status"], edited["components"]) == ("PENDING", [PICTURE, shorter])


async def test_an_approved_template_can_be_edited_once_a_day_here_too(operator: Operator) -> None:
    made = await operator.call("POST", "/templates", json=definition())
    await operator.call("POST", f"/templates/{made['id']}/review", json={"event": "APPROVED"})
    change = {"components": [BODY]}

    await operator.call("PUT", f"/templates/{made['id']}", json=change)
    await operator.call("POST", f"/templates/{made['id']}/review", json={"event": "APPROVED"})

    assert (await operator.refused("PUT", f"/templates/{made['id']}", json=change))[0] == 400


async def test_a_deleted_template_is_gone_and_its_name_is_blocked(operator: Operator) -> None:
    made = await operator.call("POST", "/templates", json=definition())
    await operator.call("POST", f"/templates/{made['id']}/review", json={"event": "APPROVED"})

    await operator.call("DELETE", f"/templates/{made['id']}")

    shown = (await operator.call("GET", "/templates"))["templates"]
    assert made["id"] not in [template["id"] for template in shown]
    assert (await operator.refused("POST", "/templates", json=definition()))[0] == 400


BAD: list[dict[str, Any]] = [
    {}, definition(name="Bike Ready"), definition(components=[]), definition(waba_id="1"), definition(colour="red"),
    definition(components=[{"type": "BODY", "text": "Hi {{1}}, welcome."}]),
]  # fmt: skip


@pytest.mark.parametrize("wish", BAD)
async def test_what_breaks_a_rule_of_templates_is_refused(operator: Operator, wish: dict[str, Any]) -> None:
    assert (await operator.refused("POST", "/templates", json=wish))[0] in (400, 404)


async def test_the_account_is_named_where_there_are_several(own_operator: Operator) -> None:
    await own_operator.call("POST", "/numbers", json={"number": "15550009999", "waba_id": "77777777"})

    assert (await own_operator.refused("POST", "/templates", json=definition()))[0] == 400
    made = await own_operator.call("POST", "/templates", json=definition(waba_id="77777777"))
    assert made["waba_id"] == "77777777"


# -- Messages -----------------------------------------------------------------------------------------------------


async def test_a_text_is_sent_for_a_number_without_its_token(world: World) -> None:
    sent = await world.operate("POST", f"/numbers/{NUMBER}/messages", json=TEXT)

    assert await world.words_of(sent["id"], 3) == ["sent", "delivered", "read"]
    assert (await world.operate("GET", f"/messages/{sent['id']}"))["preview"] == "Hello"


WRONG: list[dict[str, Any]] = [
    {}, {**TEXT, "to": "12"}, {**TEXT, "text": {}}, {**TEXT, "type": "template", "template": filled("no_such")},
    {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.X"},
]  # fmt: skip


@pytest.mark.parametrize("wish", WRONG)
async def test_what_the_cloud_api_refuses_is_refused_here(operator: Operator, wish: dict[str, Any]) -> None:
    assert (await operator.refused("POST", f"/numbers/{NUMBER}/messages", json=wish))[0] in (400, 404)


async def test_an_unknown_number_sends_nothing(operator: Operator) -> None:
    assert (await operator.refused("POST", "/numbers/15559999999/messages", json=TEXT))[0] == 404
