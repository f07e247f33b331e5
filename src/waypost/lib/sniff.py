"""What a file really is, by its first bytes and the structure of its container; nothing is decoded here.

An ISO file (mp4, m4a, 3gp) is accepted by its boxes: `ftyp` first and at least one whole `moov` or `mdat` after it.
Codecs are not probed: that would take a demuxer, and a demuxer fed with hostile files is a worse risk than a video
that does not play. So a bare `ftyp` is refused, and an mp4 with a foreign codec passes.
"""

import re
from typing import BinaryIO

import puremagic
from msgspec import Struct

ZIP = "application/zip"
OLE = "application/x-ole-storage"
OTHER_OGG = "application/ogg"
PLAYLIST = "application/vnd.apple.mpegurl"
HTML = "text/html"
SVG = "image/svg+xml"

_TOLD_BY_STRUCTURE = {
    "application/pdf", "audio/aac", "audio/amr", "audio/mp4", "audio/mpeg", "audio/ogg",
    "image/jpeg", "image/png", "image/webp", "text/plain", "video/3gpp", "video/mp4", ZIP, OLE,
}  # fmt: skip
_HEAD_BYTES = 16_384  # holds two of the longest ADTS frames, 8,191 bytes each
_MAX_BOXES = 10_000


class Sniffed(Struct, frozen=True):
    """What the bytes are: a MIME type or None when nothing known, and what is wrong with the structure."""

    mime: str | None
    damage: str | None = None
    """Why the file is not whole, in words that go after "the file"; None when the structure holds."""
    channels: int | None = None
    """Audio channels, where the container says it in its first page (Ogg with Opus)."""


_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftyp", "iso"),
    (0, b"OggS", "ogg"),
    (0, b"ID3", "id3"),
    (0, b"#!AMR\n", "audio/amr"),
    (0, b"ADIF", "audio/aac"),
    (0, b"PK\x03\x04", ZIP),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
)


def sniff(file: BinaryIO, size: int) -> Sniffed:
    """Return what `file` is; reads its first 16 KiB and, for containers, a few headers further on."""
    head = file.read(_HEAD_BYTES)
    match _by_magic(head):
        case "iso":
            return _iso_media(file, head, size)
        case "ogg":
            return _ogg(head)
        case "id3":
            return _after_id3(file, head)
        case None:
            return Sniffed(_by_content(head, size))
        case mime:
            return Sniffed(mime)


def _by_magic(head: bytes) -> str | None:
    return next((kind for at, magic, kind in _MAGIC if head.startswith(magic, at)), None)


def _by_content(head: bytes, size: int) -> str | None:
    if head.startswith(b"MZ") and b"\0" in head:
        return "application/x-msdownload"
    text = _as_text(head)
    if text is not None and (markup := _markup(text)) is not None:
        return markup
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    if (audio := _frames(head, size)) is not None:
        return audio
    return "text/plain" if text is not None else _by_puremagic(head)


def _by_puremagic(head: bytes) -> str | None:
    """Name a type that no rule is about, for the message that refuses it. Slow (0.4 ms), hence last."""
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):  # not known; empty
        return None
    # It goes by a few bytes: what we tell by structure, and did not find, it must not find either.
    return found if found and found not in _TOLD_BY_STRUCTURE else None


# -- Text and markup ---------------------------------------------------------------------------------------------

_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_PREAMBLE = re.compile(r"(?:\s+|<\?[^>]*>|<!--.*?-->)*", re.DOTALL)
_HTML_START = re.compile(r"<(?:!doctype\s+html|html|head|body|script|iframe|style|title|meta|link)\b", re.IGNORECASE)
_SVG_START = re.compile(r"<svg[\s>/]|<!doctype\s+svg", re.IGNORECASE)


