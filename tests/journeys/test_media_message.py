"""The main job: a media message by id and by link, from the request to the phone and the webhook."""

import hashlib
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, World
from tests.support import media
from tests.support.receiver import Answer, Receiver

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


JPEG = media.jpeg()
PDF = media.pdf()


@pytest.fixture
def flags() -> dict[str, Any]:
    """Links may lead to the tests' own file server."""
    return {"fetch_allow": ["127.0.0.0/8"]}


async def test_an_uploaded_image_sent_by_id_is_delivered_and_read(world: World) -> None:
    client = world.client
    uploaded = await client.upload(JPEG.data, "image/jpeg", "bike.jpg")
    assert uploaded.status == 200, uploaded

    sent = await client.send(PHONE, "image", {"id": client.media_id(uploaded), "caption": "Your bike"})

    assert sent.status == client.sent_status, sent
    message_id = sent.json["messages"][0]["id"]
    assert await world.words_of(message_id, world.told) == world.told_words


async def test_an_uploaded_file_comes_back_byte_for_byte(world: World) -> None:
    media_id = world.client.media_id(await world.client.upload(JPEG.data, "image/jpeg"))

    got = await world.client.download(media_id)

    assert (got.status, got.headers["Content-Type"]) == (200, "image/jpeg")
    assert hashlib.sha256(got.body).digest() == hashlib.sha256(JPEG.data).digest()


async def test_m36_what_a_camera_wrote_into_a_photograph_is_passed_on(world: World) -> None:
    photograph = media.located_jpeg().data
    media_id = world.client.media_id(await world.client.upload(photograph, "image/jpeg"))

    got = await world.client.download(media_id)

    assert (got.status, got.body, b"Exif" in got.body) == (200, photograph, True)


async def test_a_range_of_a_file_is_served(world: World) -> None:
    media_id = world.client.media_id(await world.client.upload(JPEG.data, "image/jpeg"))

    got = await world.client.download(media_id, headers={"Range": "bytes=2-5"})

    assert (got.status, got.body) == (206, JPEG.data[2:6])
    assert got.headers["Content-Range"] == f"bytes 2-5/{len(JPEG.data)}"


@pytest.mark.parametrize(
    ("wanted", "status", "cut"),
    [
        ("bytes=0-0", 206, slice(0, 1)),
        ("bytes=-1", 206, slice(-1, None)),
        ("bytes=5-2", 416, slice(0)),
        ("bytes=999999999-", 416, slice(0)),
        ("bytes=" + ",".join(["0-0"] * 7_000), 200, slice(None)),
        ("bytes=\u00b2-\u00b3", 200, slice(None)),
        ("lines=0-1", 200, slice(None)),
    ],
)
async def test_m32_a_range_gets_that_range_nothing_or_the_whole_file(
    world: World, wanted: str, status: int, cut: slice
) -> None:
    media_id = world.client.media_id(await world.client.upload(JPEG.data, "image/jpeg"))

    got = await world.client.download(media_id, headers={"Range": wanted})

    assert (got.status, got.body) == (status, JPEG.data[cut])


async def test_a_range_under_a_condition_that_nothing_can_meet_is_the_whole_file(world: World) -> None:
    media_id = world.client.media_id(await world.client.upload(JPEG.data, "image/jpeg"))

    got = await world.client.download(media_id, headers={"Range": "bytes=2-5", "If-Range": '"another"'})

    assert (got.status, got.body) == (200, JPEG.data)


async def test_a_document_by_link_is_fetched_once_and_delivered(world: World) -> None:
    async with Receiver() as files:
        files.always = Answer(200, body=PDF.data, headers={"Content-Type": "application/pdf"})
        link = files.url_at("/invoice.pdf?signature=a%2Bb")

        first = await world.client.send(PHONE, "document", {"link": link, "filename": "invoice.pdf"})
        second = await world.client.send(PHONE, "document", {"link": link, "filename": "invoice.pdf"})

        for answer in (first, second):
            assert await world.words_of(answer.json["messages"][0]["id"], world.told) == world.told_words
        assert [(call.path, call.query) for call in files.received] == [("/invoice.pdf", {"signature": "a+b"})]


async def test_a_dead_link_is_accepted_and_fails_on_the_webhook(world: World) -> None:
    async with Receiver() as files:
        files.always = Answer(404)

        sent = await world.client.send(PHONE, "image", {"link": files.url_at("/gone.jpg")})

        assert sent.status == world.client.sent_status
        [failed] = await world.statuses_of(sent.json["messages"][0]["id"], 1)
        assert failed["status"] == "failed"
        assert failed["errors"][0]["code"] == {"cloud": 131053, "onprem": 1014}[world.client.dialect]
        assert "404" in str(failed["errors"][0])


async def test_a_link_to_a_web_page_says_what_to_give_instead(world: World) -> None:
    async with Receiver() as files:
        files.always = Answer(200, body=b"<html>watch</html>", headers={"Content-Type": "text/html; charset=utf-8"})

        sent = await world.client.send(PHONE, "video", {"link": files.url_at("/watch?v=1")})

        [failed] = await world.statuses_of(sent.json["messages"][0]["id"], 1)
        assert "answered with a web page, text/html; give a direct link to the file" in str(failed["errors"][0])


async def test_a_deleted_file_is_gone(world: World) -> None:
    media_id = world.client.media_id(await world.client.upload(JPEG.data, "image/jpeg"))

    deleted = await world.client.delete(media_id)

    assert deleted.status == 200
    assert (await world.client.download(media_id)).status in (400, 404)
    assert (await world.client.send(PHONE, "image", {"id": media_id})).status == 400


async def test_a_file_that_somebody_took_from_the_store_is_told_as_gone(world: World) -> None:
    media_id = world.client.media_id(await world.client.upload(JPEG.data, "image/jpeg"))
    await world.server.parts.resources.blobs.delete(hashlib.sha256(JPEG.data).digest())

    got = await world.client.download(media_id)

    assert got.status == 404
    assert b"is gone from the media store" in got.body


async def test_both_id_and_link_are_refused(world: World) -> None:
    media_id = world.client.media_id(await world.client.upload(JPEG.data, "image/jpeg"))

    refused = await world.client.send(PHONE, "image", {"id": media_id, "link": "https://example.com/a.jpg"})

    assert (refused.status, world.client.error_code(refused)) == (
        400,
        {"cloud": 100, "onprem": 1009}[world.client.dialect],
    )


async def test_neither_id_nor_link_is_refused(world: World) -> None:
    refused = await world.client.send(PHONE, "image", {"caption": "nothing"})

    assert (refused.status, world.client.error_code(refused)) == (
        400,
        {"cloud": 100, "onprem": 1008}[world.client.dialect],
    )


async def test_a_file_that_only_looks_like_a_picture_is_taken_and_fails_when_it_is_sent(world: World) -> None:
    framed = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"no picture" * 50 + b"\xff\xd9"
    uploaded = await world.client.upload(framed, "image/jpeg")
    assert uploaded.status == 200, uploaded

    sent = await world.client.send(PHONE, "image", {"id": world.client.media_id(uploaded)})

    [failed] = await world.statuses_of(sent.json["messages"][0]["id"], 1)
    assert failed["errors"][0]["code"] == {"cloud": 131053, "onprem": 1014}[world.client.dialect]
    assert "is not a whole JPEG" in str(failed["errors"][0])
