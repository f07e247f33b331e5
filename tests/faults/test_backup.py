"""Backup and restore: of a server at work, of one that is stopped, and of archives that are not whole."""

import asyncio
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.support import media
from tests.support.clients import Client, client_for
from tests.support.server import NUMBER, TOKEN, running

from waypost.cli import run

pytestmark = pytest.mark.anyio

PHONE = "15550001111"
JPEG = media.jpeg()


async def command(*words: str) -> Result:
    """Run a command in a thread, beside whatever server is at work in this loop."""
    return await asyncio.to_thread(CliRunner().invoke, run, words, catch_exceptions=False)


async def back_up(data: Path, archive: Path) -> Result:
    return await command("backup", f"--data={data}", str(archive))


async def restore(archive: Path, data: Path) -> Result:
    return await command("restore", f"--data={data}", str(archive))


@pytest.fixture
async def made(tmp_path: Path) -> tuple[Path, str]:
    """A backup of a server that had taken a picture and a message, and the picture's id."""
    async with running(tmp_path / "first") as server, client_for("meta", server.base_url, NUMBER, TOKEN) as client:
        media_id = client.media_id(await client.upload(JPEG.data, "image/jpeg"))
        await client.send(PHONE, "image", {"id": media_id})
    assert (await back_up(tmp_path / "first", tmp_path / "made.tar")).exit_code == 0
    return tmp_path / "made.tar", media_id


async def test_what_was_answered_before_the_backup_of_a_server_at_work_is_in_it(tmp_path: Path) -> None:
    first = running(tmp_path / "first", rules="relaxed")
    async with first as server, client_for("meta", server.base_url, NUMBER, TOKEN) as client:
        media_id = client.media_id(await client.upload(JPEG.data, "image/jpeg"))
        before = await send_some(client, 20)
        sending = asyncio.create_task(send_some(client, 50))

        result = await back_up(tmp_path / "first", tmp_path / "made.tar")
        await sending

    assert result.exit_code == 0, result.output
    assert (await restore(tmp_path / "made.tar", tmp_path / "second")).exit_code == 0
    async with running(tmp_path / "second") as server, client_for("meta", server.base_url, NUMBER, TOKEN) as client:
        assert (await client.download(media_id)).body == JPEG.data
        known = await client.call(
            "GET", "/_waypost/v1/messages?limit=100", headers={"Authorization": "Bearer test-admin"}
        )
        assert set(before) <= {message["id"] for message in known.json["messages"]}


async def test_a_backup_is_its_owners_alone_and_replaces_nothing(made: tuple[Path, str], tmp_path: Path) -> None:
    archive, _ = made

    again = await back_up(tmp_path / "first", archive)

    assert archive.stat().st_mode & 0o077 == 0
    assert again.exit_code == 1
    assert "a backup never replaces another" in again.stderr


async def test_a_backup_needs_a_folder_that_is_there(made: tuple[Path, str], tmp_path: Path) -> None:
    _ = made
    nowhere = tmp_path / "nowhere"

    done = await back_up(tmp_path / "first", nowhere / "backup.tar")

    assert (done.exit_code, done.stderr) == (1, f"Error: There is no folder {nowhere}; make it first.\n")


async def test_what_a_backup_left_that_was_killed_is_thrown_away_by_the_next_one(
    made: tuple[Path, str], tmp_path: Path
) -> None:
    archive, _ = made
    archive.unlink()
    left = tmp_path / ".waypost-backup-killed"
    left.mkdir()
    (left / "waypost.db").write_bytes(b"half")

    again = await back_up(tmp_path / "first", archive)

    assert again.exit_code == 0, again.output
    assert sorted(path.name for path in archive.parent.iterdir()) == ["first", "made.tar"]


async def test_a_backup_is_not_restored_over_a_database(made: tuple[Path, str], tmp_path: Path) -> None:
    archive, _ = made

    refused = await restore(archive, tmp_path / "first")

    assert refused.exit_code == 1
    assert "restore into a folder of its own" in refused.stderr


