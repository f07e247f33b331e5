"""What people write as a number, and what the platform calls it, on every face."""

from typing import Any

import pytest
from tests.journeys.conftest import World
from tests.journeys.faces import ONPREM
from tests.support.clients import Body

pytestmark = pytest.mark.anyio

TEXT: Body = {"body": "Hello"}
RENUMBERED = [
    ("+55 82 99988-7766", "558299887766"),
    ("+551199887766", "5511999887766"),
    ("+525512345678", "5215512345678"),
    ("541112345678", "5491112345678"),
]


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


@pytest.mark.parametrize(("written", "wa_id"), RENUMBERED)
async def test_the_answer_echoes_the_number_and_names_the_platforms(world: World, written: str, wa_id: str) -> None:
    await world.write("text", TEXT, phone=written.replace("+", ""))

    answer = await world.client.send(written, "text", TEXT)

    assert answer.json["contacts"] == [{"input": written, "wa_id": wa_id}]
    told = await world.statuses_of(answer.json["messages"][0]["id"], world.told)
    assert {status["recipient_id"] for status in told} == {wa_id}
    assert len(await world.shown_on(wa_id)) == 1


@ONPREM
async def test_a_contact_check_answers_with_the_platforms_number(world: World) -> None:
    answer = await world.client.call("POST", "/v1/contacts", json={"contacts": [written for written, _ in RENUMBERED]})

    assert answer.json["contacts"] == [
        {"input": written, "status": "valid", "wa_id": wa_id} for written, wa_id in RENUMBERED
    ]


@pytest.mark.parametrize("flags", [{"strict_plus": True}])
@pytest.mark.parametrize(("written", "wa_id"), [("6505551234", "16505551234"), ("+49 30 1234567", "49301234567")])
async def test_read_strictly_digits_without_a_plus_are_of_the_business_numbers_country(
    world: World, written: str, wa_id: str
) -> None:
    answer = await world.client.send(written, "text", TEXT)

    assert answer.json["contacts"] == [{"input": written, "wa_id": wa_id}]


@pytest.mark.parametrize("flags", [{"strict_plus": True}])
@ONPREM
async def test_a_contact_check_reads_strictly_too(world: World) -> None:
    answer = await world.client.call("POST", "/v1/contacts", json={"contacts": ["650 555 1234"]})

    assert answer.json["contacts"] == [{"input": "650 555 1234", "status": "valid", "wa_id": "16505551234"}]


@pytest.mark.parametrize(
    "to", ["", "1", "123456", "1234567890123456", "whatsapp", "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668", "++1"]
)
async def test_what_is_no_number_is_refused_as_a_value_that_is_not_valid(world: World, to: str) -> None:
    assert await world.refusal("text", TEXT, to=to) == (400, world.either(cloud=131009, onprem=1009))


async def test_plus_spaces_hyphens_and_parentheses_are_dropped(world: World) -> None:
    answer: Any = await world.client.send("+1 (650) 555-1234", "text", TEXT)

    assert answer.json["contacts"] == [{"input": "+1 (650) 555-1234", "wa_id": "16505551234"}]
