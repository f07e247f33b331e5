"""Bytes that are checked against their hash while they pass: what was damaged where it lay never arrives whole."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

from waypost.lib import streams

_IN_PLACE_BYTES = 65_536  # hashing more than this takes longer than handing it to a thread


class DamagedError(Exception):
    """The bytes are not those whose hash was given; the last of them were held back."""


async def checked(chunks: AsyncIterator[bytes], sha256: bytes) -> AsyncIterator[bytes]:
    """Yield the chunks, the last only if the hash of all is `sha256`; raises DamagedError in its place.

    Of one chunk nothing is yielded before it is known to be right. `chunks` is closed at the end.
    """
    found = hashlib.sha256()
    held: bytes | None = None
    try:
        async for chunk in chunks:
            if held is not None:
                yield held
            if len(chunk) > _IN_PLACE_BYTES:
                await asyncio.to_thread(found.update, chunk)
            else:
                found.update(chunk)
            held = chunk
        if found.digest() != sha256:
            raise DamagedError
        if held is not None:
            yield held
    finally:
        await streams.close(chunks)
