"""Resumable uploads, when several requests send pieces of one at the same time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from waypost.blobs.local import LocalBlobs
from waypost.flows.media_shelf import MediaShelf
from waypost.flows.uploads import Progress, Uploads
from waypost.lib.clock import SystemClock
from waypost.lib.ids import KeyMaker
from waypost.lib.images import ImageInspector
from waypost.model import MediaKey, Medium, Number, NumberId
from waypost.ports import Documents, Records

pytestmark = pytest.mark.anyio

SHOP = Number(NumberId(15550009999), 1, "Shop", "secret")


class SlowDocuments:
    """Documents in memory; a read that meets an event is answered once that is set, with what was there before."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, int, str], bytes] = {}
        self.delay: asyncio.Event | None = None

    async def document(self, kind: str, owner: int, name: str) -> bytes | None:
        found, delay, self.delay = self.kept.get((kind, owner, name)), self.delay, None
        if delay is not None:
            await delay.wait()
        return found

    async def documents(self, *_asked: object, **_more: object) -> list[tuple[str, bytes]]:
        return []

    async def save_document(self, kind: str, owner: int, name: str, body: bytes) -> None:
        self.kept[kind, owner, name] = body

    async def replace_document(self, kind: str, owner: int, name: str, before: bytes | None, body: bytes) -> bool:
        is_same = self.kept.get((kind, owner, name)) == before
        if is_same:
            self.kept[kind, owner, name] = body
        return is_same


class Media:
    """The rows of files, in memory."""

    def __init__(self) -> None:
        self.kept: dict[MediaKey, Medium] = {}

    async def save_medium(self, medium: Medium) -> None:
        self.kept[medium.key] = medium


async def three_bytes() -> AsyncIterator[bytes]:
    yield b"%PD"


async def test_of_two_requests_with_the_same_bytes_only_one_is_taken(tmp_path: Path) -> None:
    clock, blobs, documents = SystemClock(), LocalBlobs(tmp_path), SlowDocuments()
    shelf = MediaShelf(cast("Records", Media()), blobs, ImageInspector(), clock, KeyMaker())
    uploads = Uploads(cast("Documents", documents), shelf, clock)
    name = await uploads.begin(SHOP, "1", mime="application/pdf", length=6, filename=None)

    delay = documents.delay = asyncio.Event()
    slow = asyncio.create_task(uploads.receive(SHOP, name, 0, three_bytes()))
    await asyncio.sleep(0)
    fast = await asyncio.gather(uploads.receive(SHOP, name, 0, three_bytes()), return_exceptions=True)
    delay.set()
    outcomes = [*fast, *await asyncio.gather(slow, return_exceptions=True)]

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Progress", "Refusal"]
    assert await uploads.progress(SHOP, name) == Progress(3)
    await blobs.aclose()
