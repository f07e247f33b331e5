"""The embedded store's file: who may open it, what is refused and how, and a disk that is full for a while."""

import stat
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest
from tests.support.store_rows import outbound, stored

from waypost.model import MessageKey
from waypost.ports import StoreDown, StoreRefused
from waypost.storage.sqlite import SqliteStore

pytestmark = pytest.mark.anyio


@pytest.fixture
async def path(anyio_backend: str, tmp_path: Path) -> Path:
    """Return the file of a store that holds message 10 and was closed."""
    _ = anyio_backend
    store = await SqliteStore.open(tmp_path / "waypost.db")
    await store.accept(outbound(10))
    await store.close()
    return tmp_path / "waypost.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(path)
    yield opened
    await opened.close()


class TestOpening:
    async def test_what_was_stored_is_there_after_a_restart(self, store: SqliteStore) -> None:
        assert await store.message(MessageKey(10)) == stored(outbound(10))

    async def test_only_the_owner_can_read_the_files(self, store: SqliteStore, path: Path) -> None:
        await store.accept(outbound(11))

        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}

        assert modes == dict.fromkeys((f"waypost.db{end}" for end in ("", "-wal", "-shm", ".lock", ".mark")), 0o600)

    async def test_a_second_store_on_the_same_file_is_refused(self, store: SqliteStore, path: Path) -> None:
        with pytest.raises(StoreRefused, match=r"Another process has .*waypost\.db open"):
            await SqliteStore.open(path)

        assert await store.message(MessageKey(10)) == stored(outbound(10))

    async def test_a_closed_store_lets_the_next_one_in(self, path: Path) -> None:
        for _ in range(2):
            store = await SqliteStore.open(path)
            await store.close()

    async def test_closing_twice_is_closing(self, path: Path) -> None:
        store = await SqliteStore.open(path)
        await store.close()
        await store.close()


class TestRefusing:
    async def test_a_newer_schema_is_refused_with_what_to_do(self, path: Path) -> None:
        change(path, "PRAGMA user_version = 999")

        with pytest.raises(StoreRefused, match=r"newer Waypost \(schema 999.*Update Waypost"):
            await SqliteStore.open(path)

    async def test_a_database_of_another_program_is_refused(self, tmp_path: Path) -> None:
        other = tmp_path / "other.db"
        change(other, "CREATE TABLE things (a)")

        with pytest.raises(StoreRefused, match="database of another program"):
            await SqliteStore.open(other)

    async def test_a_file_that_is_no_database_is_refused_and_left_alone(self, tmp_path: Path) -> None:
        letter = tmp_path / "letter.db"
        letter.write_bytes(b"Dear Ada, " * 500)

        with pytest.raises(StoreRefused, match="is damaged"):
            await SqliteStore.open(letter)

        assert letter.read_bytes() == b"Dear Ada, " * 500

    @pytest.mark.parametrize("offset", [100, 2 * 4096, 5 * 4096])
    async def test_a_damaged_page_is_refused_with_what_to_do(self, path: Path, offset: int) -> None:
        damage(path, offset)

        with pytest.raises(StoreRefused, match=r"is damaged .*Restore the file from a backup"):
            await SqliteStore.open(path)

    async def test_a_refused_file_is_not_locked(self, path: Path) -> None:
        change(path, "PRAGMA user_version = 999")
        with pytest.raises(StoreRefused):
            await SqliteStore.open(path)
        change(path, "PRAGMA user_version = 1")

        store = await SqliteStore.open(path)

        assert await store.message(MessageKey(10)) == stored(outbound(10))
        await store.close()

    async def test_a_folder_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(StoreRefused, match=r"absent/waypost\.db cannot be opened: No such file"):
            await SqliteStore.open(tmp_path / "absent" / "waypost.db")


class TestFullDisk:
    async def test_a_full_disk_acknowledges_nothing_reads_go_on_and_space_heals_it(self, store: SqliteStore) -> None:
        large = outbound(11, body=b"x" * 200_000)
        await set_max_pages(store, 1)  # SQLite keeps what there is: not one page more

        with pytest.raises(StoreDown) as caught:
            await store.accept(large)
        found = (await store.message(MessageKey(10)), await store.message(MessageKey(11)))
        await set_max_pages(store, 1_000_000)
        await store.accept(large)

        assert caught.value.no_space
        assert found == (stored(outbound(10)), None)
        assert await store.message(MessageKey(11)) == stored(large)


async def set_max_pages(store: SqliteStore, pages: int) -> None:
    """Say how large the file may grow."""
    await store._run(lambda connection: connection.pragma("max_page_count", pages))


def change(path: Path, statement: str) -> None:
    """Run a statement on the bare file."""
    connection = apsw.Connection(str(path))
    connection.execute(statement)
    connection.close()


def damage(path: Path, offset: int) -> None:
    """Overwrite a part of the file."""
    content = bytearray(path.read_bytes())
    content[offset : offset + 300] = b"\xff" * 300
    path.write_bytes(content)
