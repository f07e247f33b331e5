"""Media in S3 while the store, or the way to it, fails: told with a reason, nothing half kept, and it goes on."""

import asyncio
import contextlib
import hashlib
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import apsw
import pytest
from tests.faults.processes import serve_process, served
from tests.faults.tier import PATIENCE_SECONDS
from tests.support import media
from tests.support.clients import CLIENTS, Answer, Client, client_for
from tests.support.receiver import Answer as Reply
from tests.support.receiver import Receiver
from tests.support.relay import Relay, relay_to
from tests.support.s3 import ACCESS_KEY, BUCKET, ENVIRON, SECRET_KEY, S3Server
from tests.support.server import NUMBER, TOKEN, running

pytestmark = pytest.mark.anyio

PHONE = "15550001111"
JPEG = media.jpeg()
PDF = media.pdf()
LARGE = media.pdf().padded_to(11 * 1024 * 1024)


@dataclass
class World:
    """A server over a bucket, the network between them, and a program."""

    client: Client
    hook: Receiver
    relay: Relay
    s3: S3Server
    data: Path

    @property
    def objects(self) -> list[str]:
        return [path.name for path in self.s3.stored(self.data.name)]

    @property
    def unfinished(self) -> list[Path]:
        return list((self.data / "spool" / "tmp").iterdir())

    @property
    def rows(self) -> int:
        return rows_of(self.data)

    async def upload(self, sample: media.Sample = JPEG) -> Answer:
        return await self.client.upload(sample.data, sample.mime)

    async def uploaded(self, sample: media.Sample = JPEG) -> str:
        answer = await self.upload(sample)
        assert answer.status == 200, answer
        return self.client.media_id(answer)


