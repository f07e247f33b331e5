"""Files with the same bytes: deleting one while another is being kept takes nothing from it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.support import media
from tests.support.server import NUMBER, Running, running

from waypost.flows.media_shelf import MediaShelf, Origin
from waypost.model import MediaKey, Medium, NumberId
from waypost.ports import BlobStore, Records, StoreDown

pytestmark = pytest.mark.anyio

JPEG = media.jpeg()


@dataclass
class SlowRows:
    """Records that keep the change of a medium's row waiting until they are let go."""

    records: Records
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def save_medium(self, medium: Medium) -> None:
        self.asked.set()
        await self.go.wait()
        await self.records.save_medium(medium)

    async def delete_medium(self, key: MediaKey) -> bool:
        self.asked.set()
        await self.go.wait()
        return await self.records.delete_medium(key)

    def __getattr__(self, name: str) -> Any:  # Any: every other method is that of the records
        return getattr(self.records, name)


@dataclass
class SlowDeletion:
    """Blobs of which none is deleted before it is let go."""

    blobs: BlobStore
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def delete(self, sha256: bytes) -> None:
        self.asked.set()
        await self.go.wait()
        await self.blobs.delete(sha256)

    def __getattr__(self, name: str) -> Any:  # Any: as above
        return getattr(self.blobs, name)


@pytest.fixture
async def two(anyio_backend: str, tmp_path: Path, database: str) -> AsyncIterator[list[Running]]:
    """Two processes that accept, with one place for media."""
    _ = anyio_backend
    shared = {"role": "api", "store": database, "media": str(tmp_path / "media")}
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(running(tmp_path / name, **shared)) for name in ("one", "two")]


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


# -- Several processes -------------------------------------------------------------------------------------------


async def test_a_file_that_one_process_keeps_outlives_the_deletion_of_its_twin_by_another(two: list[Running]) -> None:
    here, there = (each.parts.flows.shelf for each in two)
    rows = SlowRows(here.records)
    twin = await keep(there)
    keeping = asyncio.create_task(keep(replace(here, records=rows)))
    await rows.asked.wait()

    await there.delete(twin)
    rows.go.set()
    kept = await keeping

    assert await content(here, kept) == JPEG.data


async def test_a_file_that_one_process_keeps_is_no_orphan_to_another(two: list[Running]) -> None:
    here, there = (each.parts.flows.shelf for each in two)
    rows = SlowRows(here.records)
    keeping = asyncio.create_task(keep(replace(here, records=rows)))
    await rows.asked.wait()

    dropped = await there.drop_orphan(hashlib.sha256(JPEG.data).digest(), two[1].parts.resources.store)
    rows.go.set()
    kept = await keeping

    assert dropped is False
    assert await content(here, kept) == JPEG.data


async def test_a_file_that_another_process_just_deletes_is_kept_when_it_has_done_so(two: list[Running]) -> None:
    here, there = (each.parts.flows.shelf for each in two)
    blobs = SlowDeletion(there.blobs)
    twin = await keep(there)
    deleting = asyncio.create_task(replace(there, blobs=blobs).delete(twin))
    await blobs.asked.wait()

    keeping = asyncio.create_task(keep(here))
    await asyncio.wait([keeping], timeout=0.5)
    blobs.go.set()
    await deleting

    assert await content(here, await keeping) == JPEG.data


async def test_a_file_whose_deletion_takes_long_is_refused_for_now(two: list[Running]) -> None:
    here, there = (each.parts.flows.shelf for each in two)
    blobs = SlowDeletion(there.blobs)
    twin = await keep(there)
    deleting = asyncio.create_task(replace(there, blobs=blobs).delete(twin))
    await blobs.asked.wait()

    with pytest.raises(StoreDown, match="deleting these very bytes"):
        await keep(here)

    blobs.go.set()
    await deleting


async def test_no_id_is_given_for_a_file_that_lost_its_protection_on_the_way(two: list[Running], database: str) -> None:
    """The session is gone, and with it the lock; the row is written on the next one, and taken back."""
    here, store = two[0].parts.flows.shelf, two[0].parts.resources.store
    rows = SlowRows(here.records)
    keeping = asyncio.create_task(keep(replace(here, records=rows)))
    await rows.asked.wait()

    await end_sessions(database)
    await until_back(here)
    rows.go.set()

    with pytest.raises(StoreDown, match="send the file again"):
        await keeping
    sha256 = hashlib.sha256(JPEG.data).digest()
    assert await store.blobs_without_rows([sha256]) == [sha256]


async def test_nothing_is_deleted_that_lost_its_protection_on_the_way(two: list[Running], database: str) -> None:
    here = two[0].parts.flows.shelf
    rows = SlowRows(here.records)
    twin = await keep(here)
    deleting = asyncio.create_task(replace(here, records=rows).delete(twin))
    await rows.asked.wait()

    await end_sessions(database)
    await until_back(here)
    rows.go.set()
    await deleting

    assert await here.records.medium(twin.key) is None
    assert await content(here, twin) == JPEG.data


async def test_whoever_goes_away_while_their_file_is_kept_keeps_nobody_from_deleting_it(two: list[Running]) -> None:
    here, there = (each.parts.flows.shelf for each in two)
    rows = SlowRows(here.records)
    twin = await keep(there)
    keeping = asyncio.create_task(keep(replace(here, records=rows)))
    await rows.asked.wait()

    keeping.cancel()
    await asyncio.wait([keeping])
    await there.delete(twin)

    with pytest.raises(FileNotFoundError):
        await content(there, twin)


async def content(shelf: MediaShelf, medium: Medium) -> bytes:
    return b"".join([chunk async for chunk in shelf.read(medium)])


async def end_sessions(database: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE application_name = 'waypost writer' AND datname = current_database()"
    )
    await connection.close()


async def until_back(shelf: MediaShelf) -> None:
    """Wait until the process has a session again on which it writes."""
    async with asyncio.timeout(20):
        while True:
            try:
                await shelf.records.put_state("back", b"")
            except StoreDown:
                await asyncio.sleep(0.02)
            else:
                return
