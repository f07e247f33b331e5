"""A listener to the control API's feed, written as browsers are: events by their lines."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from tests.support.server import ADMIN

TOKEN = {"Authorization": f"Bearer {ADMIN}"}


@dataclass(frozen=True)
class Event:
    """One event: its id, and what it says."""

    id: str
    changes: Any


class Listening:
    """A connection that is told of changes."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer
        self.status = answer.status

    async def event(self) -> Event | None:
        """Wait for the next event; None once the server has ended the feed."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(5):
            while line := (await self.answer.content.readline()).decode():
                name, _, value = line.rstrip("\n").partition(": ")
                if not name and "data" in fields:
                    return Event(fields["id"], json.loads(fields["data"]))
                fields[name] = value
        return None

    async def hear(self, kind: str, what: str) -> None:
        """Wait until something of a kind is told."""
        while (event := await self.event()) is not None:
            if what in event.changes[kind]:
                return
        raise AssertionError(f"the feed ended without {what} among {kind}")


@asynccontextmanager
async def listening(base_url: str, headers: Mapping[str, str] = TOKEN) -> AsyncIterator[Listening]:
    """Listen; on entering the server does know of the listener."""
    async with aiohttp.ClientSession() as session, session.get(f"{base_url}/_waypost/v1/feed", headers=headers) as got:
        yield Listening(got)
