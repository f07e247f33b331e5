"""Reading media in part: the whole is read through first, and not again for an hour."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import cast

import pytest
from tests.support.store_rows import NUMBER

from waypost.flows import media_reading
from waypost.flows.media_reading import MediaReading
from waypost.lib.checked import DamagedError
from waypost.lib.clock import SystemClock
from waypost.model import MediaKey, Medium
from waypost.ports import BlobStore

pytestmark = pytest.mark.anyio

CONTENT = b"0123456789"
MEDIUM = Medium(MediaKey(1), 1, NUMBER, sha256(CONTENT).digest(), "text/plain", len(CONTENT), 0, 1, "upload")
LARGE = Medium(MediaKey(2), 1, NUMBER, MEDIUM.sha256, "text/plain", media_reading.CHECKED_BYTES + 1, 0, 1, "upload")
"""What counts is the size that its row tells."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Files:
    """One file, and what was read of it."""

    content: bytes = CONTENT
    reads: list[tuple[int, int | None]] = field(default_factory=list)

    async def read(self, _sha256: bytes, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        self.reads.append((start, length))
        end = len(self.content) if length is None else start + length
        for place in range(start, end, 3):
            yield self.content[place : min(end, place + 3)]


class HandClock(SystemClock):
    """Monotonic time that is set by hand."""

    seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


def reading(files: Files, clock: HandClock) -> MediaReading:
    return MediaReading(cast("BlobStore", files), clock)  # all of it that is asked for here


async def all_of(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


WHOLE = (0, None)


async def test_what_is_not_hashed_on_its_way_follows_one_reading_of_all_of_it() -> None:
    files, clock = Files(), HandClock()
    read = reading(files, clock)

    got = [
        await all_of(read(MEDIUM, start=2, length=3)),
        await all_of(read(MEDIUM, start=4)),
        await all_of(read(LARGE)),
    ]

    assert got == [b"234", b"456789", CONTENT]
    assert files.reads == [WHOLE, (2, 3), (4, None), WHOLE]


@pytest.mark.parametrize("medium", [MEDIUM, LARGE], ids=["a part", "a large document"])
async def test_an_hour_later_it_is_hashed_again(medium: Medium) -> None:
    files, clock = Files(), HandClock()
    read = reading(files, clock)
    await all_of(read(MEDIUM))
    files.content = b"012345678x"

    clock.seconds += timedelta(hours=1).total_seconds()

    with pytest.raises(DamagedError):
        await all_of(read(medium, start=0 if medium is LARGE else 1))


async def test_a_file_that_is_found_damaged_is_not_taken_for_sound_any_more() -> None:
    files, clock = Files(), HandClock()
    read = reading(files, clock)
    await all_of(read(MEDIUM))
    files.content = b"012345678x"
    with pytest.raises(DamagedError):
        await all_of(read(MEDIUM))

    with pytest.raises(DamagedError):
        await all_of(read(MEDIUM, start=1))


async def test_a_download_that_is_left_before_its_end_says_nothing_of_its_file() -> None:
    files, clock = Files(), HandClock()
    read = reading(files, clock)
    begun = read(MEDIUM)
    await anext(begun)
    await begun.aclose()  # type: ignore[attr-defined]  # it is a generator

    await all_of(read(MEDIUM, start=1))

    assert files.reads == [WHOLE, WHOLE, (1, None)]
