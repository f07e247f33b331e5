"""A webhook whose certificate only its owner's authority vouches for: `/v1/certificates/webhooks/ca` says so."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import LOOPBACK, World
from tests.support.certificates import Authority
from tests.support.operator import looked_at_until
from tests.support.receiver import Receiver
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio

ROOTS = "/v1/certificates/webhooks/ca"
TEXT = {"Content-Type": "text/plain"}


@pytest.fixture(params=["onprem"])
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"fetch_allow": LOOPBACK}


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
async def private(authority: Authority, tmp_path: Path) -> AsyncIterator[Receiver]:
    tls = authority.server_context("localhost", tmp_path)
    async with Receiver(tls=tls, verify_token="open sesame") as receiver:
        yield receiver


async def point_to(world: World, hook: Receiver) -> None:
    settings = {"webhooks": {"url": hook.url_at("/hook", host="localhost")}}
    answer = await world.client.call("PATCH", "/v1/settings/application", json=settings)
    assert answer.status == 200, answer


async def trust(world: World, authority: Authority) -> None:
    answer = await world.client.call("POST", ROOTS, data=authority.pem, headers=TEXT)
    assert answer.status == 200, answer


async def tried(world: World, message_id: str) -> str:
    """Wait for the first attempt to tell of a message, and return what became of it."""
    return str((await looked_at_until(bool, partial(attempts_of, world, message_id)))[0])


async def attempts_of(world: World, message_id: str) -> list[Any]:
    shown = await world.operate("GET", f"/webhooks/deliveries?message={message_id}")
    return [attempt for delivery in shown["deliveries"] for attempt in delivery["attempts"]]


async def test_the_trust_anchor_of_a_number_lets_its_webhook_be_called(
    world: World, private: Receiver, authority: Authority
) -> None:
    await point_to(world, private)
    await trust(world, authority)

    sent = await world.send("text", {"body": "Hello"})

    assert (await private.wait_for_status(sent, "delivered")).method == "POST"


async def test_without_the_trust_anchor_the_webhook_is_sent_nothing(
    world: World, private: Receiver, authority: Authority
) -> None:
    await point_to(world, private)
    await trust(world, authority)
    assert (await world.client.call("DELETE", ROOTS)).status == 200

    sent = await world.send("text", {"body": "Hello"})

    assert "certificate not valid" in await tried(world, sent)
    assert private.received == []


async def test_a_handshake_believes_the_trust_anchor_too(world: World, private: Receiver, authority: Authority) -> None:
    webhook = {"url": private.url_at("/hook", host="localhost"), "verify_token": "open sesame"}

    without = await world.control.call("PUT", f"/numbers/{NUMBER}", json={"webhook": webhook})
    await trust(world, authority)
    shown = await world.operate("PUT", f"/numbers/{NUMBER}", json={"webhook": webhook})

    assert (without.status, "certificate not valid" in str(without.json)) == (400, True)
    assert shown["webhook"]["url"] == webhook["url"]
