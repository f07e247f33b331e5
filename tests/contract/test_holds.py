"""What every store promises about messages that are held back: see `ports.Holds`."""

import asyncio

import pytest
from tests.support.store_rows import earlier, once, outbound, status_row, stored, waiting_messages

from waypost.app.ground import FullStore
from waypost.model import MessageKey, Status

pytestmark = pytest.mark.anyio

START = MessageKey(0)
TEMPLATE, OTHER = 700, 800


async def test_a_held_message_is_stored_and_has_no_job(opened: FullStore) -> None:
    message = outbound(10, held_by=TEMPLATE, due_ms=0, expires_ms=77_000)

    await opened.accept(message)

    assert await waiting_messages(opened) == []
    assert await opened.held(TEMPLATE, START, 10) == [message]
    assert await opened.message(message.key) == stored(message)


async def test_what_is_held_is_found_by_its_template_in_order_and_in_pages(opened: FullStore) -> None:
    messages = [outbound(key, held_by=OTHER if key == 11 else TEMPLATE, due_ms=0) for key in (10, 11, 12, 13)]
    await asyncio.gather(*(opened.accept(message) for message in [outbound(9), *messages]))

    assert [message.key for message in await opened.held(TEMPLATE, START, 2)] == [10, 12]
    assert [message.key for message in await opened.held(TEMPLATE, MessageKey(12), 2)] == [13]


async def test_what_is_let_go_becomes_jobs_of_which_none_is_held_any_more(opened: FullStore) -> None:
    messages = [outbound(key, held_by=TEMPLATE, due_ms=0, expires_ms=77_000) for key in (10, 11, 12)]
    for message in messages:
        await opened.accept(message)
    free = [outbound(key, due_ms=0, expires_ms=77_000) for key in (10, 11)]

    let_go = await opened.let_go(TEMPLATE, 2)

    assert let_go == free
    assert await waiting_messages(opened) == free
    assert [message.key for message in await opened.held(TEMPLATE, START, 10)] == [12]


async def test_another_template_lets_nothing_go(opened: FullStore) -> None:
    await opened.accept(outbound(10, held_by=TEMPLATE, due_ms=0))

    assert await opened.let_go(OTHER, 10) == []
    assert await waiting_messages(opened) == []


async def test_what_was_accepted_before_it_is_let_go_is_let_go_too(opened: FullStore) -> None:
    accepting = asyncio.create_task(opened.accept(outbound(10, held_by=TEMPLATE, due_ms=0)))
    await asyncio.sleep(0)

    let_go = await opened.let_go(TEMPLATE, 10)

    await accepting
    assert [message.key for message in let_go] == [10]


async def test_a_held_message_that_fails_is_held_no_more(opened: FullStore) -> None:
    message = outbound(10, held_by=TEMPLATE, due_ms=0)
    await opened.accept(message)

    await opened.settle_failed(message, status_row(11, 10, Status.FAILED))

    assert await opened.held(TEMPLATE, START, 10) == []
    assert await opened.let_go(TEMPLATE, 10) == []


async def test_a_key_tells_whether_its_message_is_held_by_now(opened: FullStore) -> None:
    message = outbound(10, held_by=TEMPLATE, due_ms=0)
    await opened.accept_once(message, once())
    before = await opened.earlier(message.number_id, once())

    await opened.let_go(TEMPLATE, 10)

    after = await opened.earlier(message.number_id, once())
    assert before is not None
    assert (before.is_held, after) == (True, earlier(message))
