"""What the links of messages lead to, when they lead nowhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.support.store_rows import outbound

from waypost.errors import Fault
from waypost.flows.media_links import MediaLinks
from waypost.flows.media_shelf import MediaShelf
from waypost.lib.clock import SystemClock
from waypost.lib.ids import KeyMaker
from waypost.lib.links import FetchPolicy
from waypost.lib.vetting import NotFetched
from waypost.model import Medium
from waypost.ports import BlobStore
from waypost.wire.parts import ImageObject

pytestmark = pytest.mark.anyio

LINK = "https://files.example/a.jpg"
GONE = NotFetched("answered 404")
BUSY = NotFetched("answered 503", retryable=True)


class Refusing:
    """Answers as many fetches as it may, all of them the same; whoever begins one is noted."""

    def __init__(self, answer: NotFetched, *, may_answer: int) -> None:
        self.answer = answer
        self.begun: asyncio.Queue[None] = asyncio.Queue()
        self.may_answer = asyncio.Semaphore(may_answer)

    async def fetch(self, *_asked: object, **_more: object) -> NotFetched:
        self.begun.put_nowait(None)
        await self.may_answer.acquire()
        return self.answer


class NoFiles:
    """A store that is never given anything."""

    @asynccontextmanager
    async def writer(self) -> AsyncIterator[Any]:  # Any: a writer that nobody writes to
        yield SimpleNamespace(write=None)


class PausingClock(SystemClock):
    """Notes who waits, and for how long."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


def links_with(fetcher: Refusing, clock: SystemClock) -> MediaLinks:
    """Return the flow; no row is read or written, because nothing is ever fetched."""
    nothing: Any = None
    shelf = MediaShelf(nothing, cast("BlobStore", NoFiles()), nothing, clock, KeyMaker())
    return MediaLinks(nothing, shelf, fetcher, FetchPolicy(), clock)


async def wanted_by(links: MediaLinks, key: int) -> Medium | Fault:
    """Let a message want the picture."""
    return await links(outbound(key, kind="image"), ImageObject(link=LINK), LINK)


async def test_nobody_waits_for_an_attempt_that_is_not_made() -> None:
    fetcher, clock = Refusing(BUSY, may_answer=9), PausingClock()

    await wanted_by(links_with(fetcher, clock), 1)

    assert (fetcher.begun.qsize(), clock.pauses) == (3, [0.2, 0.4])


async def test_whoever_comes_while_another_tries_a_dead_link_anew_waits_for_it() -> None:
    fetcher = Refusing(GONE, may_answer=0)
    links = links_with(fetcher, SystemClock())
    first, second = (asyncio.create_task(wanted_by(links, key)) for key in (1, 2))
    await fetcher.begun.get()
    fetcher.may_answer.release()
    await first
    await fetcher.begun.get()

    third = asyncio.create_task(wanted_by(links, 3))
    for _ in range(20):  # turns of the loop, more than a fetch needs to begin
        await asyncio.sleep(0)

    assert fetcher.begun.empty()
    for _ in (second, third):
        fetcher.may_answer.release()
    await asyncio.gather(second, third)
