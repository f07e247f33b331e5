"""Files with the same bytes: deleting one while another is being kept takes nothing from it."""

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from tests.support import media
from tests.support.server import NUMBER, running

from waypost.flows.media import MediaShelf, Origin
from waypost.model import Medium, NumberId
from waypost.ports import Records

pytestmark = pytest.mark.anyio

JPEG = media.jpeg()


@dataclass
class SlowRows:
    """Records that keep a medium's row waiting until they are let go."""

    records: Records
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def save_medium(self, medium: Medium) -> None:
        self.asked.set()
        await self.go.wait()
        await self.records.save_medium(medium)

    def __getattr__(self, name: str) -> Any:  # Any: every other method is that of the records
        return getattr(self.records, name)


async def keep(shelf: MediaShelf) -> Medium:
    async with shelf.writer() as writer:
        await writer.write(JPEG.data)
        return await shelf.keep(writer, Origin(NumberId(int(NUMBER)), "upload", "image/jpeg"), dialect="cloud")


async def test_a_file_that_is_being_kept_outlives_the_deletion_of_its_twin(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        shelf = server.parts.flows.shelf
        rows = SlowRows(shelf.records)
        twin = await keep(shelf)
        keeping = asyncio.create_task(keep(replace(shelf, records=rows)))
        await rows.asked.wait()

        deleting = asyncio.create_task(shelf.delete(twin))
        await asyncio.wait([deleting], timeout=0.5)
        rows.go.set()
        kept = await keeping
        await deleting

        assert b"".join([chunk async for chunk in shelf.read(kept)]) == JPEG.data


async def test_a_file_that_is_being_kept_is_not_taken_for_one_that_a_crash_left(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        shelf, store = server.parts.flows.shelf, server.parts.resources.store
        rows = SlowRows(shelf.records)
        keeping = asyncio.create_task(keep(replace(shelf, records=rows)))
        await rows.asked.wait()
        sha256 = hashlib.sha256(JPEG.data).digest()
        seen_without_a_row = await store.blobs_without_rows([sha256])

        dropping = asyncio.create_task(shelf.drop_orphan(sha256, store))
        await asyncio.wait([dropping], timeout=0.5)
        rows.go.set()
        kept = await keeping

        assert (seen_without_a_row, await dropping) == ([sha256], False)
        assert b"".join([chunk async for chunk in shelf.read(kept)]) == JPEG.data
