"""Two processes over one database that change the same thing at once: neither loses what the other has changed."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import msgspec
import pytest
from msgspec.structs import replace
from tests.journeys.conftest import ONE_STORE
from tests.support.cluster import cluster_of
from tests.support.media import pdf, sticker
from tests.support.operator import looked_at_until
from tests.support.server import ADMIN, NUMBER, TOKEN, Running, running
from tests.support.templates import definition

from waypost.app.flows import Flows
from waypost.errors import Refusal
from waypost.errors.management import WRONG_PIN
from waypost.flows.accounts import Account
from waypost.flows.directory import Directory
from waypost.flows.users import Users
from waypost.model import Number, NumberId, Webhook
from waypost.ports import DeliverySearch, Window
from waypost.wire.blocks import BlockedUser
from waypost.wire.definitions import NewTemplate
from waypost.wire.profile import ProfileChange

pytestmark = [pytest.mark.anyio, ONE_STORE]

Told = TypeVar("Told")
SHARED = {"role": "api", "rules": "relaxed", "template_review_seconds": 3600}
WISH = msgspec.convert(definition(), NewTemplate)
KEY = {"D360-API-KEY": TOKEN}


@pytest.fixture
async def two(anyio_backend: str, tmp_path: Path, database: str) -> AsyncIterator[list[Running]]:
    """Two processes that accept."""
    _ = anyio_backend
    shared = {**SHARED, "store": database, "media": str(tmp_path / "media")}
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(running(tmp_path / name, **shared)) for name in ("one", "two")]


@pytest.fixture
async def http(anyio_backend: str) -> AsyncIterator[aiohttp.ClientSession]:
    _ = anyio_backend
    async with aiohttp.ClientSession() as session:
        yield session


async def at_once(
    two: list[Running], do: Callable[[Flows, Number, Any], Awaitable[Told]], wishes: Iterable[Any]
) -> list[Any]:
    """Have the processes do something in turn, all at once; return what came of each, refusals included."""
    turns = zip(wishes, cycle(two), strict=False)
    done = (do(each.parts.flows, number_of(each), wish) for wish, each in turns)
    return await asyncio.gather(*done, return_exceptions=True)


def number_of(server: Running) -> Number:
    number = server.parts.resources.directory.number(NumberId(int(NUMBER)))
    assert number is not None
    return number


def users_of(server: Running) -> Users:
    resources = server.parts.resources
    return Users(resources.store, resources.directory, resources.clock)


async def test_a_profile_keeps_what_either_says(two: list[Running]) -> None:
    changes: list[dict[str, Any]] = [
        {"about": "We sell."},
        {"email": "shop@example.com"},
        {"address": "Here 1"},
        {"description": "A shop"},
        {"vertical": "RETAIL"},
        {"websites": ["https://shop.example.com"]},
    ]

    await at_once(two, lambda flows, number, change: flows.profiles.change(number, ProfileChange(**change)), changes)

    profile = await two[0].parts.flows.profiles.get(number_of(two[0]))
    assert [{name: getattr(profile, name) for name in change} for change in changes] == changes


async def test_a_sticker_pack_keeps_every_sticker(two: list[Running], http: aiohttp.ClientSession) -> None:
    webp = {**KEY, "Content-Type": "image/webp"}
    async with http.post(f"{two[0].base_url}/v1/media", headers=webp, data=sticker().data) as answer:
        media_id = (await answer.json())["media"][0]["id"]
    pack = {"publisher": "Shop", "name": "Pack"}
    async with http.post(f"{two[0].base_url}/v1/stickerpacks", headers=KEY, json=pack) as answer:
        path = f"/v1/stickerpacks/{(await answer.json())['stickerpacks'][0]['id']}/stickers"

    async def add(server: Running) -> int:
        async with http.post(f"{server.base_url}{path}", headers=KEY, json={"image_data_id": media_id}) as answer:
            return int((await answer.json())["stickers"][0]["index"])

    indexes = await asyncio.gather(*(add(server) for server in two * 6))

    async with http.get(f"{two[1].base_url}{path}", headers=KEY) as answer:
        listed = [sticker["index"] for sticker in (await answer.json())["stickers"]]
    assert (sorted(indexes), sorted(listed)) == (list(range(12)), list(range(12)))


async def test_a_code_dies_of_five_wrong_ones_wherever_they_come(two: list[Running]) -> None:
    await two[0].parts.flows.registration.request_code(number_of(two[0]))

    await at_once(
        two, lambda flows, number, code: flows.registration.verify_code(number, code), [f"00000{n}" for n in range(5)]
    )

    assert await two[0].parts.flows.registration.pending_code(number_of(two[0])) is None


async def test_a_number_without_a_pin_takes_one(two: list[Running]) -> None:
    await two[0].parts.resources.directory.change_number(
        number_of(two[0]),
        lambda now: replace(now, standing=replace(now.standing, verified=True, registered=False, pin=None)),
    )
    for server in two:
        await server.parts.resources.directory.load()
    pins = ["111111", "222222"]

    outcomes = await at_once(two, lambda flows, number, pin: flows.registration.register(number, pin), pins)

    await two[0].parts.resources.directory.load()
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert [refusal.fault.problem for refusal in refused] == [WRONG_PIN]
    assert number_of(two[0]).standing.pin == pins[outcomes.index(None)]


async def test_an_account_keeps_what_either_changes(two: list[Running]) -> None:
    waba_id = number_of(two[0]).waba_id
    changes: list[dict[str, Any]] = [{"review": "PENDING"}, {"disabled": True}, {"template_pacing": 5}]

    await at_once(
        two,
        lambda flows, _number, change: flows.standings.change_account(waba_id, lambda now: replace(now, **change)),
        changes,
    )

    await two[0].parts.flows.accounts.load(two[0].parts.resources.directory)
    assert two[0].parts.flows.accounts.get(waba_id) == Account(review="PENDING", disabled=True, template_pacing=5)


async def test_a_block_list_keeps_whom_either_blocks(two: list[Running]) -> None:
    users = [f"1555000200{last}" for last in range(8)]

    await at_once(two, lambda flows, number, user: flows.blocks.add(number, [BlockedUser(user)]), users)

    blocks = two[0].parts.flows.blocks
    await blocks.load(two[0].parts.resources.directory)
    assert blocks.users(number_of(two[0])) == users


async def test_a_user_is_added_once(two: list[Running]) -> None:
    passwords = ["Crm-b0t-Secret", "0ther-Secret!"]
    users = [users_of(each) for each in two]
    both = zip(users, passwords, strict=True)

    creations = (each.create(number_of(two[0]), "crm-bot", password) for each, password in both)
    outcomes = await asyncio.gather(*creations, return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Refusal"]
    number_id = await users[0].owner("crm-bot", passwords[outcomes.index(None)])
    assert number_id == NumberId(int(NUMBER))


async def test_a_number_is_added_once(two: list[Running], http: aiohttp.ClientSession) -> None:
    async def add(server: Running) -> int:
        wish, admin = {"number": "15550009876", "name": "Second"}, {"Authorization": f"Bearer {ADMIN}"}
        async with http.post(f"{server.base_url}/_waypost/v1/numbers", json=wish, headers=admin) as answer:
            return answer.status

    assert sorted(await asyncio.gather(*map(add, two))) == [200, 400]


async def test_bytes_of_an_upload_are_taken_once(two: list[Running]) -> None:
    data = pdf().data
    uploads, number = two[0].parts.flows.templates.uploads, number_of(two[0])
    wish = partial(uploads.begin, number, "1", mime="application/pdf", filename=None)
    name = await wish(length=len(data))

    async def some() -> AsyncIterator[bytes]:
        yield data[:10]

    outcomes = await at_once(
        two, lambda flows, number, offset: flows.templates.uploads.receive(number, name, offset, some()), [0, 0]
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Progress", "Refusal"]
    assert (await uploads.progress(number, name)).received == 10


async def test_settings_of_one_request_are_one_change(two: list[Running], http: aiohttp.ClientSession) -> None:
    """Of two, another process's could come in between."""
    login = {"Authorization": f"Basic {b64encode(f'admin:{TOKEN}'.encode()).decode()}"}
    async with http.post(f"{two[0].base_url}/v1/users/login", headers=login) as answer:
        admin = {"Authorization": f"Bearer {(await answer.json())['users'][0]['token']}"}
    hints = cluster_of(two[0].parts.resources.store).hints
    before = hints.changes

    wish = {"webhooks": {"url": "https://hook.example.com/"}, "callback_backoff_delay_ms": 3001}
    async with http.patch(f"{two[0].base_url}/v1/settings/application", headers=admin, json=wish) as answer:
        assert answer.status == 200

    number = number_of(two[0])
    assert number.webhook is not None
    assert (number.webhook.url, number.onprem.backoff_step_ms) == ("https://hook.example.com/", 3001)
    assert hints.changes == before + 1


