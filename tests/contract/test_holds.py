"""What every store promises about messages that are held back: see `ports.Holds`."""

import asyncio
from collections import Counter

import msgspec
import pytest
from tests.support.store_rows import earlier, once, outbound, status_row, stored, waiting_messages

from waypost.model import MessageKey, Status
from waypost.ports import FullStore
from waypost.ports.holds import PACES, Pace

pytestmark = pytest.mark.anyio

START = MessageKey(0)
TEMPLATE, OTHER = 700, 800


@pytest.fixture
async def paced(opened: FullStore) -> FullStore:
    """A store in which both templates are paced."""
    await pace(opened, TEMPLATE, 0)
    await pace(opened, OTHER, 0)
    return opened


async def pace(store: FullStore, template_id: int, left: int) -> None:
    await store.save_document(*PACES, str(template_id), msgspec.json.encode(Pace(left)))


async def is_paced(store: FullStore, template_id: int) -> bool:
    return await store.document(*PACES, str(template_id)) is not None


async def test_a_held_message_is_stored_and_has_no_job(paced: FullStore) -> None:
    message = outbound(10, held_by=TEMPLATE, due_ms=0, expires_ms=77_000)

    await paced.accept(message)

    assert await waiting_messages(paced) == []
    assert await paced.held(TEMPLATE, START, 10) == [message]
    assert await paced.message(message.key) == stored(message)


async def test_what_is_held_is_found_by_its_template_in_order_and_in_pages(paced: FullStore) -> None:
    messages = [outbound(key, held_by=OTHER if key == 11 else TEMPLATE, due_ms=0) for key in (10, 11, 12, 13)]
    await asyncio.gather(*(paced.accept(message) for message in [outbound(9), *messages]))

    assert [message.key for message in await paced.held(TEMPLATE, START, 2)] == [10, 12]
    assert [message.key for message in await paced.held(TEMPLATE, MessageKey(12), 2)] == [13]


async def test_what_is_let_go_becomes_jobs_of_which_none_is_held_any_more(paced: FullStore) -> None:
    messages = [outbound(key, held_by=TEMPLATE, due_ms=0, expires_ms=77_000) for key in (10, 11, 12)]
    for message in messages:
        await paced.accept(message)
    free = [outbound(key, due_ms=0, expires_ms=77_000) for key in (10, 11)]

    let_go = await paced.let_go(TEMPLATE, 2)

    assert let_go == free
    assert await waiting_messages(paced) == free
    assert [message.key for message in await paced.held(TEMPLATE, START, 10)] == [12]


async def test_another_template_lets_nothing_go(paced: FullStore) -> None:
    await paced.accept(outbound(10, held_by=TEMPLATE, due_ms=0))

    assert await paced.let_go(OTHER, 10) == []
    assert await waiting_messages(paced) == []


async def test_what_was_accepted_before_it_is_let_go_is_let_go_too(paced: FullStore) -> None:
    accepting = asyncio.ensure_future(paced.accept(outbound(10, held_by=TEMPLATE, due_ms=0)))
    await asyncio.sleep(0)

    let_go = await paced.let_go(TEMPLATE, 10)

    await accepting
    assert [message.key for message in let_go] == [10]


async def test_a_held_message_that_fails_is_held_no_more(paced: FullStore) -> None:
    message = outbound(10, held_by=TEMPLATE, due_ms=0)
    await paced.accept(message)

    await paced.settle_failed(message, status_row(11, 10, Status.FAILED))

    assert await paced.held(TEMPLATE, START, 10) == []
    assert await paced.let_go(TEMPLATE, 10) == []


async def test_a_key_tells_whether_its_message_is_held_by_now(paced: FullStore) -> None:
    message = outbound(10, held_by=TEMPLATE, due_ms=0)
    await paced.accept_once(message, once())
    before = await paced.earlier(message.number_id, once())

    await paced.let_go(TEMPLATE, 10)

    after = await paced.earlier(message.number_id, once())
    assert before is not None
    assert (before.is_held, after) == (True, earlier(message))


async def test_a_template_is_paced_until_all_that_it_held_is_let_go(paced: FullStore) -> None:
    for key in (10, 11):
        await paced.accept(outbound(key, held_by=TEMPLATE, due_ms=0))

    before = await is_paced(paced, TEMPLATE)
    pages = [len(await paced.let_go(TEMPLATE, 2)) for _ in range(2)]

    assert (before, pages) == (True, [2, 0])
    assert [await is_paced(paced, each) for each in (TEMPLATE, OTHER)] == [False, True]


async def test_what_would_be_held_after_the_last_was_let_go_is_a_job_like_any_other(opened: FullStore) -> None:
    plain, keyed = (outbound(key, held_by=TEMPLATE, due_ms=0) for key in (10, 11))

    await opened.accept(plain)
    await opened.accept_once(keyed, once())

    assert await opened.held(TEMPLATE, START, 10) == []
    assert await waiting_messages(opened) == [outbound(key, due_ms=0) for key in (10, 11)]
    assert (plain.held_by, keyed.held_by) == (None, None)


async def test_as_many_messages_are_let_out_as_may_be_however_many_ask_at_once(opened: FullStore) -> None:
    await pace(opened, TEMPLATE, 3)

    answers = await asyncio.gather(*(opened.let_out(TEMPLATE) for _ in range(10)))

    assert Counter(answers) == {2: 1, 1: 1, 0: 1, -1: 7}
    assert await opened.document(*PACES, str(TEMPLATE)) == msgspec.json.encode(Pace(0))


async def test_of_a_template_that_is_not_paced_nothing_is_counted(opened: FullStore) -> None:
    await pace(opened, TEMPLATE, 3)

    assert await opened.let_out(OTHER) is None
