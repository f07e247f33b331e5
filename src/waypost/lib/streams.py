"""Streams: bytes that come piece by piece."""

from collections.abc import AsyncIterator


async def close(chunks: AsyncIterator[bytes]) -> None:
    """Let go of what a stream holds, though it may not have come to its end; some hold nothing."""
    end = getattr(chunks, "aclose", None)
    if end is not None:
        await end()
