"""Cards of links, when they are old: what is shown while the new one is fetched."""

import asyncio
from hashlib import sha256
from typing import Any, cast

import msgspec
import pytest
from tests.support.store_rows import NUMBER

from waypost.flows.media_shelf import MediaShelf
from waypost.flows.preview_pages import Card
from waypost.flows.previews import FOUND_FOR_MS, Previews
from waypost.lib.clock import SystemClock
from waypost.lib.ids import KeyMaker
from waypost.model import MediaKey, Medium
from waypost.ports import Documents, Records

pytestmark = pytest.mark.anyio

LINK = "http://shop.example/"
NOW_MS = 1_800_000_000_000
PICTURE = Medium(MediaKey(1), 1, NUMBER, sha256(b"a").digest(), "image/png", 1, NOW_MS, NOW_MS, "link")


class OldCard:
    """Documents that hold one card, as old as it may be."""

    async def document(self, *_named: object) -> bytes:
        return msgspec.json.encode(Card(LINK, NOW_MS - FOUND_FOR_MS, "Bikes", media_key=PICTURE.key))


class SlowRows:
    """Rows of which the picture's comes when it is let through."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.let_through = asyncio.Event()

    async def medium(self, _key: MediaKey) -> Medium:
        self.asked.set()
        await self.let_through.wait()
        return PICTURE


async def test_an_old_card_is_read_with_its_picture_before_a_new_one_may_take_its_place() -> None:
    nothing: Any = None  # no file is read, no page fetched, nobody told
    rows, clock = SlowRows(), SystemClock(frozen_at_ms=NOW_MS)
    shelf = MediaShelf(cast("Records", rows), nothing, nothing, clock, KeyMaker())
    previews = Previews(cast("Documents", OldCard()), shelf, nothing, clock, is_on=True, tell=nothing)

    looking = asyncio.create_task(previews.of("491701234567", NUMBER, f"Look: {LINK}"))
    await rows.asked.wait()
    waiting_before = previews.waiting
    rows.let_through.set()
    shown = await looking

    assert (waiting_before, previews.waiting) == (0, 1)
    assert shown is not None
    assert shown.image is not None
