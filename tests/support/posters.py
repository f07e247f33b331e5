"""What the contract suites of the Poster share: the implementations, and vets that answer as told."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from waypost.lib.clock import SystemClock
from waypost.lib.poster import Poster, Vet
from waypost.lib.poster_aiohttp import AiohttpPoster
from waypost.lib.poster_asyncio import AsyncioPoster

IMPLEMENTATIONS = (AsyncioPoster, AiohttpPoster)

LONG = timedelta(seconds=10)
SHORT = timedelta(milliseconds=300)
BODY = b'{"object":"whatsapp_business_account","entry":[]}'
JSON = [("Content-Type", "application/json")]

Make = Callable[..., AsyncioPoster | AiohttpPoster]


@asynccontextmanager
async def open_poster(make: Make, *, vet: Vet | None = None, roots: bytes | None = None) -> AsyncIterator[Poster]:
    poster = make(SystemClock(), vet=vet, extra_roots_pem=roots)
    try:
        yield poster
    finally:
        await poster.aclose()


class Vetting:
    """A vet that answers as told and remembers what it was asked."""

    def __init__(self, answer: str | None) -> None:
        self.answer = answer
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> str | None:
        self.asked.append((host, port))
        return self.answer


async def find_no_name(host: str, port: int) -> str | None:
    raise socket.gaierror(socket.EAI_NONAME, f"no such name: {host}:{port}")


async def never_find_a_name(_: str, __: int) -> str | None:
    await asyncio.Event().wait()
    return None
