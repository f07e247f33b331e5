"""A disk that fills up under a running server: it says so, loses nothing, and goes on by itself when there is room."""

import asyncio
import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.processes import served_with_client
from tests.faults.tier import PATIENCE_SECONDS, Tier
from tests.support import media
from tests.support.clients import Answer, Client
from tests.support.receiver import Receiver

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk"),
]

PHONE = "491701234567"
JPEG = media.jpeg()
LONG = "x" * 4_000
RECOVERY_SECONDS = 10
CYCLES = 5


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], check=True, timeout=10)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True, timeout=10)


@pytest.fixture
def media_disk(disk: Path) -> Iterator[Path]:
    """Another disk of 8 MB, for the media of the server on the first."""
    folder = disk / "data" / "media"
    folder.mkdir(parents=True, mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], check=True, timeout=10)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True, timeout=10)


def files_in(folder: Path) -> set[Path]:
    """Return the files below a folder."""
    return {path for path in folder.rglob("*") if path.is_file()}


def nearly_fill(disk: Path) -> Path:
    """Leave nine tenths of what a server keeps for what it has accepted already."""
    filler, state = disk / "filler", os.statvfs(disk)
    filler.write_bytes(bytes(state.f_frsize * (state.f_bavail - state.f_blocks * 9 // 200)))
    return filler


def fill(disk: Path) -> Path:
    """Take every free byte of a disk."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4_096))
    return filler


async def send(client: Client) -> Answer:
    return await client.send(PHONE, "text", {"body": LONG})


async def send_until_refused(client: Client, acknowledged: list[str], *, pause: float = 0) -> Answer:
    """Send until the server refuses, and return how it does; what it took on the way is acknowledged."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (answer := await send(client)).status == 200:
            acknowledged.append(answer.json["messages"][0]["id"])
            await asyncio.sleep(pause)
        return answer


async def send_until_taken(client: Client, tier: Tier) -> Answer:
    async with asyncio.timeout(tier.within(RECOVERY_SECONDS)):
        while (answer := await send(client)).status != 200:  # noqa: ASYNC110 - as a client would
            await asyncio.sleep(0.1)
        return answer


async def test_a_full_disk_is_told_and_nothing_acknowledged_is_lost(disk: Path, tier: Tier) -> None:
    acknowledged: list[str] = []
    async with Receiver() as hook, served_with_client(disk, hook) as (server, client):
        media_id = client.media_id(await client.upload(JPEG.data, "image/jpeg"))
        filler = fill(disk)

        refused = await asyncio.gather(*(send_until_refused(client, acknowledged) for _ in range(8)))
        upload = await client.upload(JPEG.data + bytes(500_000), "image/jpeg")
        read = await client.download(media_id)
        filler.unlink()
        taken = await send_until_taken(client, tier)

        acknowledged.append(taken.json["messages"][0]["id"])
        for message in acknowledged:
            await hook.wait_for_status(message, "read")
        assert {(answer.status, answer.headers["Retry-After"]) for answer in (*refused, upload)} == {(507, "5")}
        assert (read.status, read.body) == (200, JPEG.data)
        code, _ = await server.stop()
        assert code == 0


async def test_a_disk_that_fills_up_again_and_again_loses_nothing(disk: Path, tier: Tier) -> None:
    acknowledged: list[str] = []
    async with Receiver() as hook, served_with_client(disk, hook) as (server, client):
        for _ in range(CYCLES):
            filler = fill(disk)
            await asyncio.gather(*(send_until_refused(client, acknowledged) for _ in range(8)))
            filler.unlink()
            taken = await send_until_taken(client, tier)
            acknowledged.append(taken.json["messages"][0]["id"])

        for message in acknowledged:
            await hook.wait_for_status(message, "read")
        code, _ = await server.stop()
        assert code == 0


async def test_a_full_disk_of_media_refuses_uploads_and_nothing_else(disk: Path, media_disk: Path) -> None:
    async with Receiver() as hook, served_with_client(disk, hook) as (_, client):
        media_id = client.media_id(await client.upload(JPEG.data, "image/jpeg"))
        kept = files_in(media_disk)
        filler = fill(media_disk)

        upload = await client.upload(JPEG.data + bytes(500_000), "image/jpeg")
        sent = await send(client)
        read = await client.download(media_id)
        left = files_in(media_disk) - {filler}
        filler.unlink()
        again = await client.upload(JPEG.data + bytes(500_000), "image/jpeg")

        assert (upload.status, upload.headers["Retry-After"]) == (507, "5")
        assert (sent.status, read.status, read.body) == (200, 200, JPEG.data)
        assert left == kept
        assert again.status == 200


@pytest.mark.usefixtures("media_disk")
async def test_a_full_disk_of_the_database_refuses_uploads_until_there_is_room(disk: Path, tier: Tier) -> None:
    async with Receiver() as hook, served_with_client(disk, hook) as (_, client):
        filler = fill(disk)
        await asyncio.gather(*(send_until_refused(client, []) for _ in range(8)))

        upload = await client.upload(JPEG.data, "image/jpeg")
        filler.unlink()
        await send_until_taken(client, tier)
        again = await client.upload(JPEG.data, "image/jpeg")

        assert (upload.status, upload.headers["Retry-After"]) == (507, "5")
        assert again.status == 200


async def test_the_last_of_a_disk_is_for_what_was_accepted_already(disk: Path, tier: Tier) -> None:
    async with Receiver() as hook, served_with_client(disk, hook) as (server, client):
        before = await send(client)
        filler = nearly_fill(disk)

        refused = await send_until_refused(client, [], pause=0.3)  # it looks every second
        filler.unlink()
        await send_until_taken(client, tier)

        await hook.wait_for_status(before.json["messages"][0]["id"], "read")
        assert (refused.status, refused.headers["Retry-After"]) == (507, "5")
        assert "nearly full" in refused.json["error"]["error_data"]["details"]
        code, _ = await server.stop()
        assert code == 0
