"""The structure of a JPEG, PNG or WebP file, checked without decoding a pixel."""

import re
import zlib
from typing import BinaryIO, Literal

from msgspec import Struct

MAX_PIXELS = 25_000_000
MAX_FRAMES = 500

_CHUNK = 65_536
_MAX_SEGMENTS = 2_000  # of a JPEG; each may cost the reading of a chunk
_MAX_CHUNKS = 50_000  # of a PNG or WebP; an honest PNG of 5 MB has some hundred


class ImageFacts(Struct, frozen=True):
    """What an image is; sizes in pixels."""

    format: Literal["jpeg", "png", "webp"]
    width: int
    height: int
    frames: int = 1
    bits: int = 8
    """Bits per channel."""
    cmyk: bool = False
    animated: bool = False
    """Whether the file says so; an animation may have a single frame."""


class BadImage(Struct, frozen=True):
    """Why an image is refused, in words that go after "the image"."""

    reason: str
    framed: bool = False
    """Whether the file begins and ends as its format demands, and only what is between makes no picture."""


def read_image(file: BinaryIO, size: int) -> ImageFacts | BadImage:
    """Return the facts of the image that starts at the beginning of `file`, or what is wrong with it.

    Finds files that are cut off, chunks with a bad checksum, more than 25 million pixels and more than 500 frames.
    """
    file.seek(0)
    head = file.read(12)
    file.seek(0)
    if head.startswith(b"\xff\xd8\xff"):
        facts = _read_jpeg(file)
    elif head.startswith(b"\x89PNG\r\n\x1a\n"):
        facts = _read_png(file, size)
    elif head.startswith(b"RIFF") and head.endswith(b"WEBP"):
        facts = _read_webp(file, size)
    else:
        facts = BadImage("is not a JPEG, PNG or WebP file")
    return facts if isinstance(facts, BadImage) else _within_bounds(facts)


def _within_bounds(facts: ImageFacts) -> ImageFacts | BadImage:
    if facts.width == 0 or facts.height == 0:
        return BadImage(f"is {facts.width} x {facts.height} pixels, so it is empty")
    if facts.width * facts.height > MAX_PIXELS:
        return BadImage(f"is {facts.width} x {facts.height} pixels; at most {MAX_PIXELS:,} in all are allowed")
    if facts.frames > MAX_FRAMES:
        return BadImage(f"has {facts.frames} frames; at most {MAX_FRAMES} are allowed")
    return facts


# -- JPEG --------------------------------------------------------------------------------------------------------

_BASELINE_OR_PROGRESSIVE = {0xC0, 0xC1, 0xC2}
_OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_DHT, _DQT, _SOS, _EOI = 0xC4, 0xDB, 0xDA, 0xD9
# In compressed data 0xFF is followed by 0, a restart marker, or another 0xFF; what else follows is a segment.
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def _read_jpeg(file: BinaryIO) -> ImageFacts | BadImage:
    """Walk the segments to the end-of-image marker; bytes behind it are ignored, as decoders do."""
    file.seek(2)
    facts: ImageFacts | None = None
    seen: set[int] = set()
    for _ in range(_MAX_SEGMENTS):
        marker = _next_marker(file)
        if marker is None:
            return BadImage("is cut off or damaged: the JPEG has no end-of-image marker")
        if marker == _EOI:
            break
        body = _segment(file, keep=marker in _BASELINE_OR_PROGRESSIVE)
        if body is None:
            return BadImage("is cut off or damaged in a JPEG segment")
        if marker in _OTHER_FRAMES:
            return BadImage("uses a JPEG process that is not baseline or progressive")
        if marker in _BASELINE_OR_PROGRESSIVE and facts is None:
            facts = _jpeg_facts(body)
        seen.add(marker)
    if facts is None or not {_DHT, _DQT, _SOS} <= seen:
        return BadImage("is not a whole JPEG: its size, tables or pixels are missing", framed=True)
    return facts


def _next_marker(file: BinaryIO) -> int | None:
    """Return the next marker and stand behind it; compressed data and fill bytes are passed over."""
    near = file.read(2)
    if _MARKER.match(near):
        return near[1]
    file.seek(-len(near), 1)
    while chunk := file.read(_CHUNK):
        found = _MARKER.search(chunk)
        if found:
            file.seek(found.end() - len(chunk), 1)
            return chunk[found.end() - 1]
        if len(chunk) == 1:
            return None
        if chunk.endswith(b"\xff"):
            file.seek(-1, 1)
    return None


