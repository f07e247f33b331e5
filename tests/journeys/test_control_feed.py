"""The live feed: what the console is told while it is open."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest
from tests.support.feed import TOKEN, listening
from tests.support.media import png
from tests.support.operator import PHONE, Operator
from tests.support.server import ADMIN, NUMBER, running

pytestmark = pytest.mark.anyio


@pytest.fixture
def operator(kept_operator: Operator) -> Operator:
    return kept_operator


async def test_a_message_is_told_with_its_phone(operator: Operator) -> None:
    async with listening(operator.server.base_url) as feed:
        sent = await operator.send_text()

        event = await feed.event()

    assert event is not None
    assert event.changes == {
        "messages": [sent], "deliveries": event.changes["deliveries"], "phones": [PHONE], "world": [], "all": False,
    }  # fmt: skip


@pytest.mark.alone(
    "a delivery that is tried again by a worker is no new row, and so is not told to who listens elsewhere"
)
async def test_a_delivery_is_told_once_it_is_done(operator: Operator) -> None:
    sent = await operator.send_text()
    await operator.hook.wait_for_status(sent, "read")
    delivery = (await operator.call("GET", f"/webhooks/deliveries?message={sent}"))["deliveries"][0]["id"]

    async with listening(operator.server.base_url) as feed:
        await operator.call("POST", f"/webhooks/deliveries/{delivery}/redeliver")

        await feed.hear("deliveries", delivery)
        await feed.hear("messages", sent)


async def test_what_a_user_writes_is_told(operator: Operator) -> None:
    async with listening(operator.server.base_url) as feed:
        written = await operator.control.write("4915550002222", "Hello")

        await feed.hear("messages", written["id"])


@pytest.mark.parametrize(
    ("topic", "method", "path", "body"),
    [
        ("clock", "PUT", "/clock", {"advance_seconds": 60}),
        ("rules", "POST", "/rules", {"fail": {"code": 131026}}),
        ("rules", "DELETE", "/rules", None),
        ("numbers", "PUT", f"/numbers/{NUMBER}", {"name": "Other"}),
        ("reset", "POST", "/reset", None),
    ],
)
async def test_what_else_changes_is_told_by_its_topic(
    operator: Operator, topic: str, method: str, path: str, body: object
) -> None:
    async with listening(operator.server.base_url) as feed:
        await operator.call(method, path, json=body)

        await feed.hear("world", topic)


async def test_a_new_token_is_told_as_a_change_of_its_number(own_operator: Operator) -> None:
    async with listening(own_operator.server.base_url) as feed:
        await own_operator.call("POST", "/tokens", json={"phone_number_id": NUMBER})

        await feed.hear("world", "numbers")


async def test_files_and_phones_are_told(operator: Operator) -> None:
    async with listening(operator.server.base_url) as feed:
        await operator.client.upload(png().data, png().mime)
        await feed.hear("world", "media")

        await operator.call("PATCH", f"/phones/{PHONE}", json={"online": False})
        await feed.hear("phones", PHONE)


async def test_what_is_too_much_to_be_named_is_told_as_everything(operator: Operator) -> None:
    async with listening(operator.server.base_url) as feed:
        await asyncio.gather(*(operator.control.write(f"49155500{n:05}", "Hi") for n in range(260)))

        while (event := await feed.event()) and not event.changes["all"]:
            assert len(event.changes["messages"]) <= 200

    assert event is not None
    assert event.changes == {"messages": [], "deliveries": [], "phones": [], "world": [], "all": True}


async def test_whoever_comes_again_after_something_was_missed_looks_at_everything(operator: Operator) -> None:
    async with listening(operator.server.base_url) as feed:
        await operator.send_text()
        heard = await feed.event()
    assert heard is not None

    async with listening(operator.server.base_url, {**TOKEN, "Last-Event-ID": heard.id}) as feed:
        again = await feed.event()

    assert again is not None
    assert again.changes["all"] is True


async def test_so_many_may_listen_and_no_more(operator: Operator) -> None:
    async with AsyncExitStack() as stack:
        statuses = [(await stack.enter_async_context(listening(operator.server.base_url))).status for _ in range(33)]
        assert statuses == [200] * 32 + [429]

    async def has_room() -> bool:
        async with listening(operator.server.base_url) as feed:
            return feed.status == 200

    async with asyncio.timeout(5):
        while not await has_room():
            pass


async def test_a_page_of_elsewhere_does_not_hear_it(operator: Operator) -> None:
    async with listening(operator.server.base_url, {**TOKEN, "Origin": "http://evil.example"}) as feed:
        assert feed.status == 403


async def test_it_ends_with_the_session(operator: Operator) -> None:
    base = operator.server.base_url
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar, headers={"Origin": base}) as browser:
        await browser.post(f"{base}/_waypost/v1/session", json={"admin_token": ADMIN})
        cookie = "; ".join(f"{each.key}={each.value}" for each in jar)
        async with listening(base, {"Cookie": cookie}) as feed:
            await browser.delete(f"{base}/_waypost/v1/session")

            assert feed.status == 200
            assert await feed.event() is None


async def test_it_ends_with_the_server_and_does_not_hold_it_up(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        async with running(tmp_path / "data") as server:
            feed = await stack.enter_async_context(listening(server.base_url))
            stopping = asyncio.get_running_loop().time()

        assert await feed.event() is None
        assert asyncio.get_running_loop().time() - stopping < 2.5


async def test_a_look_at_its_head_ends_at_once(operator: Operator) -> None:
    answer = await operator.control.call("HEAD", "/feed")

    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/event-stream")
