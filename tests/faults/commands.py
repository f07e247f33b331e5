"""The commands that are killed in their middle: where each begins, and how to see what it has come to."""

import asyncio
import shutil
import tarfile
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import apsw
import asyncpg
from msgspec import Struct
from tests.support.store_rows import inbound_row, medium, outbound

import waypost.app.resources  # here and not by each command that is killed
import waypost.storage.sqlite_to_postgres  # noqa: F401 - as above
from waypost.app.backup import back_up
from waypost.blobs.local import LocalBlobs
from waypost.settings import load
from waypost.storage.sqlite import SqliteStore
from waypost.storage.sqlite.backup import check_database

_MESSAGES = 40
_MEDIA = 4


class Ground(Struct, frozen=True):
    """One beginning of a command."""

    words: list[str]
    state: Callable[[], Any]
    """Looks at what there is: the same for the same. Any: each command has a form of its own."""
    leftovers: Callable[[], list[str]]
    """Names what should not be there at the end."""


class Command(Struct, frozen=True):
    """A command, and how to begin it anew."""

    make: Callable[[Path], Ground]


async def _past(folder: Path) -> None:
    """Fill a data folder with some messages and media."""
    store = await SqliteStore.open(folder / "waypost.db")
    await asyncio.gather(*(store.accept(outbound(key)) for key in range(1, _MESSAGES)))
    await store.record_inbound(inbound_row(_MESSAGES, _MESSAGES + 1))
    blobs = LocalBlobs(folder / "media")
    for number in range(_MEDIA):
        async with blobs.writer() as writer:
            await writer.write(bytes([number]) * 5_000)
            await writer.flush()
            await writer.keep()
            await store.save_medium(medium(100 + number, writer.sha256))
    await blobs.aclose()
    await store.close()


def _nothing() -> list[str]:
    return []


async def _migrating(past: Path, server: str) -> Command:
    _ = past, server

    def make(folder: Path) -> Ground:
        return Ground(["migrate", f"--data={folder}"], lambda: _schema(folder / "waypost.db"), _nothing)

    return Command(make)


def _schema(file: Path) -> Any:
    if not file.exists():
        return 0, []
    connection = apsw.Connection(str(file))
    try:
        tables = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema ORDER BY name")]
        return connection.pragma("user_version"), tables
    finally:
        connection.close()


async def _migrating_postgres(past: Path, server: str) -> Command:
    _ = past

    def make(folder: Path) -> Ground:
        url = asyncio.run(_database(server))
        return Ground(
            ["migrate", f"--data={folder}", f"--store={url}"],
            lambda: asyncio.run(_tables(url, counted=False)),
            _nothing,
        )

    return Command(make)


async def _moving(past: Path, server: str) -> Command:
    await _past(past)

    def make(folder: Path) -> Ground:
        shutil.copytree(past, folder)
        url = asyncio.run(_database(server))
        words = ["migrate", "--from", str(folder / "waypost.db"), "--to", url]
        return Ground(words, lambda: asyncio.run(_tables(url, counted=True)), _nothing)

    return Command(make)


async def _database(server: str) -> str:
    """Make an empty database and return its URL."""
    name = f"faults_{uuid4().hex}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template1")
    await connection.close()
    return server.replace("/postgres?", f"/{name}?")


async def _tables(url: str, *, counted: bool) -> Mapping[str, int]:
    """Return the tables, or the rows of those that have any, once nobody works over them."""
    connection = await asyncpg.connect(url)
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    while await connection.fetchval(others):  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)
    names = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'waypost' ORDER BY 1"
    found = {name: 1 for (name,) in await connection.fetch(names) if not counted or name not in _NOT_MOVED}
    if counted:
        counts = {name: await connection.fetchval(f"SELECT count(*) FROM waypost.{name}") for name in found}
        found = {name: count for name, count in counts.items() if count}
    await connection.close()
    return found


_NOT_MOVED = ("schema_version", "writers")


async def _backing_up(past: Path, server: str) -> Command:
    _ = server
    await _past(past)

    def make(folder: Path) -> Ground:
        folder.mkdir()
        archive = folder / "made.tar"
        return Ground(
            ["backup", f"--data={past}", str(archive)],
            lambda: _members(archive),
            lambda: [path.name for path in folder.iterdir() if path != archive],
        )

    return Command(make)


def _members(archive: Path) -> Any:
    if not archive.exists():
        return None
    try:
        with tarfile.open(archive) as opened:
            return [(each.name, each.size) for each in opened.getmembers() if each.name != "manifest.json"], [
                each for each in opened.getnames() if each == "manifest.json"
            ]
    except tarfile.TarError as error:
        return str(error)


async def _restoring(past: Path, server: str) -> Command:
    _ = server
    await _past(past)
    archive = past.with_suffix(".tar")
    back_up(load({"data": str(past)}, environ={}), archive, lambda *_: None)

    def make(folder: Path) -> Ground:
        return Ground(
            ["restore", f"--data={folder}", str(archive)],
            lambda: _restored(folder),
            lambda: [path.name for path in folder.glob(".*")],  # a server that starts sweeps its media by itself
        )

    return Command(make)


def _restored(folder: Path) -> Any:
    file = folder / "waypost.db"
    if not file.exists():
        return None
    try:
        check_database(file)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is neither old nor new
        return str(error)
    media = sorted((path.name, path.stat().st_size) for path in folder.glob("media/??/??/*"))
    return file.stat().st_size, media


COMMANDS: Mapping[str, Callable[[Path, str], Coroutine[Any, Any, Command]]] = {
    "migrate": _migrating,
    "migrate-postgresql": _migrating_postgres,
    "move": _moving,
    "backup": _backing_up,
    "restore": _restoring,
}
