"""What the console is for, in a real browser: see a message, tap at it, and find out everything that happened to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.browser import Browser, Visit
from tests.support.operator import PHONE, Operator, operating

pytestmark = pytest.mark.anyio

CHOICE = {
    "type": "button",
    "body": {"text": "Pick a colour"},
    "action": {
        "buttons": [
            {"type": "reply", "reply": {"id": "b", "title": "Blue"}},
            {"type": "reply", "reply": {"id": "g", "title": "Green"}},
        ]
    },
}


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with operating(tmp_path / "data") as op:
        yield op


async def test_the_link_of_the_start_signs_in_once(operator: Operator, browser: Browser) -> None:
    link = operator.server.ready.console_url

    async with browser.window(operator.server.base_url) as page:
        await page.go(link)
        await page.role("heading", "Messages").shown()

    async with browser.window(operator.server.base_url, expecting="401") as stranger:
        await stranger.go(link)
        assert await stranger.role("heading", "Messages").count() == 0
        await stranger.go("/_waypost/")
        await stranger.role("heading", "Sign in to the console").shown()


async def test_a_wrong_token_is_told_and_the_right_one_opens_the_console(operator: Operator, browser: Browser) -> None:
    async with browser.window(operator.server.base_url, expecting="401") as page:
        await page.go("/_waypost/")
        await page.label("Admin token").fill("wrong")
        await page.role("button", "Sign in").click()
        await page.role("alert").having("admin token is wrong").shown()

        await page.label("Admin token").fill("test-admin")
        await page.label("Admin token").press("Enter")
        await page.role("heading", "Messages").shown()

        await page.role("button", "Sign out").click()
        await page.role("heading", "Sign in to the console").shown()


async def test_a_message_is_seen_tapped_at_and_explained(operator: Operator, visit: Visit) -> None:
    async with visit(operator, f"/phones/{PHONE}") as page:
        sent = await operator.client.send(PHONE, "interactive", CHOICE)
        bubble = page.role("article", "From the business").having("Pick a colour")
        await bubble.shown()

        await bubble.role("button", "Green").click()

        told = await operator.inbound()
        assert told["interactive"]["button_reply"] == {"id": "g", "title": "Green"}
        await page.role("article", "From this phone").having("Green").shown()
        await bubble.text("Read", exact=True).shown()

        await bubble.role("link").click()
        await page.role("heading", "to +15550001111").first.shown()
        message_id = str(sent.json["messages"][0]["id"])
        call = await operator.hook.wait_for_status(message_id, "read")
        shown = await page.css("main").says()

    assert [word for word in ("Read", "Delivered", "Sent", message_id, "Pick a colour") if word not in shown] == []
    assert call.body
