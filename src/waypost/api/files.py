"""Serving stored bytes: whole or in ranges, and never in a way that a browser would run.

# spec: cloud-api.md#6.3
"""

import re
from collections.abc import AsyncIterator

from waypost.api.routing import Answer, Request, Response, StreamResponse
from waypost.errors import Refusal
from waypost.errors.callers import UNKNOWN_OBJECT
from waypost.flows.media_shelf import MediaShelf
from waypost.lib import log, streams
from waypost.lib.checked import DamagedError
from waypost.lib.filenames import content_disposition
from waypost.lib.mime import extension_for
from waypost.model import Medium
from waypost.ports import StoreDown

_log = log.Log("waypost.files")

_RANGE = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})")

# A file is somebody's bytes under our name: no sniffing, no scripts, not part of any page.
_SAFE = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"sandbox; default-src 'none'"),
    (b"cache-control", b"private, no-store"),
    (b"accept-ranges", b"bytes"),
]


async def file_response(request: Request, medium: Medium, shelf: MediaShelf) -> Answer:
    """Return a medium's bytes: all of them, or the one range that is asked for.

    Several ranges, and what is no range, are answered with the whole file, as RFC 9110 allows; so is a range under a
    condition (If-Range), which nothing can meet that has no ETag and no date. Raises Refusal when the
    file is gone, or damaged and either small or wanted in part, and StoreDown: the first chunk is read before the
    answer has begun. A large file that is damaged breaks off before its end.
    """
    headers = [*_SAFE, (b"content-disposition", content_disposition(medium.filename or _made_up_name(medium)))]
    asked = request.header(b"range")
    span = _span(asked, medium.size) if asked and request.header(b"if-range") is None else None
    if span is None:
        whole = await _begun(shelf.read(medium), medium)
        return StreamResponse(200, whole, length=medium.size, content_type=medium.mime, headers=headers)
    start, end = span
    if start >= end:
        return Response(416, content_type=None, headers=[*headers, (b"content-range", b"bytes */%d" % medium.size)])
    headers.append((b"content-range", b"bytes %d-%d/%d" % (start, end - 1, medium.size)))
    body = await _begun(shelf.read(medium, start=start, length=end - start), medium)
    return StreamResponse(206, body, length=end - start, content_type=medium.mime, headers=headers)


async def _begun(chunks: AsyncIterator[bytes], medium: Medium) -> AsyncIterator[bytes]:
    """Read the first chunk now, and return all of them."""
    try:
        first = await anext(chunks, b"")
    except FileNotFoundError:
        _log.error("media.vanished", media_id=medium.key, sha256=medium.sha256.hex())
        raise Refusal(UNKNOWN_OBJECT, f"The file of the media {medium.key} is gone from the media store.") from None
    except DamagedError:
        _tell_damaged(medium)
        raise Refusal(UNKNOWN_OBJECT, f"The file of the media {medium.key} is damaged; upload it again.") from None
    return _both(first, chunks, medium)


def _tell_damaged(medium: Medium) -> None:
    _log.error("media.damaged", media_id=medium.key, sha256=medium.sha256.hex())


async def _both(first: bytes, rest: AsyncIterator[bytes], medium: Medium) -> AsyncIterator[bytes]:
    try:
        yield first
        async for chunk in rest:
            yield chunk
    except DamagedError:
        _tell_damaged(medium)
        raise StoreDown(f"the file of the media {medium.key} is damaged") from None
    finally:
        await streams.close(rest)


def _made_up_name(medium: Medium) -> str:
    return f"{medium.key}{extension_for(medium.mime.partition(';')[0])}"


def _span(asked: bytes, size: int) -> tuple[int, int] | None:
    """Return first byte and end of a range; an empty span cannot be satisfied, None is no range of ours."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        return max(0, size - int(found[2])), size
    start = int(found[1])
    end = min(size, int(found[2]) + 1) if found[2] else size
    return (start, start) if found[2] and int(found[2]) < start else (start, end)
