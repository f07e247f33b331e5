"""Files with the same bytes: deleting one while another is being kept takes nothing from it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.support import media
from tests.support.server import NUMBER, Running, running

from waypost.flows.media_shelf import MediaShelf, Origin
from waypost.model import Medium, NumberId
from waypost.ports import BlobStore, Records, StoreDown

pytestmark = pytest.mark.anyio

JPEG = media.jpeg()


class Slow:
    """A part of a server, some of whose methods do not begin before they are let go; every other is as it was."""

    def __init__(self, part: Records | BlobStore, *held: str) -> None:
        self.asked, self.go = asyncio.Event(), asyncio.Event()
        self._part, self._held = part, held

    def __getattr__(self, name: str) -> Any:  # Any: whatever the part has
        method = getattr(self._part, name)
        if name not in self._held:
            return method

        async def when_let_go(*arguments: Any) -> Any:
            self.asked.set()
            await self.go.wait()
            return await method(*arguments)

        return when_let_go


def slow_rows(records: Records) -> Any:  # Any: it stands for the records
    """Return records that keep the change of a medium's row waiting."""
    return Slow(records, "save_medium", "delete_medium")


def slow_deletion(blobs: BlobStore) -> Any:  # Any: it stands for the blobs
    """Return blobs of which none is deleted."""
    return Slow(blobs, "delete")


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
        rows = slow_rows(shelf.records)
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
        rows = slow_rows(shelf.records)
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
    rows = slow_rows(here.records)
    twin = await keep(there)
    keeping = asyncio.create_task(keep(replace(here, records=rows)))
    await rows.asked.wait()

    await there.delete(twin)
    rows.go.set()
    kept = await keeping

    assert await content(here, kept) == JPEG.data


async def test_a_file_that_one_process_keeps_is_no_orphan_to_another(two: list[Running]) -> None:
    here, there = (each.parts.flows.shelf for each in two)
    rows = slow_rows(here.records)
    keeping = asyncio.create_task(keep(replace(here, records=rows)))
    await rows.asked.wait()

    dropped = await there.drop_orphan(hashlib.sha256(JPEG.data).digest(), two[1].parts.resources.store)
    rows.go.set()
    kept = await keeping

    assert dropped is False
    assert await content(here, kept) == JPEG.data


async def test_a_file_that_another_process_just_deletes_is_kept_when_it_has_done_so(two: list[Running]) -> None:
    here, there = (each.parts.flows.shelf for each in two)
    blobs = slow_deletion(there.blobs)
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
    blobs = slow_deletion(there.blobs)
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
    rows = slow_rows(here.records)
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
    rows = slow_rows(here.records)
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
    rows = slow_rows(here.records)
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
