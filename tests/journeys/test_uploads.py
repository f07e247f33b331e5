"""Resumable uploads: a file in pieces becomes a handle, and the handle an example."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import PHONE, World, open_world
from tests.support import media, samples
from tests.support.clients import Answer, Body
from tests.support.media import Sample
from tests.support.operator import looked_at_until
from tests.support.raw_http import Wire
from tests.support.server import NUMBER
from tests.support.templates import BODY, Desk, definition, handle_of

from waypost.model import NumberId
from waypost.ports import Documents

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


UPLOADS = "/v24.0/400000000000001/uploads"
PNG = media.png()


@pytest.fixture(params=["meta"])
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def begin(world: World, sample: Sample = PNG) -> str:
    query = {"file_length": str(len(sample.data)), "file_type": sample.mime}
    answer = await world.client.call("POST", UPLOADS, params=query)
    assert answer.status == 200, answer
    return f"/v24.0/{answer.json['id']}"


async def put(world: World, path: str, offset: int, data: bytes) -> Answer:
    return await world.client.call("POST", path, data=data, headers={"file_offset": str(offset)})


async def kept(world: World, path: str, count: int) -> None:
    """Wait until the server has kept `count` bytes of an upload."""
    look = partial(world.client.call, "GET", path)
    await looked_at_until(lambda answer: answer.json["file_offset"] == count, look)


async def taken_as_example(world: World, handle: str, kind: str = "IMAGE") -> int:
    header = {"type": "HEADER", "format": kind, "example": {"header_handle": [handle]}}
    desk = Desk(world)
    return (await desk.call("POST", desk.edge, json=definition(components=[header, BODY]))).status


@pytest.mark.parametrize(
    ("sample", "kind"), [(PNG, "IMAGE"), (media.jpeg(), "IMAGE"), (media.mp4(), "VIDEO"), (media.pdf(), "DOCUMENT")]
)
async def test_an_uploaded_file_is_an_example(world: World, sample: Sample, kind: str) -> None:
    handle = await handle_of(world, sample)

    assert handle.startswith("4::")
    assert await taken_as_example(world, handle, kind) == 200


async def test_an_upload_goes_on_where_it_stopped(world: World) -> None:
    path = await begin(world)

    first = await put(world, path, 0, PNG.data[:20])
    asked = await world.client.call("GET", path)
    wrong = await put(world, path, 10, PNG.data[10:])
    last = await put(world, path, 20, PNG.data[20:])

    assert first.json["file_offset"] == asked.json["file_offset"] == 20
    assert asked.json.keys() == {"id", "file_offset"}
    assert wrong.status == 400
    assert await taken_as_example(world, last.json["h"]) == 200


async def test_what_came_before_a_broken_connection_is_kept(world: World) -> None:
    path = await begin(world)
    host = world.client.base.removeprefix("http://")
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: OAuth {world.client.token}\r\nfile_offset: 0\r\n"

    def send_a_part() -> None:
        wire = Wire(int(host.rpartition(":")[2]))
        wire.send(f"{head}Content-Length: {len(PNG.data)}\r\n\r\n".encode() + PNG.data[:20])
        wire.close()

    await asyncio.to_thread(send_a_part)

    await kept(world, path, 20)
    last = await put(world, path, 20, PNG.data[20:])
    assert await taken_as_example(world, last.json["h"]) == 200


class LateDocuments:
    """Documents, of which one learns late that it was replaced."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self.replaced, self.go = asyncio.Event(), asyncio.Event()

    async def replace_document(self, *arguments: Any) -> bool:
        done = await self._documents.replace_document(*arguments)
        self.replaced.set()
        await self.go.wait()
        return done

    def __getattr__(self, name: str) -> Any:  # Any: every other method is that of the documents
        return getattr(self._documents, name)


async def test_whoever_goes_on_waits_for_nobody_who_has_not_been_answered_yet(world: World) -> None:
    number = world.server.parts.resources.directory.number(NumberId(int(NUMBER)))
    assert number is not None
    uploads = world.server.parts.flows.templates.uploads
    documents: Any = LateDocuments(uploads.documents)
    late = replace(uploads, documents=documents)
    name = await late.begin(number, "1", mime=PNG.mime, length=len(PNG.data), filename=None)
    first = asyncio.create_task(late.receive(number, name, 0, pieces_of(PNG.data[:20])))
    await documents.replaced.wait()

    last = asyncio.create_task(late.receive(number, name, 20, pieces_of(PNG.data[20:])))
    documents.go.set()

    assert ((await first).received, (await last).received) == (20, len(PNG.data))


