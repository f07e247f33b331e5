"""Templates of the first form, and messages that must not come too late."""

from typing import Any

import pytest
from tests.journeys.conftest import PHONE, World

pytestmark = pytest.mark.anyio

HSM: dict[str, Any] = {
    "namespace": "0f1e2d3c_4b5a_6978_8796_a5b4c3d2e1f0",
    "element_name": "parcel_update",
    "language": {"policy": "fallback", "code": "en_US"},
    "localizable_params": [
        {"default": "Rosa"},
        {"default": "$10.00", "currency": {"currency_code": "USD", "amount_1000": 10000}},
        {"default": "2 May", "date_time": {"component": {"day_of_month": 2, "month": 5, "year": 2024}}},
    ],
}


@pytest.fixture(params=["onprem"])
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


async def test_an_hsm_reaches_the_phone_as_its_template(world: World) -> None:
    sent = await world.send("hsm", HSM)

    assert await world.words_of(sent, 2) == ["delivered", "read"]
    assert [shown["body"] for shown in await world.shown_on()] == ["Hi Rosa, pay $10.00 before 2 May."]


async def test_an_hsm_of_a_template_with_a_media_header_is_refused(world: World) -> None:
    given = {**HSM, "element_name": "boarding_reminder", "language": {"policy": "deterministic", "code": "es"}}

    status, code = await world.refusal("hsm", {**given, "localizable_params": [{"default": "Rosa"}]})

    assert (status, 2000 <= code < 2070) == (400, True)


async def test_a_template_that_is_not_delivered_within_its_time_fails_with_410(world: World) -> None:
    await world.phone(online=False)
    sent = await world.send("hsm", HSM, ttl="PT1H")

    await world.advance(hours=1)

    assert await world.failure_of(sent) == (["failed"], 410)


async def test_a_template_that_was_delivered_in_time_is_not_touched(world: World) -> None:
    await world.phone(reads=False)
    sent = await world.send("hsm", HSM, ttl=3600)
    assert await world.words_of(sent, 1) == ["delivered"]

    await world.advance(hours=2)
    await world.phone(reads=True)

    assert await world.words_of(sent, 2) == ["delivered", "read"]


async def test_a_message_without_a_time_to_live_waits(world: World) -> None:
    await world.phone(PHONE, online=False)
    sent = await world.send("hsm", HSM)

    await world.advance(hours=2)
    await world.phone(PHONE, online=True)

    assert await world.words_of(sent, 2) == ["delivered", "read"]