async def test_a_template_is_created_once(two: list[Running]) -> None:
    outcomes = await at_once(two, lambda flows, number, wish: flows.templates.create(number, wish), [WISH, WISH])

    stored = await two[0].parts.resources.store.load_templates()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refusal", "Template"]
    assert [each.name for each in stored].count(WISH.name) == 1


async def test_a_template_keeps_what_either_changes(two: list[Running]) -> None:
    made = await two[0].parts.flows.templates.create(number_of(two[0]), WISH)
    await two[1].parts.resources.directory.load()

    await asyncio.gather(
        two[0].parts.flows.templates.review.rate(made, "RED"),
        two[1].parts.flows.templates.review.file_under(made, "MARKETING"),
    )

    (stored,) = [each for each in await two[0].parts.resources.store.load_templates() if each.id == made.id]
    assert (stored.quality, stored.category) == ("RED", "MARKETING")


async def test_processes_that_decide_on_a_template_at_once_decide_once(two: list[Running]) -> None:
    made = await two[0].parts.flows.templates.create(number_of(two[0]), WISH)
    subscribed = replace(number_of(two[0]), webhook=Webhook("https://hook.example.com/", trusted=True))
    await two[0].parts.resources.directory.save_number(subscribed)
    await two[1].parts.resources.directory.load()

    for each in two:
        each.parts.resources.clock.restore(frozen_at_ms=each.parts.resources.clock.now_ms() + 3_600_000)
    await at_once(two, lambda flows, _number, made: flows.templates.review.decide([made.id]), [made, made])

    store = two[0].parts.resources.store
    search = DeliverySearch(kind="message_template_status_update")
    told = await store.search_deliveries(search, Window(None, limit=10, most=100))
    assert len(told.rows) == 1


async def test_a_template_is_decided_on_when_the_process_that_took_it_is_gone(
    two: list[Running], tmp_path: Path, database: str
) -> None:
    shared = {**SHARED, "store": database, "media": str(tmp_path / "media")}
    async with running(tmp_path / "three", **shared) as third:
        made = await third.parts.flows.templates.create(number_of(third), WISH)
    directory = two[0].parts.resources.directory
    await looked_at_until(bool, partial(known, directory, made.id))

    two[0].parts.resources.clock.advance(timedelta(hours=2))

    async def status() -> str | None:
        template = directory.template_by_id(made.id)
        return template.status if template else None

    assert await looked_at_until(lambda status: status != "PENDING", status) == "APPROVED"


async def known(directory: Directory, template_id: int) -> bool:
    return directory.template_by_id(template_id) is not None