def _as_text(head: bytes) -> str | None:
    """Return the head as text, or None when it holds what no text holds. Any 8-bit encoding passes."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace")
    if not head or _BINARY.search(head):
        return None
    return head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")


def _markup(text: str) -> str | None:
    if text.startswith("#EXTM3U"):
        return PLAYLIST
    preamble = _PREAMBLE.match(text)
    start = preamble.end() if preamble else 0
    if _HTML_START.match(text, start):
        return HTML
    # An SVG may begin with a document type that carries entities, so the whole head is searched.
    return SVG if text.startswith("<", start) and _SVG_START.search(text, start) else None


# -- ISO base media: mp4, m4a, 3gp -------------------------------------------------------------------------------


def _iso_media(file: BinaryIO, head: bytes, size: int) -> Sniffed:
    return Sniffed(_iso_type(head[8:12]), _iso_damage(file, size))


def _iso_type(brand: bytes) -> str:
    match brand:
        case b"M4A " | b"M4B " | b"M4P ":
            return "audio/mp4"
        case b"qt  ":
            return "video/quicktime"
        case b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1":
            return "image/heic"
        case b"avif" | b"avis":
            return "image/avif"
        case _ if brand.startswith(b"3g2"):
            return "video/3gpp2"
        case _ if brand.startswith(b"3g"):
            return "video/3gpp"
        case _:
            return "video/mp4"


def _iso_damage(file: BinaryIO, size: int) -> str | None:
    seen: set[bytes] = set()
    at = 0
    for _ in range(_MAX_BOXES):
        if at >= size:
            break
        file.seek(at)
        box = _box(file.read(16), size - at)
        if box is None:
            # Bytes that are no box after a whole moov and mdat are a trailer; players ignore it.
            return None if {b"moov", b"mdat"} <= seen else f"is cut off or damaged at byte {at}"
        length, kind = box
        seen.add(kind)
        at += length
    return None if seen & {b"moov", b"mdat"} else "has no moov and no mdat box, so there is nothing to play"


def _box(header: bytes, left: int) -> tuple[int, bytes] | None:
    """Return length and kind of a box, or None when the bytes are no whole box."""
    if len(header) < 8:
        return None
    length, least = int.from_bytes(header[:4], "big"), 8
    if length == 0:  # up to the end of the file
        length = left
    elif length == 1:
        length, least = int.from_bytes(header[8:16], "big"), 16
    return (length, header[4:8]) if least <= length <= left else None


# -- Audio -------------------------------------------------------------------------------------------------------


def _ogg(head: bytes) -> Sniffed:
    """Tell Opus by the first packet, and look for the second page, where its tags begin."""
    if len(head) < 27:
        return Sniffed(OTHER_OGG, "is cut off in its first page")
    start = 27 + head[26]
    packet = head[start : start + sum(head[27:start])]
    if len(packet) < 19 or not packet.startswith(b"OpusHead"):
        return Sniffed(OTHER_OGG)
    whole = head.startswith(b"OggS", start + len(packet))
    return Sniffed("audio/ogg", None if whole else "is cut off after its first page", channels=packet[9])


def _after_id3(file: BinaryIO, head: bytes) -> Sniffed:
    """Look behind an ID3 tag, which may hold a cover picture of any size."""
    if len(head) < 10:
        return Sniffed("audio/mpeg", "is cut off in its ID3 tag")
    footer = 10 if head[5] & 0x10 else 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    file.seek(10 + size + footer)
    behind = file.read(_HEAD_BYTES).lstrip(b"\0")  # some taggers pad behind the tag
    audio = _frames(behind, len(behind))
    return Sniffed(audio or "audio/mpeg", None if audio else "has an ID3 tag but no audio frames behind it")


def _frames(head: bytes, size: int) -> str | None:
    """Return the type of a stream of MPEG audio frames: two in a row, or one that is the whole file."""
    for mime, frame_length in (("audio/aac", _adts_length), ("audio/mpeg", _mp3_length)):
        length = frame_length(head)
        if length is not None and (length == size or frame_length(head[length:]) is not None):
            return mime
    return None


def _adts_length(frame: bytes) -> int | None:
    if len(frame) < 7 or frame[0] != 0xFF or frame[1] & 0xF6 != 0xF0:
        return None
    length = (frame[3] & 3) << 11 | frame[4] << 3 | frame[5] >> 5
    return length if length > 7 else None


_MP3_KBITS_1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MP3_KBITS_2 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_MP3_HERTZ = (44_100, 48_000, 32_000)


def _mp3_length(frame: bytes) -> int | None:
    """Return the length of a layer III frame, or None when the header is none."""
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE6 != 0xE2:
        return None
    version, rate, hertz = frame[1] >> 3 & 3, frame[2] >> 4, frame[2] >> 2 & 3
    if version == 1 or rate in {0, 15} or hertz == 3:
        return None
    padding = frame[2] >> 1 & 1
    if version == 3:
        return 144_000 * _MP3_KBITS_1[rate - 1] // _MP3_HERTZ[hertz] + padding
    divider = 2 if version == 2 else 4
    return 72_000 * _MP3_KBITS_2[rate - 1] * divider // _MP3_HERTZ[hertz] + padding
