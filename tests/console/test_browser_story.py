"""What the console is for, in a real browser: see a message, tap at it, and find out everything that happened to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.browser import Browser, Visit
from tests.support.operator import PHONE, Operator, operating
from tests.support.receiver import Answer, Receiver

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
async def alone(tmp_path: Path) -> AsyncIterator[Operator]:
    """Return a server of the test's own, in which nobody has signed in, and whose webhook hears of nothing else."""
    async with operating(tmp_path / "data") as op:
        yield op


async def test_the_link_of_the_start_signs_in_once(alone: Operator, browser: Browser) -> None:
    link = alone.server.ready.console_url

    async with browser.window(alone.server.base_url) as page:
        await page.go(link)
        await page.role("heading", "Messages").shown()

    async with browser.window(alone.server.base_url, expecting="401") as stranger:
        await stranger.go(link)
        assert await stranger.role("heading", "Messages").count() == 0
        await stranger.go("/_waypost/")
        await stranger.role("heading", "Sign in to the console").shown()


async def test_a_wrong_token_is_told_and_the_right_one_opens_the_console(alone: Operator, browser: Browser) -> None:
    async with browser.window(alone.server.base_url, expecting="401") as page:
        await page.go("/_waypost/")
        await page.label("Admin token").fill("wrong")
        await page.role("button", "Sign in").click()
        await page.role("alert").having("admin token is wrong").shown()

        await page.label("Admin token").fill("test-admin")
        await page.label("Admin token").press("Enter")
        await page.role("heading", "Messages").shown()

        await page.role("button", "Sign out").click()
        await page.role("heading", "Sign in to the console").shown()


async def test_a_message_is_seen_tapped_at_and_explained(operator: Operator, revisit: Visit) -> None:
    async with revisit(operator, f"/phones/{PHONE}") as page:
        sent = await operator.client.send(PHONE, "interactive", CHOICE)
        bubble = page.role("article", "From the business").having("Pick a colour")
        await bubble.shown()

        await bubble.role("button", "Green").click()

        told = await operator.inbound()
        assert told["interactive"]["button_reply"] == {"id": "g", "title": "Green"}
        await page.role("article", "From this phone").having("Green").shown()
        await bubble.text("Read", exact=True).shown()

        await bubble.role("link").click()
        message_id = str(sent.json["messages"][0]["id"])
        call = await operator.hook.wait_for_status(message_id, "read")
        story = page.role("region", "What happened")
        await story.text("Read", exact=True).first.shown()
        rows = await story.says()
        webhook = story.role("listitem").having("Webhook told: read")
        await webhook.text("Exact bytes, headers").click()
        await webhook.role("tab", "Verify").click()
        await webhook.text(call.headers["x-hub-signature-256"]).first.shown()
        await webhook.role("tab", "Body").click()
        await webhook.role("button", "exact").click()
        await webhook.text(call.body.decode()).shown()
        await webhook.text("200", exact=True).first.shown()

    wanted = ["Request accepted", "Customer service window", "passed", "Sent", "Delivered", "Read", "Webhook told:"]
    assert [word for word in wanted if word not in rows] == []


# -- Why a message failed ------------------------------------------------------------------------------------------


async def test_a_window_that_the_clock_has_closed_is_told_with_its_reason_and_what_to_do(
    operator: Operator, revisit: Visit
) -> None:
    async with revisit(operator, "/messages") as page:
        await page.role("heading", "Messages").shown()
        await operator.call("PUT", "/clock", json={"advance_seconds": 86_460})
        await operator.send_text("Is tomorrow fine, too?")

        row = page.role("listitem").having("Is tomorrow fine, too?").having("131047")
        await row.role("link").click()

        why = page.role("alert", "Why did this fail?")
        await why.having("window").shown()
        await why.having("What to do:").having("131047").shown()
        said = await why.says()
        await why.role("link", "All about").click()
        await page.role("heading", "Re-engagement").first.shown()

        await page.open(f"/phones/{PHONE}")
        await page.role("link").having("A message did not arrive").having("131047").click()
        await why.shown()

    assert "24 h" in said


async def test_a_link_that_cannot_be_fetched_is_told_hop_by_hop(operator: Operator, revisit: Visit) -> None:
    async with Receiver() as files:
        files.always = Answer(404, b"gone", {"Content-Type": "text/html", "X-From": "the shop"})
        sent = await operator.client.send(PHONE, "image", {"link": files.url_at("/bike.jpg")})
        message_id = str(sent.json["messages"][0]["id"])
        await operator.hook.wait_for_status(message_id, "failed")

        async with revisit(operator, f"/messages/{message_id}") as page:
            why = page.role("alert", "Why did this fail?")
            await why.having("404").shown()
            await page.role("region", "What happened").role("listitem").having("404").first.shown()


async def test_a_webhook_that_answers_with_an_error_is_told_and_can_be_called_again(
    alone: Operator, visit: Visit
) -> None:
    await alone.call("PUT", "/clock", json={"frozen": True})  # so that the next try is far away
    alone.hook.answer(500, body=b"the database is asleep")
    message_id = await alone.send_text("Hello")
    await alone.hook.wait_for_count(1)

    async with visit(alone, f"/messages/{message_id}") as page:
        story = page.role("region", "What happened")
        await story.role("listitem").having("Webhook told").having("500").first.shown()
        await page.role("button", "Redeliver").first.click()
        await alone.hook.wait_for_status(message_id, "read")
        await story.role("listitem").having("Webhook told").having("200").first.shown()