def _segment(file: BinaryIO, *, keep: bool) -> bytes | None:
    """Pass over a segment; return its body when `keep`, nothing else, or None when it is cut off."""
    length = int.from_bytes(file.read(2), "big")
    if length < 2:
        return None
    if keep:
        body = file.read(length - 2)
        return body if len(body) == length - 2 and len(body) >= 6 else None
    file.seek(length - 2, 1)
    return b""


def _jpeg_facts(frame: bytes) -> ImageFacts:
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    return ImageFacts("jpeg", width, height, bits=frame[0], cmyk=frame[5] == 4)


# -- PNG ---------------------------------------------------------------------------------------------------------


def _read_png(file: BinaryIO, size: int) -> ImageFacts | BadImage:
    """Walk the chunks to IEND and check each checksum; bytes behind IEND are ignored, as decoders do."""
    at = 8
    first, seen, frames = b"", set[bytes](), 1
    for _ in range(_MAX_CHUNKS):
        file.seek(at)
        head = file.read(8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if len(head) < 8 or at + length + 12 > size:
            return BadImage(f"is cut off: the PNG ends in a chunk at byte {at}")
        start = file.read(min(length, 13))
        if not _png_sum_is_right(file, kind + start, length - len(start)):
            return BadImage(f"is damaged: the checksum of the PNG chunk at byte {at} is wrong")
        first = first or kind + start
        frames = int.from_bytes(start[:4], "big") if kind == b"acTL" else frames
        seen.add(kind)
        at += length + 12
        if kind == b"IEND":
            return _png_facts(first, seen, frames)
    return BadImage(f"has more than {_MAX_CHUNKS:,} PNG chunks")


def _png_sum_is_right(file: BinaryIO, begun: bytes, left: int) -> bool:
    checksum = zlib.crc32(begun)
    while left > 0:
        chunk = file.read(min(left, _CHUNK))
        if not chunk:
            return False
        checksum = zlib.crc32(chunk, checksum)
        left -= len(chunk)
    return file.read(4) == checksum.to_bytes(4, "big")


def _png_facts(first: bytes, seen: set[bytes], frames: int) -> ImageFacts | BadImage:
    if not first.startswith(b"IHDR") or len(first) != 17 or b"IDAT" not in seen:
        return BadImage("is not a whole PNG: its size or pixels are missing")
    width, height = int.from_bytes(first[4:8], "big"), int.from_bytes(first[8:12], "big")
    return ImageFacts("png", width, height, frames=frames, bits=first[12], animated=b"acTL" in seen)


# -- WebP --------------------------------------------------------------------------------------------------------


def _read_webp(file: BinaryIO, size: int) -> ImageFacts | BadImage:
    """Walk the chunks of the RIFF file and count the frames."""
    end = int.from_bytes(file.read(8)[4:], "little") + 8
    if end > size:
        return BadImage(f"is cut off: the WebP should have {end} bytes and has {size}")
    at, first, counts = 12, b"", dict[bytes, int]()
    while at + 8 <= end and sum(counts.values()) < _MAX_CHUNKS:
        file.seek(at)
        head = file.read(18)
        length = int.from_bytes(head[4:8], "little")
        if at + 8 + length > end:
            return BadImage(f"is cut off: the WebP ends in a chunk at byte {at}")
        first = first or head
        counts[head[:4]] = counts.get(head[:4], 0) + 1
        at += 8 + length + length % 2
    return _webp_facts(first, counts)


def _webp_facts(first: bytes, counts: dict[bytes, int]) -> ImageFacts | BadImage:
    match first[:4], len(first):
        case b"VP8 ", 18 if first[11:14] == b"\x9d\x01\x2a":
            width, height = int.from_bytes(first[14:16], "little"), int.from_bytes(first[16:18], "little")
            return ImageFacts("webp", width & 0x3FFF, height & 0x3FFF)
        case b"VP8L", 18 if first[8] == 0x2F:
            bits = int.from_bytes(first[9:13], "little")
            return ImageFacts("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8X", 18:
            return _extended_webp(first, counts)
        case _:
            return BadImage("is not a whole WebP: its pixels are missing")


def _extended_webp(first: bytes, counts: dict[bytes, int]) -> ImageFacts | BadImage:
    animated = bool(first[8] & 0x02)
    frames = counts.get(b"ANMF", 0)
    if animated and not (b"ANIM" in counts and frames):
        return BadImage("says that it is animated, but the WebP has no frames")
    if not animated and (frames or not counts.keys() & {b"VP8 ", b"VP8L"}):
        return BadImage("is damaged: the WebP's header and its chunks contradict each other")
    width, height = int.from_bytes(first[12:15], "little") + 1, int.from_bytes(first[15:18], "little") + 1
    return ImageFacts("webp", width, height, frames=frames or 1, animated=animated)
