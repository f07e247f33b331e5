"""Webhooks over time: an app secret is changed without a gap, and a receiver that is gone is left alone."""

import asyncio
import hashlib
import hmac
import json
from functools import partial
from operator import itemgetter
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from tests.journeys.conftest import World
from tests.journeys.faces import META
from tests.support.clients import Body
from tests.support.operator import looked_at_until
from tests.support.receiver import Received
from tests.support.server import NUMBER, SECRET

from waypost.lib.signing import standard_secret

pytestmark = pytest.mark.anyio

PATH = f"/numbers/{NUMBER}"


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


async def told_next(world: World) -> Received:
    """Let the sample phone write, and return the call that tells of it."""
    count = len(world.hook.received)
    await world.write("text", {"body": "x"})
    return (await world.hook.wait_for_count(count + 1))[count]


def is_signed(got: Received, secret: str) -> bool:
    """Return whether a receiver that knows this one app secret takes the call, by the library for the standard."""
    try:
        return bool(Webhook(standard_secret(secret)).verify(got.body.decode(), got.headers) == json.loads(got.body))
    except WebhookVerificationError:
        return False


def hub(got: Received, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), got.body, hashlib.sha256).hexdigest()


# -- W25: the secret ----------------------------------------------------------------------------------------------


async def test_w25_for_a_day_both_secrets_sign_and_then_the_new_one_alone(world: World) -> None:
    changed = await world.operate("PATCH", PATH, json={"rotate_app_secret": True})
    new = changed["app_secret"]

    early = await told_next(world)
    await world.advance(hours=23.9)
    late = await told_next(world)
    await world.advance(hours=0.2)
    after = await told_next(world)

    assert [(is_signed(got, new), is_signed(got, SECRET)) for got in (early, late, after)] == [
        (True, True),
        (True, True),
        (True, False),
    ]
    assert [len(got.headers["webhook-signature"].split(" ")) for got in (early, late, after)] == [2, 2, 1]


async def test_w25_the_new_signature_comes_first_and_is_the_only_one_of_metas(world: World) -> None:
    changed = await world.operate("PATCH", PATH, json={"rotate_app_secret": True})

    got = await told_next(world)

    first = {**got.headers, "webhook-signature": got.headers["webhook-signature"].split(" ")[0]}
    library = Webhook(standard_secret(changed["app_secret"]))
    assert library.verify(got.body.decode(), first) == json.loads(got.body)
    assert got.headers["x-hub-signature-256"] == hub(got, changed["app_secret"])


async def test_w32_a_made_secret_is_told_once_and_a_given_one_never(world: World) -> None:
    made = await world.operate("PATCH", PATH, json={"rotate_app_secret": True})
    given = await world.operate("PATCH", PATH, json={"app_secret": "chosen-secret"})
    shown = await world.control.call("GET", "/numbers")

    got = await told_next(world)

    assert (len(made["app_secret"]) >= 32, given["app_secret"]) == (True, None)
    assert b"chosen-secret" not in shown.body
    assert made["app_secret"].encode() not in shown.body
    assert (is_signed(got, "chosen-secret"), is_signed(got, made["app_secret"]), is_signed(got, SECRET)) == (
        True,
        True,
        False,
    )


async def test_the_same_secret_again_changes_nothing(world: World) -> None:
    changed = await world.operate("PATCH", PATH, json={"app_secret": SECRET})

    got = await told_next(world)

    assert (changed["former_secret_until"], len(got.headers["webhook-signature"].split(" "))) == (None, 1)


BAD: list[Any] = [
    {},
    {"app_secret": ""},
    {"app_secret": "a b"},
    {"app_secret": "a\n"},
    {"app_secret": "x", "rotate_app_secret": True},
    {"rotate_app_secret": "yes"},
]


