"""Replaying callbacks in bulk, in a real browser: what the list is filtered by goes out once more."""

import pytest
from tests.support.browser import Visit
from tests.support.operator import PHONE, Operator

pytestmark = pytest.mark.anyio


async def test_what_was_delivered_arrives_again_with_the_same_bytes(operator: Operator, revisit: Visit) -> None:
    words = {"type": "text", "text": {"body": "Is it ready?"}}
    await operator.call("POST", f"/phones/{PHONE}/messages", json=words)
    await operator.inbound()
    await operator.settled("/webhooks/deliveries?state=done", lambda told: len(told["deliveries"]) == 1)
    first = operator.hook.received[-1].body
    operator.hook.forget()

    async with revisit(operator, "/webhooks?state=done") as page:
        await page.role("button", "Replay what was delivered").click()
        dialog = page.role("dialog", "Replay what was delivered")
        await dialog.role("button", "Deliver 1 again").click()
        await dialog.text("1 of 1 are on their way again").shown()
        await operator.inbound()

    assert [call.body for call in operator.hook.received] == [first]
