"""What is different when media lie in S3: where the bytes are, and downloads that are sent on to the store."""

from typing import Any

import aiohttp
import pytest
from tests.journeys.conftest import IN_S3, World
from tests.support import media
from tests.support.s3 import ACCESS_KEY, SECRET_KEY

from waypost.blobs.s3_bucket import PART_BYTES

pytestmark = [pytest.mark.anyio, IN_S3]

JPEG = media.jpeg()
LARGE = media.pdf().padded_to(2 * PART_BYTES + 3)


@pytest.fixture(params=["meta", "proxy"])
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def flags() -> dict[str, Any]:
    return {"media_redirect": "true"}


async def test_a_download_is_sent_on_to_a_signed_url_that_takes_no_credential_of_ours(world: World) -> None:
    media_id = await world.upload(JPEG)

    sent_on = await world.client.download(media_id)

    where = sent_on.headers["Location"]
    async with aiohttp.ClientSession() as stranger, stranger.get(where) as got:
        assert (sent_on.status, got.status, await got.read()) == (302, 200, JPEG.data)
    assert f"X-Amz-Credential={ACCESS_KEY}" in where
    assert SECRET_KEY not in where


async def test_a_program_that_follows_redirects_gets_the_file(world: World) -> None:
    media_id = await world.upload(JPEG)
    looked_up = await world.client.call("GET", f"/{media_id}")

    async with world.client.session.get(looked_up.json["url"], headers=world.client.headers) as got:
        assert (got.status, await got.read()) == (200, JPEG.data)


async def test_a_file_in_several_parts_comes_back_in_a_range_across_them(world: World) -> None:
    media_id = await world.upload(LARGE)
    sent_on = await world.client.download(media_id)

    across = {"Range": f"bytes={PART_BYTES - 2}-{PART_BYTES + 1}"}
    async with aiohttp.ClientSession() as stranger, stranger.get(sent_on.headers["Location"], headers=across) as got:
        assert (got.status, await got.read()) == (206, LARGE.data[PART_BYTES - 2 : PART_BYTES + 2])
