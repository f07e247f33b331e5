"""Real small files of every type WhatsApp takes, made in code, the same ones each time."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import cache

from PIL import ExifTags, Image

OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class Sample:
    """A file and its type."""

    mime: str
    data: bytes

    def padded_to(self, size: int) -> "Sample":
        """Return the same file grown to exactly `size` bytes, still valid."""
        missing = size - len(self.data)
        assert missing >= 0, f"the sample has {len(self.data)} bytes already"
        return Sample(self.mime, _grown(self.mime, self.data, missing)) if missing else self

    def cut_to(self, share: float) -> bytes:
        """Return the first `share` of the bytes."""
        return self.data[: int(len(self.data) * share)]


def _grown(mime: str, data: bytes, missing: int) -> bytes:
    if mime == "image/webp":
        return _grown_webp(data, missing)
    if mime in {"video/mp4", "video/3gpp", "audio/mp4"}:
        return data + box(b"free", bytes(missing - 8))
    if mime == "image/png":
        return data[:-12] + png_chunk(b"tEXt", b"x\0" + b"y" * (missing - 14)) + data[-12:]
    return data + (b" " if mime == "text/plain" else b"\0") * missing


def _grown_webp(data: bytes, missing: int) -> bytes:
    assert missing >= 10, "a chunk takes at least 10 bytes"
    odd = missing % 2  # RIFF chunks are even, so an odd byte goes behind the file
    chunk = b"JUNK" + struct.pack("<I", missing - odd - 8) + bytes(missing - odd - 8)
    return b"RIFF" + struct.pack("<I", len(data) + len(chunk) - 8) + data[8:] + chunk + bytes(odd)


# -- Images ------------------------------------------------------------------------------------------------------


def _picture(width: int, height: int, *, seed: int = 7, mode: str = "RGB") -> Image.Image:
    noise = bytes((i * i * seed + i // 3 * 31) % 256 for i in range(16 * 16 * 3))
    return Image.frombytes("RGB", (16, 16), noise).resize((width, height), Image.Resampling.BICUBIC).convert(mode)


def _saved(image: Image.Image, image_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


@cache
def jpeg(*, width: int = 160, height: int = 120, mode: str = "RGB", progressive: bool = False) -> Sample:
    """Return a photograph-like JPEG."""
    picture = _picture(width, height, mode=mode)
    return Sample("image/jpeg", _saved(picture, "JPEG", quality=85, progressive=progressive))


@cache
def located_jpeg() -> Sample:
    """Return a JPEG in whose EXIF data the camera wrote where it was."""
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (36.0, 51.0, 4.0), 3: "W", 4: (76.0, 17.0, 24.0)})
    return Sample("image/jpeg", _saved(_picture(160, 120), "JPEG", exif=exif))


@cache
def png(*, width: int = 80, height: int = 60, mode: str = "RGB") -> Sample:
    """Return a PNG."""
    return Sample("image/png", _saved(_picture(width, height, mode=mode), "PNG"))


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """Return a PNG chunk with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def flat_png(width: int, height: int, *, pixels: bool = True) -> bytes:
    """Return a black PNG of any size, tiny for its pixels; without `pixels` it has none of them."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    squeeze = zlib.compressobj(9)
    row = bytes((width + 7) // 8 + 1) if pixels else b""
    rows = b"".join(squeeze.compress(row) for _ in range(height if pixels else 1))
    body = rows + squeeze.flush()
    chunks = (png_chunk(b"IHDR", header), png_chunk(b"IDAT", body), png_chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@cache
def sticker(*, width: int = 512, height: int = 512) -> Sample:
    """Return a WebP that does not move."""
    return Sample("image/webp", _saved(_picture(width, height), "WEBP", quality=50))


@cache
def animated_sticker(*, frames: int = 3, size: int = 512) -> Sample:
    """Return a moving WebP."""
    first, *rest = (_picture(size, size, seed=7 + number) for number in range(frames))
    options = {"save_all": True, "append_images": rest, "duration": 80, "quality": 30, "method": 0}
    return Sample("image/webp", _saved(first, "WEBP", **options))


def webp_of_frames(frames: int) -> bytes:
    """Return a WebP of 1 x 1 pixels with this many frames, each the same."""
    still = _saved(Image.new("RGB", (1, 1)), "WEBP", lossless=True)[12:]
    frame = webp_chunk(b"ANMF", bytes(6) + bytes(6) + b"\x50\0\0" + b"\0" + still)
    return riff(webp_chunk(b"VP8X", b"\x02\0\0\0" + bytes(6)) + webp_chunk(b"ANIM", bytes(6)) + frame * frames)


def webp_chunk(kind: bytes, body: bytes) -> bytes:
    """Return a RIFF chunk, padded to an even length."""
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def riff(chunks: bytes) -> bytes:
    """Return a WebP file of these chunks."""
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


# -- Video and audio ---------------------------------------------------------------------------------------------


def box(kind: bytes, body: bytes) -> bytes:
    """Return an ISO base media box."""
    return struct.pack(">I", len(body) + 8) + kind + body


def _iso(brand: bytes) -> bytes:
    times = struct.pack(">IIII", 0, 0, 1000, 1000)
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    header = bytes(4) + times + b"\0\1\0\0\1\0" + bytes(10) + matrix + bytes(24) + struct.pack(">I", 1)
    file_type = box(b"ftyp", brand + bytes(4) + brand + b"isom")
    return file_type + box(b"moov", box(b"mvhd", header)) + box(b"mdat", bytes(64))


def mp4() -> Sample:
    """Return an MP4 with a movie header and no tracks."""
    return Sample("video/mp4", _iso(b"mp42"))


def three_gp() -> Sample:
    """Return a 3GP with a movie header and no tracks."""
    return Sample("video/3gpp", _iso(b"3gp4"))


def m4a() -> Sample:
    """Return an M4A with a movie header and no tracks."""
    return Sample("audio/mp4", _iso(b"M4A "))


def ogg_opus(*, channels: int = 1) -> Sample:
    """Return an Ogg file with 20 ms of Opus silence."""
    head = b"OpusHead\x01" + bytes([channels]) + struct.pack("<HIhB", 312, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 7) + b"waypost" + struct.pack("<I", 0)
    pages = (_ogg_page(head, 0, flags=2), _ogg_page(tags, 1), _ogg_page(b"\xf8\xff\xfe", 2, flags=4, granule=960))
    return Sample("audio/ogg", b"".join(pages))


def ogg_vorbis() -> bytes:
    """Return the first page of an Ogg file with Vorbis, and a second one."""
    head = b"\x01vorbis" + struct.pack("<IBIiiiBB", 0, 1, 44_100, 0, 64_000, 0, 0xB8, 1)
    return _ogg_page(head, 0, flags=2) + _ogg_page(b"\x03vorbis" + bytes(9), 1)


def _ogg_page(packet: bytes, number: int, *, flags: int = 0, granule: int = 0) -> bytes:
    def page(checksum: int) -> bytes:
        head = struct.pack("<4sBBQIIIB", b"OggS", 0, flags, granule, 1, number, checksum, 1)
        return head + bytes([len(packet)]) + packet

    return page(_ogg_checksum(page(0)))


def _ogg_checksum(data: bytes) -> int:
    register = 0
    for byte in data:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1 ^ 0x04C11DB7 if register & 0x80000000 else register << 1) & 0xFFFFFFFF
    return register


def mp3(*, tagged: bool = False) -> Sample:
    """Return four silent MPEG-1 layer III frames of 128 kbit/s, behind an empty ID3 tag if wanted."""
    frames = (b"\xff\xfb\x90\xc4" + bytes(413)) * 4
    return Sample("audio/mpeg", (b"ID3\x04\0\0\0\0\x02\0" + bytes(256) if tagged else b"") + frames)


def aac() -> Sample:
    """Return four ADTS frames of mono silence."""
    silence = b"\x00\xc8\x00\x80\x23\x80"
    length = len(silence) + 7
    header = bytes([0xFF, 0xF1, 0x50, 0x40 | length >> 11, length >> 3 & 0xFF, (length & 7) << 5 | 0x1F, 0xFC])
    return Sample("audio/aac", (header + silence) * 4)


def amr() -> Sample:
    """Return two AMR frames of 12.2 kbit/s."""
    return Sample("audio/amr", b"#!AMR\n" + (b"\x3c" + bytes(31)) * 2)


# -- Documents ---------------------------------------------------------------------------------------------------


def pdf() -> Sample:
    """Return a PDF of one empty page."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
    )
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj%sendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    ending = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(data)
    return Sample("application/pdf", data + b"xref\n0 4\n0000000000 65535 f \n" + table + ending)


def docx() -> Sample:
    """Return a Word document."""
    return Sample(f"{OFFICE}.wordprocessingml.document", _zipped("word/document.xml", b"<document/>"))


def xlsx() -> Sample:
    """Return an Excel workbook."""
    return Sample(f"{OFFICE}.spreadsheetml.sheet", _zipped("xl/workbook.xml", b"<workbook/>"))


def pptx() -> Sample:
    """Return a PowerPoint presentation."""
    return Sample(f"{OFFICE}.presentationml.presentation", _zipped("ppt/presentation.xml", b"<presentation/>"))


def zip_bomb() -> Sample:
    """Return a Word document that is 50 MB when unpacked."""
    return Sample(f"{OFFICE}.wordprocessingml.document", _zipped("word/document.xml", bytes(50 * 2**20)))


def _zipped(name: str, body: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in (("[Content_Types].xml", b"<Types/>"), (name, body)):
            archive.writestr(zipfile.ZipInfo(entry, (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def doc() -> Sample:
    """Return the header of an old Word document: an OLE container."""
    return Sample("application/msword", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))


def text() -> Sample:
    """Return a text that is not all ASCII."""
    return Sample("text/plain", "Grüße aus Köln\n".encode())