@META
@pytest.mark.parametrize("body", BAD)
async def test_a_change_without_one_clear_wish_is_refused(world: World, body: Any) -> None:
    refused = await world.control.call("PATCH", PATH, json=body)

    got = await told_next(world)

    assert refused.status == 400
    assert got.headers["x-hub-signature-256"] == hub(got, SECRET)


# -- W28: 410 -----------------------------------------------------------------------------------------------------


async def webhook_of(world: World) -> Body:
    [number] = (await world.operate("GET", "/numbers"))["numbers"]
    return dict(number["webhook"])


async def dead_letters(world: World, count: int) -> list[Body]:
    """Look until there are `count` dead letters."""
    look = partial(world.operate, "GET", "/webhooks/deliveries?state=dead")
    return list((await looked_at_until(lambda shown: len(shown["deliveries"]) >= count, look))["deliveries"])


async def test_w28_a_webhook_that_is_gone_is_disabled_and_not_called_again(world: World) -> None:
    world.hook.answer(410)

    await world.write("text", {"body": "1"})
    [gone] = await dead_letters(world, 1)
    await world.write("text", {"body": "2"})
    await dead_letters(world, 2)
    await world.advance(days=1)

    assert (len(world.hook.received), [attempt["status"] for attempt in gone["attempts"]]) == (1, [410])
    assert (await webhook_of(world))["disabled"] is True


async def be_gone_while_one_waits(world: World) -> None:
    """Let the webhook be gone when it hears of the second message, while what it hears of the first waits."""
    world.hook.answer(500, times=2)  # the first retry comes at once, the next after a while
    world.hook.answer(410)
    await world.write("text", {"body": "1"})
    await world.hook.wait_for_count(2)
    await world.write("text", {"body": "2"})
    await dead_letters(world, 1)


@META
async def test_w28_what_waited_for_a_retry_is_not_sent_to_a_webhook_that_is_gone(world: World) -> None:
    await be_gone_while_one_waits(world)

    await world.advance(days=1)

    await dead_letters(world, 2)
    assert len(world.hook.received) == 3


@META
async def test_w28_what_waited_for_a_retry_says_that_the_webhook_was_gone_before(world: World) -> None:
    await be_gone_while_one_waits(world)

    await world.advance(days=1)
    waited = min(await dead_letters(world, 2), key=itemgetter("id"))

    assert waited["why"]["sentence"] == (
        "The receiver answered 500, in attempt 2. Before the next it said, to another update, that it is gone (410)."
    )
    assert waited["why"]["fix"] == "Set the webhook again, to a receiver that is there."


@META
@pytest.mark.parametrize("flags", [{"log_level": "warning"}])
async def test_w28_the_log_says_that_a_webhook_was_disabled(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.hook.answer(410)

    await world.write("text", {"body": "1"})
    await dead_letters(world, 1)

    said = [(record.levelname, record.getMessage()) for record in caplog.records if record.name == "waypost.notify"]
    assert said == [("WARNING", "webhook.disabled")]


async def test_w28_a_webhook_that_is_set_again_is_called_again(world: World) -> None:
    world.hook.answer(410)
    await world.write("text", {"body": "1"})
    [gone] = await dead_letters(world, 1)

    await world.operate("PUT", PATH, json={"webhook": {"url": world.hook.url}})
    await world.operate("POST", f"/webhooks/deliveries/{gone['id']}/redeliver")
    again = (await world.hook.wait_for_count(2))[1]

    assert (again.headers["webhook-id"], (await webhook_of(world))["disabled"]) == (gone["id"], False)


async def test_w28_a_late_410_does_not_disable_the_webhook_that_was_set_meanwhile(world: World) -> None:
    hold = asyncio.Event()
    world.hook.answer(410, hold=hold)
    await world.write("text", {"body": "1"})
    await world.hook.wait_for_count(1)

    await world.operate("PUT", PATH, json={"webhook": {"url": world.hook.url_at("/new")}})
    hold.set()
    await dead_letters(world, 1)
    got = await told_next(world)

    assert (got.path, (await webhook_of(world))["disabled"]) == ("/new", False)
