"""A write-ahead log that was cut short, altered or lost keeps a store from opening; nothing else does."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest
from tests.support.store_rows import outbound, stored

from waypost.model import MessageKey
from waypost.ports import StoreRefused
from waypost.storage.sqlite import SqliteStore
from waypost.storage.sqlite.backup import copy_database
from waypost.storage.sqlite.engine import Engine
from waypost.storage.sqlite.schema import open_reader, open_writer
from waypost.storage.sqlite.secrets import count_by_key
from waypost.storage.sqlite.watermark import log_of, mark_of

pytestmark = pytest.mark.anyio

FRAME = 24 + 4096
HEADER = 32
Damage = Callable[[Path], None]


def cut_in_half(log: Path) -> None:
    os.truncate(log, log.stat().st_size // 2)


def cut_last_frame(log: Path) -> None:
    os.truncate(log, log.stat().st_size - FRAME)


def cut_all_but_header(log: Path) -> None:
    os.truncate(log, HEADER)


def empty(log: Path) -> None:
    os.truncate(log, 0)


def flip_bit_in_middle(log: Path) -> None:
    flip_bit(log, HEADER + (log.stat().st_size // FRAME // 2) * FRAME + 1000)


def flip_bit_in_header(log: Path) -> None:
    flip_bit(log, 12)


def flip_bit(file: Path, offset: int) -> None:
    content = bytearray(file.read_bytes())
    content[offset] ^= 4
    file.write_bytes(content)


DAMAGES = [cut_in_half, cut_last_frame, cut_all_but_header, empty, flip_bit_in_middle, flip_bit_in_header, Path.unlink]


def content(path: Path) -> tuple[bytes, bytes]:
    """Return the bytes of a database and of its log; a missing log is an empty one."""
    log = log_of(path)
    return path.read_bytes(), log.read_bytes() if log.exists() else b""


async def live(path: Path, *keys: int) -> Path:
    """Accept messages and copy the files at rest, which is what kill -9 leaves; return the database of the copy."""
    store = await SqliteStore.open(path)
    for key in keys:
        await store.accept(outbound(key))
    left = shutil.copytree(path.parent, path.parent.with_name(f"killed-{keys[-1]}"))
    await store.close()
    return left / path.name


async def found(path: Path, *keys: int) -> list[bool]:
    """Open the store and say which messages are there."""
    store = await SqliteStore.open(path)
    there = [await store.message(MessageKey(key)) == stored(outbound(key)) for key in keys]
    await store.close()
    return there


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database can be made."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder / "waypost.db"


@pytest.fixture
async def killed(anyio_backend: str, path: Path) -> Path:
    """The database of a server that was killed when it had accepted messages 10 to 29."""
    _ = anyio_backend
    return await live(path, *range(10, 30))


class TestLost:
    @pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
    async def test_a_log_that_is_not_whole_is_refused_and_left_as_it_is(self, killed: Path, damage: Damage) -> None:
        whole = content(killed)
        damage(log_of(killed))
        damaged = content(killed)

        for _ in range(2):
            with pytest.raises(StoreRefused, match=r"lacks what was acknowledged last.*waypost\.db-wal"):
                await SqliteStore.open(killed)
            with pytest.raises(StoreRefused, match=r"lacks what was acknowledged last.*waypost\.db-wal"):
                copy_database(killed, killed.with_name("copy.db"))

        assert content(killed) == damaged
        log_of(killed).write_bytes(whole[1])
        assert await found(killed, *range(10, 30)) == [True] * 20

    async def test_how_much_can_be_read_is_said(self, killed: Path) -> None:
        pages = log_of(killed).stat().st_size // FRAME
        cut_last_frame(log_of(killed))

        with pytest.raises(StoreRefused, match=rf"of {pages} pages in waypost\.db-wal only the first \d+ can be read"):
            await SqliteStore.open(killed)

    async def test_an_older_log_is_refused(self, killed: Path, path: Path) -> None:
        newer = await live(path, 30)  # the first server ended well: this one began another log
        shutil.copy(log_of(killed), log_of(newer))

        with pytest.raises(StoreRefused, match=r"waypost\.db-wal is gone, damaged, or an older one"):
            await SqliteStore.open(newer)

    async def test_a_look_by_a_reader_does_not_hide_it(self, killed: Path) -> None:
        cut_in_half(log_of(killed))

        open_reader(killed).close()

        with pytest.raises(StoreRefused, match="lacks what was acknowledged last"):
            await SqliteStore.open(killed)

    async def test_the_doctor_tells(self, killed: Path) -> None:
        cut_in_half(log_of(killed))

        with pytest.raises(StoreRefused, match="lacks what was acknowledged last"):
            count_by_key(killed)

    async def test_whoever_removes_the_mark_goes_on_with_what_is_left(self, killed: Path) -> None:
        cut_in_half(log_of(killed))

        mark_of(killed).unlink()

        assert await found(killed, 10, 29) == [True, False]

    def test_a_log_that_is_lost_after_a_checkpoint_is_missed(self, path: Path) -> None:
        for _ in across_checkpoints(path):
            log_of(path).rename(path.with_name("aside"))
            with pytest.raises(StoreRefused, match="lacks what was acknowledged last"):
                open_writer(path)
            path.with_name("aside").rename(log_of(path))

    def test_a_log_that_was_begun_anew_and_is_damaged_is_refused(self, path: Path) -> None:
        engine = Engine(open_writer(path), checkpoint_pages=1)
        commit(engine, "a")
        engine.upkeep()
        commit(engine, "b")
        commit(engine, "c")
        pages, _ = engine.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_NOOP)
        left = shutil.copytree(path.parent, path.parent.with_name("killed")) / path.name
        engine.close()

        flip_bit(log_of(left), HEADER + pages * FRAME - 1000)

        with pytest.raises(StoreRefused, match=rf"of {pages} pages in waypost\.db-wal only the first \d+ can be read"):
            open_writer(left)


class TestNoAlarm:
    async def test_after_a_kill(self, killed: Path) -> None:
        assert await found(killed, *range(10, 30)) == [True] * 20

    async def test_after_a_kill_of_a_server_that_had_begun_with_the_log_of_another(self, killed: Path) -> None:
        again = await live(killed, 30, 31)

        assert await found(again, *range(10, 32)) == [True] * 22

    async def test_after_a_stop(self, killed: Path) -> None:
        assert await found(killed, 10) == [True]
        assert await found(killed, 10) == [True]

    async def test_after_another_program_copied_the_log_into_the_file(self, killed: Path) -> None:
        look = apsw.Connection(str(killed))
        look.execute("SELECT count(*) FROM messages").fetchall()
        look.close()
        assert not log_of(killed).exists()

        assert await found(killed, *range(10, 30)) == [True] * 20

    def test_after_a_kill_around_checkpoints(self, path: Path) -> None:
        for _ in across_checkpoints(path):
            open_writer(path).close()

    @pytest.mark.parametrize("damage", [Path.unlink, empty, cut_all_but_header])
    def test_after_a_log_was_lost_that_the_file_has(self, path: Path, damage: Damage) -> None:
        engine = Engine(open_writer(path), checkpoint_pages=1)
        commit(engine, "a")
        engine.upkeep()
        left = shutil.copytree(path.parent, path.parent.with_name("killed")) / path.name
        engine.close()

        damage(log_of(left))

        open_writer(left).close()

    async def test_when_the_mark_is_old_as_after_a_power_cut(self, path: Path) -> None:
        early = mark_of(await live(path, 10)).read_bytes()
        late = await live(path, 11, 12)

        mark_of(late).write_bytes(early)

        assert await found(late, 10, 11, 12) == [True] * 3

    async def test_when_the_database_was_removed_and_begins_anew(self, killed: Path) -> None:
        for file in (killed, log_of(killed)):
            file.unlink()

        assert await found(killed, 10) == [False]

    @pytest.mark.parametrize("content", [b"", b"short", bytes(28), bytes(4096)])
    async def test_when_the_mark_cannot_be_read(self, killed: Path, content: bytes) -> None:
        mark_of(killed).write_bytes(content)

        assert await found(killed, 29) == [True]

    async def test_when_the_mark_cannot_be_written(self, killed: Path) -> None:
        mark_of(killed).unlink()
        mark_of(killed).mkdir()

        again = await live(killed, 30, 31)

        assert await found(again, *range(10, 32)) == [True] * 22

    async def test_after_an_older_state_was_put_back(self, path: Path) -> None:
        await live(path, 10)
        store = await SqliteStore.open(path)
        taken = await store.dump()
        await store.accept(outbound(11))
        await store.restore(taken)
        await store.close()

        killed = await live(path, 12)

        assert await found(killed, 10, 11, 12) == [True, False, True]


def commit(engine: Engine, name: str) -> None:
    """Store something."""
    engine.begin()
    engine.connection.execute("INSERT INTO documents (kind, owner, name, body) VALUES ('a', 1, ?, x'00')", (name,))
    engine.commit()


def across_checkpoints(path: Path) -> Iterator[None]:
    """Leave, at `path`, what a kill after each commit leaves of a server that copies its log again and again."""
    elsewhere = path.parent.with_name("elsewhere")
    elsewhere.mkdir()
    engine = Engine(open_writer(elsewhere / path.name), checkpoint_pages=4)
    for number in range(20):
        commit(engine, f"{number}")
        shutil.rmtree(path.parent)
        shutil.copytree(elsewhere, path.parent)
        yield
        engine.upkeep()
    engine.close()
