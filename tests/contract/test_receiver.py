"""The receiver itself: a harness that misreads would make every journey lie."""

from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest
from tests.support.receiver import Receiver

from waypost.lib.clock import SystemClock
from waypost.lib.poster import Posted
from waypost.lib.poster_asyncio import AsyncioPoster

pytestmark = pytest.mark.anyio

LONG = timedelta(seconds=10)
SENT = {"id": "wamid.A", "status": "sent", "timestamp": "1790000000", "recipient_id": "4915551234"}
READ = {**SENT, "status": "read"}
OTHER = {**SENT, "id": "wamid.B"}
TEXT = {"id": "wamid.C", "from": "4915551234", "type": "text", "text": {"body": "hello"}}


@pytest.fixture
async def poster() -> AsyncIterator[AsyncioPoster]:
    made = AsyncioPoster(SystemClock())
    yield made
    await made.aclose()


def cloud(*values: object) -> bytes:
    changes = [{"field": "messages", "value": value} for value in values]
    return msgspec.json.encode({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]})


async def test_statuses_of_a_message_are_found_in_both_dialects(poster: AsyncioPoster) -> None:
    async with Receiver() as hook:
        await poster.post(hook.url, cloud({"statuses": [SENT, OTHER]}, {"messages": [TEXT]}), (), timeout=LONG)
        await poster.post(hook.url, msgspec.json.encode({"statuses": [READ]}), (), timeout=LONG)

        assert hook.statuses("wamid.A") == ["sent", "read"]
        assert hook.messages() == [TEXT]


async def test_a_status_can_be_waited_for(poster: AsyncioPoster) -> None:
    async with Receiver() as hook:
        await poster.post(hook.url, cloud({"statuses": [SENT]}), (), timeout=LONG)
        await poster.post(hook.url, cloud({"statuses": [READ]}), (), timeout=LONG)

        assert await hook.wait_for_status("wamid.A", "read") is hook.received[1]


async def test_what_does_not_come_is_waited_for_only_so_long() -> None:
    async with Receiver() as hook:
        with pytest.raises(TimeoutError):
            await hook.next(timeout=0.01)


async def test_scripted_answers_are_used_in_their_order_and_then_200_again(poster: AsyncioPoster) -> None:
    async with Receiver() as hook:
        hook.answer(503, times=2)
        hook.answer(410)

        answers = [await poster.post(hook.url, b"{}", (), timeout=LONG) for _ in range(4)]

    assert [answer.status for answer in answers if isinstance(answer, Posted)] == [503, 503, 410, 200]


async def test_a_handshake_with_a_wrong_token_is_refused(poster: AsyncioPoster) -> None:
    query = [("hub.mode", "subscribe"), ("hub.challenge", "1"), ("hub.verify_token", "wrong")]

    async with Receiver(verify_token="right") as hook:
        answer = await poster.get(hook.url, query=query, timeout=LONG)

    assert isinstance(answer, Posted)
    assert answer.status == 403
