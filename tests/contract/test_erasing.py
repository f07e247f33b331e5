"""What every store promises about erasing a user: see `ports.Housekeeping.erase`."""

import base64
import re

import pytest
from msgspec.structs import replace
from tests.support.store_rows import (
    NUMBER,
    USER,
    carried,
    inbound_row,
    medium,
    once,
    outbound,
    sent,
    status_row,
    waiting_deliveries,
    waiting_messages,
)

from waypost.model import Event, EventKey, MessageKey, Person, Phone, Status
from waypost.ports import Dump, FullStore

pytestmark = pytest.mark.anyio

BASE64 = re.compile(r"[0-9A-Za-z+/]+={0,2}")
OTHER = "4915155550000"
FORMER = "491609999999"
THEIRS, SHARED = b"\x01" * 32, b"\x02" * 32


async def history(store: FullStore, first: int, user: str, *, shared_medium: int | None = None) -> None:
    """Store one of everything about a user, under keys from `first`."""
    row = inbound_row(first + 1, first)
    told = replace(row.event, body=b'{"contacts":[{"wa_id":"%b"}]}' % user.encode())
    message = replace(row.message, person=Person(user, f"name of {user}", "DE.1"))
    await store.record_inbound(replace(row, message=message, event=told, further=((EventKey(first + 2), "b"),)))
    body = b'{"type":"text","text":{"body":"to %b"}}' % user.encode()
    waits = outbound(first + 3, wa_id=user, body=body, raw=body, media_key=first + 4)
    await store.save_medium(replace(medium(first + 4, THEIRS if user == USER else SHARED), filename=f"for {user}"))
    await store.accept_once(waits, once(f"order-{user}"))
    more = outbound(first + 5, wa_id=user, body=body, raw=body, media_key=shared_medium)
    await store.accept(more)
    await store.take(carried(first + 5, Status.ACCEPTED, user))
    notice = Event(
        EventKey(first + 6), NUMBER, MessageKey(first + 6), "notice", 2_000, b'{"user":{"wa_id":"%b"}}' % user.encode()
    )
    await store.record_notice(notice, notify=True)
    lost = status_row(first + 7, first + 900, Status.SENT)
    await store.record_statuses([replace(lost, event=replace(lost.event, body=b'{"to":"%b"}' % user.encode()))])
    await store.save_phone(Phone(user, f"name of {user}"))
    await store.get_to_know(NUMBER, user, 1)
    for kind in ("contact", "acknowledged", "identity", "opened"):
        await store.save_document(kind, NUMBER, user, b"1")


async def two_users(store: FullStore) -> None:
    """Store two users, who were both sent one file."""
    await store.save_medium(medium(90, SHARED))
    await history(store, 1_000, USER, shared_medium=90)
    await history(store, 3_000, OTHER, shared_medium=90)
    await store.save_document("blocked", NUMBER, "", b'["%b","%b"]' % (OTHER.encode(), USER.encode()))


def rows_with(dump: Dump, text: str) -> list[str]:
    """Return the tables that have a text somewhere, in bytes too."""
    return [name for name, table in dump.tables.items() if text in str(table.rows) + _in_bytes(table.rows)]


def _in_bytes(rows: list[list[object]]) -> str:
    values = [value for row in rows for value in row if isinstance(value, str) and len(value) % 4 == 0]
    return str([base64.b64decode(value) for value in values if BASE64.fullmatch(value)])


async def test_nothing_of_an_erased_user_is_left(opened: FullStore) -> None:
    await two_users(opened)
    assert len(rows_with(await opened.dump(), USER)) == 11

    await opened.erase(USER)

    assert rows_with(await opened.dump(), USER) == []
    assert (await opened.highest_key() >= 3_000, await opened.last_inbound_ms(NUMBER, USER)) == (True, None)


async def test_everything_of_another_user_stays(opened: FullStore) -> None:
    await history(opened, 3_000, OTHER)
    before = await opened.dump()
    await history(opened, 1_000, USER)
    await sent(opened, 500)

    await opened.erase(USER)

    assert await opened.dump() == before


async def test_nothing_of_an_erased_user_waits(opened: FullStore) -> None:
    await two_users(opened)

    await opened.erase(USER)

    assert {message.wa_id for message in await waiting_messages(opened)} == {OTHER}
    assert all(USER.encode() not in delivery.event.body for delivery in await waiting_deliveries(opened))
    assert {each.wa_id for each in await opened.unfinished(outbound(0).key, 10)} == {OTHER}


async def test_the_bytes_that_nobody_has_any_more_are_named_and_a_shared_file_stays(opened: FullStore) -> None:
    await two_users(opened)

    assert await opened.erase(USER) == [THEIRS]
    assert await opened.medium(medium(90).key) == medium(90, SHARED)


async def test_a_user_is_taken_off_the_block_lists(opened: FullStore) -> None:
    await two_users(opened)

    await opened.erase(USER)

    assert await opened.document("blocked", NUMBER, "") == b'["%b"]' % OTHER.encode()


async def test_what_is_under_a_former_number_goes_too(opened: FullStore) -> None:
    await sent(opened, 500)
    await opened.save_phone(Phone(FORMER, "Ada", former=(USER,)))

    await opened.erase(FORMER)

    assert rows_with(await opened.dump(), USER) == []


async def test_who_is_not_known_is_erased_without_more(opened: FullStore) -> None:
    await history(opened, 3_000, OTHER)
    before = await opened.dump()

    assert await opened.erase(USER) == []
    assert await opened.dump() == before