async def test_a_backup_is_not_restored_beside_the_log_of_another_database(
    made: tuple[Path, str], tmp_path: Path
) -> None:
    archive, _ = made
    second = tmp_path / "second"
    second.mkdir()
    (second / "waypost.db-wal").write_bytes(b"log")

    result = await restore(archive, second)

    assert result.exit_code == 1
    assert "is the log of a database that is gone" in result.stderr
    assert not (second / "waypost.db").exists()


async def test_a_backup_is_restored_where_a_newer_database_was_removed(made: tuple[Path, str], tmp_path: Path) -> None:
    archive, _ = made
    data = tmp_path / "first"
    async with running(data) as server, client_for("meta", server.base_url, NUMBER, TOKEN) as client:
        await send_some(client, 1)
    (data / "waypost.db").unlink()
    (data / "waypost.db-wal").unlink(missing_ok=True)

    result = await restore(archive, data)

    assert result.exit_code == 0, result.output
    async with running(data) as server:
        assert server.base_url


async def test_a_folder_that_a_server_works_over_is_left_alone(made: tuple[Path, str], tmp_path: Path) -> None:
    archive, _ = made
    async with running(tmp_path / "second"):
        refused = await restore(archive, tmp_path / "second")

    assert refused.exit_code == 1
    assert "Another process has" in refused.stderr


def cut(archive: Path, share: float) -> None:
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(len(whole) * share)])


def flip_in_database(archive: Path) -> None:
    flip(archive, "waypost.db")


def flip_in_medium(archive: Path) -> None:
    with tarfile.open(archive) as opened:
        [name] = [name for name in opened.getnames() if name.startswith("media/")]
    flip(archive, name)


def flip(archive: Path, name: str) -> None:
    with tarfile.open(archive) as opened:
        entry = opened.getmember(name)
    data = bytearray(archive.read_bytes())
    data[entry.offset_data + entry.size // 2] ^= 0x01
    archive.write_bytes(data)


def make_other_archive(archive: Path) -> None:
    with tarfile.open(archive, "w") as opened:
        opened.addfile(tarfile.TarInfo("../../evil"))


def link_for_database(archive: Path) -> None:
    entry = tarfile.TarInfo("waypost.db")
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(archive, "w") as opened:
        opened.addfile(entry)


@pytest.mark.parametrize(
    "spoil",
    [
        *[lambda archive, share=share: cut(archive, share) for share in (0.0, 0.001, 0.3, 0.6, 0.9)],
        flip_in_database,
        flip_in_medium,
        make_other_archive,
        link_for_database,
    ],
)
async def test_an_archive_that_is_not_whole_is_refused_and_leaves_no_database(
    made: tuple[Path, str], tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    archive, _ = made
    spoil(archive)

    refused = await restore(archive, tmp_path / "second")

    assert refused.exit_code == 1, refused.output
    assert str(archive) in refused.stderr or "backup" in refused.stderr
    assert [path.name for path in (tmp_path / "second").iterdir() if path.is_file()] == ["waypost.db.lock"]


async def test_a_damaged_medium_is_not_backed_up_in_silence(made: tuple[Path, str], tmp_path: Path) -> None:
    _, _ = made
    [medium] = [path for path in (tmp_path / "first" / "media").rglob("*") if path.is_file()]
    medium.write_bytes(b"rot")

    refused = await back_up(tmp_path / "first", tmp_path / "again.tar")

    assert refused.exit_code == 1
    assert f"{medium} is damaged" in refused.stderr
    assert not (tmp_path / "again.tar").exists()


async def test_a_folder_without_a_database_is_said_to_be_one(tmp_path: Path) -> None:
    refused = await back_up(tmp_path / "empty", tmp_path / "made.tar")

    assert refused.exit_code == 1
    assert "There is no database at" in refused.stderr


async def test_a_database_of_another_program_is_not_restored(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE things (id INTEGER)")
    connection.close()
    archive = tmp_path / "other.tar"
    with tarfile.open(archive, "w") as opened:
        opened.add(other, "waypost.db")

    refused = await restore(archive, tmp_path / "data")

    assert refused.exit_code == 1
    assert not (tmp_path / "data" / "waypost.db").exists()


async def send_some(client: Client, count: int) -> list[str]:
    """Send texts one after another and return their ids."""
    answers = [await client.send(PHONE, "text", {"body": f"number {place}"}) for place in range(count)]
    return [answer.json["messages"][0]["id"] for answer in answers]