def rows_of(data: Path) -> int:
    with contextlib.closing(apsw.Connection(str(data / "waypost.db"), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        return int(connection.execute("SELECT count(*) FROM media").get)


def name_of(sample: media.Sample) -> str:
    return hashlib.sha256(sample.data).hexdigest()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder; the objects lie under its name."""
    return tmp_path / f"data-{tmp_path.name}"


@pytest.fixture
def own_s3(tmp_path: Path) -> Iterator[S3Server]:
    """A store that the test may stop and whose files it may change."""
    server = S3Server(tmp_path / "s3")
    server.start()
    yield server
    server.kill()


@asynccontextmanager
async def open_world(face: str, data: Path, s3: S3Server, **flags: object) -> AsyncIterator[World]:
    async with Receiver() as hook, relay_to(s3.port) as relay:
        place = s3.url(data.name, endpoint=relay.endpoint)
        told = {"webhook": hook.url, "callback_dialect": CLIENTS[face].dialect, **flags}
        async with (
            running(data, environ=ENVIRON, media=place, **told) as server,
            client_for(face, server.base_url, NUMBER, TOKEN) as client,
        ):
            yield World(client, hook, relay, s3, data)


@pytest.fixture
async def world(data: Path, s3_server: S3Server) -> AsyncIterator[World]:
    async with open_world("meta", data, s3_server) as opened:
        yield opened


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():  # noqa: ASYNC110 - a store tells nobody
            await asyncio.sleep(0.02)


# -- Uploads -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("face", "code"), [("meta", 2), ("proxy", 2), ("onprem", 1011)])
async def test_an_outage_is_503_with_the_reason_in_the_callers_words(
    face: str, code: int, data: Path, s3_server: S3Server
) -> None:
    async with open_world(face, data, s3_server) as world:
        world.relay.turn("down")

        refused = await world.upload()

        assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
        assert world.client.error_code(refused) == code
        assert b"The media store s3://media/" in refused.body
        assert b"the connection to it broke" in refused.body
        assert (world.objects, world.unfinished, world.rows) == ([], [], 0)


async def test_uploads_go_on_as_soon_as_the_store_is_back(world: World) -> None:
    world.relay.turn("down")
    refused = await world.upload()
    world.relay.turn("open")

    taken = await world.upload()

    assert (refused.status, taken.status) == (503, 200)
    assert world.objects == [name_of(JPEG)]


async def test_a_connection_that_breaks_in_mid_upload_leaves_no_object_and_no_id(data: Path, own_s3: S3Server) -> None:
    async with open_world("meta", data, own_s3) as world:
        world.relay.cut_up_after = 7 * 1024 * 1024

        refused = await world.upload(LARGE)

        assert refused.status == 503
        assert (world.objects, world.unfinished, world.rows) == ([], [], 0)


async def test_a_store_that_fails_twice_is_asked_again_and_the_caller_sees_nothing(world: World) -> None:
    world.relay.turn("open")
    world.relay.fail_next = 2

    taken = await world.upload()

    assert (taken.status, world.objects) == (200, [name_of(JPEG)])


async def test_a_store_that_keeps_failing_is_told_with_its_own_status(world: World) -> None:
    world.relay.turn("failing")

    refused = await world.upload()

    assert refused.status == 503
    assert b"it answered 500 Internal Server Error" in refused.body
    assert (world.objects, world.unfinished, world.rows) == ([], [], 0)


@pytest.mark.slow
async def test_a_store_that_never_answers_costs_a_caller_seconds_and_not_minutes(world: World) -> None:
    world.relay.turn("silent")

    async with asyncio.timeout(PATIENCE_SECONDS):
        refused = await world.upload()

    assert refused.status == 503
    assert b"it did not answer in time" in refused.body


async def test_what_is_there_already_is_not_sent_again(world: World) -> None:
    first = await world.uploaded(LARGE)
    world.relay.cut_up_after = 64 * 1024  # more than it takes to ask, less than it takes to send

    second = await world.uploaded(LARGE)

    assert first != second
    assert world.objects == [name_of(LARGE)]


async def test_an_object_that_somebody_cut_short_is_sent_again(world: World) -> None:
    await world.uploaded()
    [stored] = world.s3.stored(world.data.name)
    stored.write_bytes(JPEG.data[:100])
    world.s3.forget(stored)

    media_id = await world.uploaded()

    assert (await world.client.download(media_id)).body == JPEG.data


# -- Downloads ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", ["meta", "proxy", "onprem"])
async def test_a_download_during_an_outage_is_503_and_not_an_empty_file(
    face: str, data: Path, s3_server: S3Server
) -> None:
    async with open_world(face, data, s3_server) as world:
        media_id = await world.uploaded()
        world.relay.turn("down")

        refused = await world.client.download(media_id)
        world.relay.turn("open")
        served = await world.client.download(media_id)

        assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
        assert (served.status, served.body) == (200, JPEG.data)


async def test_a_connection_that_breaks_in_mid_download_is_no_short_file(world: World) -> None:
    media_id = await world.uploaded(LARGE)
    world.relay.cut_down_after = 3 * 1024 * 1024

    with pytest.raises(aiohttp.ClientPayloadError):
        await world.client.download(media_id)


@pytest.mark.parametrize(("face", "status"), [("meta", 404), ("proxy", 404), ("onprem", 404)])
async def test_an_object_that_vanished_is_told_as_gone(face: str, status: int, data: Path, s3_server: S3Server) -> None:
    async with open_world(face, data, s3_server) as world:
        media_id = await world.uploaded()
        [stored] = s3_server.stored(data.name)
        stored.unlink()

        got = await world.client.download(media_id)

        assert got.status == status
        assert b"is gone from the media store" in got.body


# -- Messages and deletions --------------------------------------------------------------------------------------


async def test_a_message_with_a_link_waits_for_the_store_and_is_fetched_anew_once(
    data: Path, s3_server: S3Server
) -> None:
    async with open_world("meta", data, s3_server, fetch_allow=["127.0.0.0/8"]) as world, Receiver() as files:
        files.always = Reply(200, body=PDF.data, headers={"Content-Type": "application/pdf"})
        world.relay.turn("down")

        sent = await world.client.send(PHONE, "document", {"link": files.url_at("/invoice.pdf")})
        await until(lambda: world.relay.cut >= 12)  # it was asked for again and again
        world.relay.turn("open")

        message_id = sent.json["messages"][0]["id"]
        await world.hook.wait_for_status(message_id, "read")
        assert len(files.received) == 2


async def test_a_text_does_not_wait_for_the_store(world: World) -> None:
    world.relay.turn("down")

    sent = await world.client.send(PHONE, "text", {"body": "hello"})

    await world.hook.wait_for_status(sent.json["messages"][0]["id"], "read")


async def test_a_deletion_during_an_outage_takes_the_id_at_once_and_the_bytes_later(world: World) -> None:
    media_id = await world.uploaded()
    world.relay.turn("down")

    deleted = await world.client.delete(media_id)
    world.relay.turn("open")

    assert deleted.status == 200
    assert (await world.client.download(media_id)).status == 400
    assert (world.objects, world.rows) == ([name_of(JPEG)], 0)  # an orphan, which the daily walk takes


# -- Starts and kills --------------------------------------------------------------------------------------------


async def test_a_server_starts_without_its_store_and_takes_media_when_that_is_back(
    data: Path, own_s3: S3Server
) -> None:
    place = own_s3.url("here")
    own_s3.kill()
    async with (
        running(data, environ=ENVIRON, media=place) as server,
        client_for("meta", server.base_url, NUMBER, TOKEN) as client,
    ):
        refused = await client.upload(JPEG.data, JPEG.mime)
        own_s3.start()

        taken = await client.upload(JPEG.data, JPEG.mime)

    assert (refused.status, taken.status) == (503, 200)


@pytest.mark.slow
async def test_a_kill_between_object_and_row_leaves_an_orphan_that_the_next_start_sweeps(
    data: Path, own_s3: S3Server
) -> None:
    place = f"--media={own_s3.url('here')}"
    common = (f"--number={NUMBER}", f"--token={TOKEN}")
    async with relay_to(own_s3.port) as relay:
        through_relay = f"--media={own_s3.url('here', endpoint=relay.endpoint)}"
        async with (
            served(data, through_relay, *common, environ=ENVIRON) as server,
            client_for("meta", server.ready.base_url, NUMBER, TOKEN) as client,
        ):
            relay.hold_answers_to = b"PUT"
            upload = asyncio.create_task(client.upload(JPEG.data, JPEG.mime))
            await asyncio.wait_for(relay.held.wait(), 20)
            server.process.kill()
            with pytest.raises(aiohttp.ClientError):
                await upload
    [orphan] = own_s3.stored("here")
    before = (orphan.name, rows_of(data))
    make_old(own_s3, orphan)

    async with served(data, place, *common, environ=ENVIRON):
        await until(lambda: own_s3.stored("here") == [])

    assert before == (name_of(JPEG), 0)
    assert list((data / "spool" / "tmp").iterdir()) == []


def make_old(s3: S3Server, stored: Path) -> None:
    """Let the store say that an object is two hours old."""
    s3.forget(stored)
    long_ago = time.time() - 7_200
    os.utime(stored, (long_ago, long_ago))


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": "not-the-right-one"}, "SignatureDoesNotMatch"),
        ({"AWS_ACCESS_KEY_ID": "unknown", "AWS_SECRET_ACCESS_KEY": SECRET_KEY}, "InvalidAccessKeyId"),
    ],
)
async def test_wrong_credentials_end_the_start_with_a_sentence_and_no_secret(
    environ: dict[str, str], told: str, data: Path, s3_server: S3Server
) -> None:
    process = await serve_process(data, f"--media={s3_server.url(data.name)}", environ=environ)

    out, said = await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == 1
    assert told in said.decode()
    assert "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in said.decode()
    assert "Traceback" not in said.decode()
    assert environ["AWS_SECRET_ACCESS_KEY"] not in (out + said).decode()


async def test_a_bucket_that_is_not_there_ends_the_start_with_a_sentence(data: Path, s3_server: S3Server) -> None:
    place = s3_server.url(data.name).replace(f"s3://{BUCKET}/", "s3://nowhere/")
    process = await serve_process(data, f"--media={place}", environ=ENVIRON)

    _, said = await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == 1
    assert "there is no such bucket. Make the bucket, or correct --media." in said.decode()
