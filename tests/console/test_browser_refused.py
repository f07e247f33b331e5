"""A program that swallows its answers: whoever wonders why nothing appears learns it from the console."""

import pytest
from tests.support.browser import Visit
from tests.support.operator import PHONE, Operator

pytestmark = pytest.mark.anyio

TOO_MANY = {
    "name": "hello_world",
    "language": {"code": "en_US"},
    "components": [{"type": "body", "parameters": [{"type": "text", "text": "Ada"}]}],
}


async def test_a_refused_request_is_told_live_and_explained(operator: Operator, revisit: Visit) -> None:
    async with revisit(operator, "/refusals") as page:
        await page.role("heading", "No request was refused").shown()
        await page.open("/messages")
        await page.role("heading", "Messages").shown()
        answer = await operator.client.send(PHONE, "template", TOO_MANY)
        await operator.client.send(PHONE, "template", TOO_MANY)

        line = page.role("link").having("2 requests were refused").having("132000")
        await line.shown()
        await line.click()
        await page.role("listitem").having("2 times").role("link").click()

        request = page.role("article", "The refused request")
        await request.having("What to do:").having("132000").shown()
        said = await request.says()
        await request.role("link", "All about this error").click()
        await page.role("heading", "132000").first.shown()

    error = answer.json["error"]
    wanted = [error["error_data"]["details"], '"name": "hello_world"', "Authorization: Bearer <token>", "fbtrace_id"]
    assert [each for each in wanted if each not in said] == []


async def test_what_was_read_can_be_cleared(operator: Operator, revisit: Visit) -> None:
    await operator.client.send(PHONE, "template", {})

    async with revisit(operator, "/refusals") as page:
        await page.role("listitem").having("messages").shown()
        await page.role("button", "Clear").click()
        await page.role("heading", "No request was refused").shown()

    assert (await operator.call("GET", "/refusals"))["refusals"] == []
