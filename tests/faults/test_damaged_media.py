"""Bytes of a medium change where they lie: a program gets an error, and never the wrong file."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest
from tests.support import media
from tests.support.clients import Client, client_for
from tests.support.server import NUMBER, TOKEN, running

pytestmark = pytest.mark.anyio

SMALL = media.pdf().data
LARGE = SMALL + bytes(1_000_000)  # several chunks: the answer has begun before the last is read
DOCUMENT = SMALL + bytes(17_000_000)  # over what is hashed each time that it is read


class World(NamedTuple):
    """A server, a program, and where the files lie."""

    client: Client
    data: Path

    async def damaged(self, content: bytes) -> str:
        """Upload a PDF, change its last byte on the disk, and return its id."""
        uploaded = await self.client.upload(content, "application/pdf")
        [stored] = self.data.rglob(hashlib.sha256(content).hexdigest())
        stored.write_bytes(content[:-1] + b"x")
        return self.client.media_id(uploaded)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with running(tmp_path) as server, client_for("meta", server.base_url, NUMBER, TOKEN) as client:
        yield World(client, tmp_path)


async def test_a_damaged_file_is_told_and_not_served(world: World) -> None:
    media_id = await world.damaged(SMALL)

    got = await world.client.download(media_id)

    assert got.status == 404
    assert f"The file of the media {media_id} is damaged; upload it again.".encode() in got.body


async def test_a_damaged_file_is_whole_again_once_it_is_uploaded_again(world: World) -> None:
    media_id = await world.damaged(SMALL)

    await world.client.upload(SMALL, "application/pdf")

    got = await world.client.download(media_id)
    assert (got.status, got.body) == (200, SMALL)


@pytest.mark.parametrize("content", [LARGE, DOCUMENT], ids=["1 MB", "17 MB"])
async def test_a_large_file_that_is_damaged_breaks_off_before_its_end(world: World, content: bytes) -> None:
    media_id = await world.damaged(content)

    with pytest.raises(aiohttp.ClientPayloadError):
        await world.client.download(media_id)


@pytest.mark.parametrize("content", [SMALL, LARGE, DOCUMENT], ids=["small", "1 MB", "17 MB"])
@pytest.mark.parametrize("wanted", ["bytes=0-9", "bytes=10-", "bytes=-1"])
async def test_no_part_of_a_damaged_file_is_served(world: World, content: bytes, wanted: str) -> None:
    """Not even a part that is as it was: which one that is, a hash of the whole does not say."""
    media_id = await world.damaged(content)

    got = await world.client.download(media_id, headers={"Range": wanted})

    assert got.status == 404
    assert f"The file of the media {media_id} is damaged; upload it again.".encode() in got.body


async def test_a_part_that_is_all_of_a_damaged_file_is_not_served(world: World) -> None:
    media_id = await world.damaged(SMALL)

    got = await world.client.download(media_id, headers={"Range": "bytes=0-"})

    assert got.status == 404
