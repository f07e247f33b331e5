"""A number whose webhooks rest: everything waits, in order, over a restart too, and goes on when it is told to."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.support.operator import Operator, operating
from tests.support.receiver import Receiver
from tests.support.server import NUMBER

pytestmark = pytest.mark.anyio

PATH = f"/numbers/{NUMBER}"
MESSAGES = 50


@pytest.fixture
def operator(kept_operator: Operator) -> Operator:
    return kept_operator


async def pause(operator: Operator, *, on: bool) -> None:
    shown = await operator.call("PATCH", PATH, json={"webhook_paused": on})
    assert shown["webhook_paused"] is on


async def waiting(operator: Operator, count: int) -> list[Any]:
    """Look until so many deliveries wait."""
    listed = await operator.settled(
        "/webhooks/deliveries?state=waiting&limit=1000", lambda shown: len(shown["deliveries"]) == count
    )
    return list(listed["deliveries"])


def told(hook: Receiver, messages: list[str]) -> dict[str, list[str]]:
    return {message: hook.statuses(message) for message in messages}


async def test_what_waits_while_webhooks_rest_is_told_in_order_even_after_a_restart(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with operating(data, rules="relaxed") as operator:
        await pause(operator, on=True)
        sent = [await operator.send_text(str(number)) for number in range(MESSAGES)]
        await waiting(operator, 3 * MESSAGES)
        assert operator.hook.received == []

    async with operating(data, rules="relaxed") as again:
        assert [each["webhook_paused"] for each in (await again.call("GET", "/numbers"))["numbers"]] == [True]
        await waiting(again, 3 * MESSAGES)
        assert again.hook.received == []

        await pause(again, on=False)
        await waiting(again, 0)

        assert told(again.hook, sent) == {message: ["sent", "delivered", "read"] for message in sent}


async def test_further_endpoints_rest_as_well(operator: Operator) -> None:
    async with Receiver() as other:
        await operator.call("POST", f"{PATH}/webhooks", json={"url": other.url})
        await pause(operator, on=True)
        sent = await operator.send_text()
        await waiting(operator, 6)
        assert (operator.hook.received, other.received) == ([], [])

        await pause(operator, on=False)
        await other.wait_for_status(sent, "read")
        await operator.hook.wait_for_status(sent, "read")

        assert other.statuses(sent) == operator.hook.statuses(sent) == ["sent", "delivered", "read"]


async def test_a_retry_that_falls_due_waits_and_what_is_older_than_a_week_is_still_tried(operator: Operator) -> None:
    operator.hook.answer(503, times=2)
    sent = await operator.send_text()
    tried = "/webhooks/deliveries?state=waiting&message=" + sent
    await operator.settled(tried, lambda shown: any(len(each["attempts"]) == 2 for each in shown["deliveries"]))
    await pause(operator, on=True)
    await operator.call("PUT", "/clock", json={"advance_seconds": 8 * 86_400})
    await waiting(operator, 3)
    calls = len(operator.hook.received)

    await pause(operator, on=False)
    await waiting(operator, 0)

    assert calls == 2
    assert operator.hook.statuses(sent) == ["sent", "sent", "sent", "delivered", "read"]


async def test_other_numbers_go_on(tmp_path: Path) -> None:
    async with operating(tmp_path / "data") as operator, Receiver() as other:
        added = await operator.call("POST", "/numbers", json={"number": "15550777888"})
        await operator.call("PUT", "/numbers/15550777888", json={"webhook": {"url": other.url}})
        await pause(operator, on=True)

        written = {"type": "text", "text": {"body": "Hello"}, "number": added["phone_number_id"]}
        await operator.call("POST", "/phones/4915550002222/messages", json=written)

        await other.wait_until(lambda: len(other.messages()) == 1)
        assert operator.hook.received == []


@pytest.mark.alone("lanes are in the metrics of the worker that has them")
async def test_what_waits_is_counted_as_ever(tmp_path: Path) -> None:
    async with operating(tmp_path / "data") as operator:
        await pause(operator, on=True)
        await operator.send_text()
        await waiting(operator, 3)

        url = f"{operator.server.base_url}/metrics"
        async with operator.control.session.get(url, headers=operator.control.headers) as answer:
            figures = (await answer.text()).splitlines()

        assert 'waypost_waiting{kind="deliveries"} 3.0' in figures
        assert 'waypost_lanes{lanes="webhooks"} 1.0' in figures
        assert 'waypost_lanes_at_work{lanes="webhooks"} 0.0' in figures


async def test_a_pause_during_deliveries_loses_and_doubles_nothing(operator: Operator) -> None:
    sent = [await operator.send_text(str(number)) for number in range(10)]
    for on in (True, False) * 5:
        await pause(operator, on=on)
        sent.append(await operator.send_text("more"))
    await asyncio.gather(*(operator.hook.wait_for_status(message, "read") for message in sent))

    assert told(operator.hook, sent) == {message: ["sent", "delivered", "read"] for message in sent}
