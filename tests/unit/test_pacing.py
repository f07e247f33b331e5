"""What is known of paces while it is read anew."""

import asyncio
from typing import Any

import pytest

from waypost.flows.pacing import Pacing

pytestmark = pytest.mark.anyio


class NoPaces:
    """Documents, none of which is a pace, read slowly."""

    def __init__(self) -> None:
        self.reading = asyncio.Event()
        self.go_on = asyncio.Event()

    async def documents(self, *_: object, **_more: object) -> list[tuple[str, bytes]]:
        self.reading.set()
        await self.go_on.wait()
        return []


async def test_a_pace_heard_of_while_they_are_read_is_not_forgotten_by_that_and_is_by_the_next() -> None:
    documents: Any = NoPaces()
    nobody: Any = None
    pacing = Pacing(documents, nobody, nobody, offer=nobody, fail=nobody)
    reading = asyncio.create_task(pacing.load())
    await documents.reading.wait()

    pacing.have_begun({7})
    documents.go_on.set()
    await reading

    assert pacing.left(7) == 1
    await pacing.load()
    assert pacing.left(7) is None