async def pieces_of(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def test_an_upload_and_its_handle_outlive_a_restart(face: str, tmp_path: Path) -> None:
    async with open_world(face, tmp_path / "data") as world:
        path = await begin(world)
        await put(world, path, 0, PNG.data[:20])

    async with open_world(face, tmp_path / "data") as world:
        last = await put(world, path, 20, PNG.data[20:])

    async with open_world(face, tmp_path / "data") as world:
        assert await taken_as_example(world, last.json["h"]) == 200


async def test_an_upload_and_a_handle_live_thirty_days(world: World) -> None:
    path, handle = await begin(world), await handle_of(world, PNG)
    await put(world, path, 0, PNG.data[:20])

    await world.advance(days=30)

    assert (await put(world, path, 20, PNG.data[20:])).status == 400
    assert await taken_as_example(world, handle) == 400


async def test_neither_a_handle_nor_its_file_is_a_media_id(world: World) -> None:
    handle = await handle_of(world, PNG)
    number = world.server.parts.resources.directory.numbers()[0]
    medium = await world.server.parts.flows.templates.uploads.find(number, handle)
    assert medium is not None

    statuses = [(await world.client.send(PHONE, "image", {"id": each})).status for each in (handle, str(medium.key))]

    assert statuses == [400, 400]


async def test_a_file_that_is_not_what_its_type_says_ends_the_upload(world: World) -> None:
    path = await begin(world)

    refused = await put(world, path, 0, b"x" * len(PNG.data))

    assert refused.status == 400
    assert (await world.client.call("GET", path)).status == 400


async def test_more_bytes_than_announced_are_refused(world: World) -> None:
    path = await begin(world)

    assert (await put(world, path, 0, PNG.data + b"x")).status == 413
    assert (await world.client.call("GET", path)).json["file_offset"] == 0


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"file_type": "image/png"},
        {"file_length": "10"},
        {"file_length": "10", "file_type": "image/webp"},
        {"file_length": "0", "file_type": "image/png"},
        {"file_length": "ten", "file_type": "image/png"},
        {"file_length": str(5 * 2**20 + 1), "file_type": "image/png"},
        {"file_length": str(16 * 2**20 + 1), "file_type": "video/mp4"},
        {"file_length": str(100 * 2**20 + 1), "file_type": "application/pdf"},
    ],
)
async def test_an_upload_that_cannot_be_is_refused(world: World, query: dict[str, str]) -> None:
    assert (await world.client.call("POST", UPLOADS, params=query)).status == 400


@pytest.mark.parametrize("length", [str(5 * 2**20)])
async def test_a_length_at_the_limit_is_taken(world: World, length: str) -> None:
    query = {"file_length": length, "file_type": "image/png"}

    assert (await world.client.call("POST", UPLOADS, params=query)).status == 200


async def test_an_upload_of_another_number_is_not_there(world: World) -> None:
    path = await begin(world)
    other = await world.operate("POST", "/numbers", json={"number": "15550199999"})

    answer = await world.client.call("GET", path, headers={"Authorization": f"OAuth {other['token']}"})

    assert answer.status == 400
    assert (await world.client.call("GET", path, headers={"Authorization": "OAuth no"})).status == 401


async def test_the_oldest_of_too_many_unfinished_uploads_is_forgotten(world: World) -> None:
    await world.operate("PUT", "/clock", json={"frozen": True})
    oldest = await begin(world)
    await world.advance(seconds=1)
    others = [await begin(world) for _ in range(50)]

    assert (await world.client.call("GET", oldest)).status == 400
    assert (await world.client.call("GET", others[0])).status == 200


async def test_the_sample_of_a_creation_is_taken_and_its_template_sent(world: World) -> None:
    handle = await handle_of(world, media.jpeg())
    image = await world.upload(media.jpeg())
    printed = samples.template_creation(handle)
    desk = Desk(world)

    created = await desk.call("POST", desk.edge, json={**printed, "name": "repair_done"})

    assert created.json.keys() == {"id", "status", "category"}
    await desk.told("message_template_status_update", created.json["id"])
    parameters = [{"type": "text", "text": text} for text in ("Jo", "8841")]
    components = [
        {"type": "header", "parameters": [{"type": "image", "image": {"id": image}}]},
        {"type": "body", "parameters": parameters},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": parameters[1:]},
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "1",
            "parameters": [{"type": "payload", "payload": "x"}],
        },
    ]
    sent = await world.send(
        "template", {"name": "repair_done", "language": {"code": "en_US"}, "components": components}
    )
    assert await world.words_of(sent, 3) == ["sent", "delivered", "read"]


async def test_a_carousel_reaches_the_phone_with_the_file_of_every_card(world: World) -> None:
    handles = [await handle_of(world, PNG), await handle_of(world, PNG)]
    images = [await world.upload(PNG), await world.upload(media.png())]
    desk = Desk(world)
    parts = [
        {"type": "BODY", "text": "Look at these."},
        {"type": "CAROUSEL", "cards": [_card(each) for each in handles]},
    ]
    await desk.approved(name="bikes", category="MARKETING", components=parts)
    cards = [
        {
            "card_index": index,
            "components": [{"type": "header", "parameters": [{"type": "image", "image": {"id": each}}]}],
        }
        for index, each in enumerate(images)
    ]
    components = [{"type": "carousel", "cards": cards}]

    sent = await world.send("template", {"name": "bikes", "language": {"code": "en_US"}, "components": components})

    assert await world.words_of(sent, 3) == ["sent", "delivered", "read"]
    [shown] = await world.shown_on()
    assert shown["content"]["components"] == components


def _card(handle: str) -> Body:
    header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}}
    return {"components": [header, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "This one"}]}]}
