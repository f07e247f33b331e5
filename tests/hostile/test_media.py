"""The media corpus: each hostile file with its exact outcome, at the level of the rules."""

import asyncio
import io
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from tests.support import media

from waypost.errors import Fault
from waypost.errors.outcomes import MEDIA_FAILED
from waypost.errors.requests import BAD_MEDIA
from waypost.lib import image_child, images
from waypost.lib.images import BadImage, ImageFacts, ImageInspector, image_structure
from waypost.lib.media_facts import gather_facts
from waypost.model import Dialect
from waypost.rules.media import MB, MediaKind, check_fetched, check_upload

OVER_LIMITS = BadImage("cannot be decoded within 5 s of CPU and 512 MB of memory")
JFIF = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script>"
FTYP = media.box(b"ftyp", b"mp42\0\0\0\0mp42isom")
FRAMELESS = media.riff(media.webp_chunk(b"VP8X", b"\x02\0\0\0" + b"\xff\x01\0" * 2) + media.sticker().data[12:])
BAD_SUM = bytearray(media.png().data)
BAD_SUM[-14] ^= 1

ONLY_PNG = "; convert it to image/png."
ANEW = " Export it anew and send that."
REAL_TYPE = "; send the file under its real type."
CUT_JPEG = f"The image is cut off or damaged: the JPEG has no end-of-image marker.{ANEW}"
PIXELS = "pixels; at most 25,000,000 in all are allowed." + ANEW


@dataclass(frozen=True)
class Case:
    """A file under a declared type for a message type (None: an upload); `why` None means that it is taken."""

    name: str
    make: Callable[[], bytes]
    mime: str | None
    kind: MediaKind | None
    why: str | None
    dialect: Dialect = "cloud"


def of(data: bytes) -> Callable[[], bytes]:
    """Return `data` when called."""
    return lambda: data


def sticker_of(size: int, *, moving: bool = False) -> Callable[[], bytes]:
    """Return a sticker of exactly `size` bytes when called."""
    return lambda: (media.animated_sticker() if moving else media.sticker()).padded_to(size).data


CASES = (
    Case("M1 nothing", of(b""), "image/png", None, "The file is empty (0 bytes); send the bytes of the file."),
    Case("M2 at the limit", lambda: media.png().padded_to(5 * MB).data, "image/png", None, None),
    Case("M3 over the limit", lambda: media.png().padded_to(5 * MB + 1).data, "image/png", None,
         "The file has 5,242,881 bytes; an image may have at most 5,242,880. Send a smaller file."),
    Case("M4 static at the limit", sticker_of(102_400), "image/webp", "sticker", None),
    Case("M5 static over", sticker_of(102_401), "image/webp", "sticker",
         "The file has 102,401 bytes; a sticker that is not animated may have at most 102,400. Send a smaller file."),
    Case("M5 static over, uploaded", sticker_of(102_401), "image/webp", None,
         "The file has 102,401 bytes; a sticker that is not animated may have at most 102,400. Send a smaller file."),
    Case("M6 moving at the limit", sticker_of(512_000, moving=True), "image/webp", "sticker", None),
    Case("M7 moving over", sticker_of(512_001, moving=True), "image/webp", "sticker",
         "The file has 512,001 bytes; a sticker may have at most 512,000. Send a smaller file."),
    Case("M8 511 wide", of(media.sticker(width=511).data), "image/webp", "sticker",
         "The sticker is 511 x 512 pixels; make it 512 x 512."),
    Case("M8 511 wide, uploaded", of(media.sticker(width=511).data), "image/webp", None,
         "The sticker is 511 x 512 pixels; make it 512 x 512."),
    Case("M9 flag without frames", of(FRAMELESS), "image/webp", "sticker",
         f"The image says that it is animated, but the WebP has no frames.{ANEW}"),
    Case("M10 jpeg as png", of(media.jpeg().data), "image/png", None,
         f"The type is image/png, but the content is image/jpeg{REAL_TYPE}"),
    Case("M11 html as jpeg", of(HTML), "image/jpeg", None,
         f"The type is image/jpeg, but the content is text/html{REAL_TYPE}"),
    Case("M11 html as text", of(HTML), "text/plain", "document",
         f"The type is text/plain, but the content is text/html{REAL_TYPE}"),
    Case("M11 html as csv", of(HTML), "text/csv", "document",
         f"The type is text/csv, but the content is text/html{REAL_TYPE}"),
    Case("M11 html as itself", of(HTML), "text/html", "document", None),
    Case("M12 svg as image", of(SVG), "image/svg+xml", "image",
         "The type image/svg+xml is not allowed, not as a document either; convert the picture to image/png."),
    Case("M12 svg as document", of(SVG), "image/svg+xml", "document",
         "The type image/svg+xml is not allowed, not as a document either; convert the picture to image/png."),
    Case("M12 svg as xml", of(SVG), "application/xml", "document",
         f"The content is an SVG picture, which is not allowed under any type{ONLY_PNG}"),
    Case("M12 svg as png", of(SVG), "image/png", None,
         f"The content is an SVG picture, which is not allowed under any type{ONLY_PNG}"),
    Case("M12 svg on-premises", of(SVG), "application/xml", None,
         f"The content is an SVG picture, which is not allowed under any type{ONLY_PNG}", "onprem"),
    Case("M14 polyglot", of(media.png().data + HTML + media.docx().data), "image/png", None, None),
    Case("M15 gif", of(b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)"), "image/gif", None,
         "The type image/gif is not allowed for any message type; send one of image/jpeg, image/png, image/webp."),
    Case("M15 gif as image", of(b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)"), "image/gif", "image",
         "The type image/gif is not allowed for an image; send one of image/jpeg, image/png."),
    Case("M15 gif as png", of(b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)"), "image/png", None,
         f"The type is image/png, but the content is image/gif{REAL_TYPE}"),
    Case("M16 jfif and html", of(JFIF + b"<script>alert(1)</script>"), "image/jpeg", None, CUT_JPEG),
    Case("M17 cut at 50 %", of(media.jpeg().cut_to(0.5)), "image/jpeg", None, CUT_JPEG),
    Case("M17 cut at 95 %", of(media.jpeg().cut_to(0.95)), "image/jpeg", None, CUT_JPEG),
    Case("M17 cut at 99.9 %", of(media.jpeg().cut_to(0.999)), "image/jpeg", None, CUT_JPEG),
    Case("M17 progressive", of(media.jpeg(progressive=True).cut_to(0.999)), "image/jpeg", None, CUT_JPEG),
    Case("M17 png", of(media.png().cut_to(0.999)), "image/png", None,
         f"The image is cut off: the PNG ends in a chunk at byte 10378.{ANEW}"),
    Case("M17 webp", of(media.sticker().cut_to(0.999)), "image/webp", None,
         f"The image is cut off: the WebP should have 10192 bytes and has 10181.{ANEW}"),
    Case("M18 bad checksum", of(bytes(BAD_SUM)), "image/png", None,
         f"The image is damaged: the checksum of the PNG chunk at byte 33 is wrong.{ANEW}"),
    Case("M18 right checksum, bad stream", of(media.flat_png(64, 64, pixels=False)), "image/png", None,
         f"The image cannot be decoded (OSError).{ANEW}"),
    Case("M19 900 million pixels", lambda: media.flat_png(30_000, 30_000), "image/png", None,
         f"The image is 30000 x 30000 {PIXELS}"),
    Case("M20 144 million pixels", lambda: media.flat_png(12_000, 12_000), "image/png", None,
         f"The image is 12000 x 12000 {PIXELS}"),
    Case("M21 largest header", of(media.flat_png(2**31 - 1, 2**31 - 1, pixels=False)), "image/png", None,
         f"The image is 2147483647 x 2147483647 {PIXELS}"),
    Case("M22 10,000 frames", lambda: media.webp_of_frames(10_000), "image/webp", None,
         f"The image has 10000 frames; at most 500 are allowed.{ANEW}"),
    Case("M23 ftyp only", of(FTYP), "video/mp4", None,
         "The file has no moov and no mdat box, so there is nothing to play; send a whole file."),
    Case("M23 ftyp and mdat", of(FTYP + media.box(b"mdat", bytes(9))), "video/mp4", None, None),
    Case("M23 cut mp4", of(media.mp4().cut_to(0.9)), "video/mp4", None,
         "The file is cut off or damaged at byte 140; send a whole file."),
    Case("M24 playlist", of(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"), "video/mp4", "video",
         f"The type is video/mp4, but the content is application/vnd.apple.mpegurl{REAL_TYPE}"),
    Case("M25 windows program", of(b"MZ\x90\0" + bytes(200) + b"%PDF-1.4"), "application/pdf", "document",
         f"The type is application/pdf, but the content is application/x-msdownload{REAL_TYPE}"),
    Case("M25 linux program", of(b"\x7fELF\2\1\1" + bytes(200) + b"%PDF-1.4"), "application/pdf", None,
         f"The type is application/pdf, but the content is application/x-executable{REAL_TYPE}"),
    Case("M25 pdf mark at byte 1,019", of(bytes(1_019) + media.pdf().data), "application/pdf", None, None),
    Case("M25 pdf mark at byte 1,020", of(bytes(1_020) + media.pdf().data), "application/pdf", None,
         f"The type is application/pdf, but the content is of no known type{REAL_TYPE}"),
    Case("M26 zip bomb", lambda: media.zip_bomb().data, media.docx().mime, None, None),
    Case("M27 vorbis", of(media.ogg_vorbis()), "audio/ogg", None,
         f"The type is audio/ogg, but the content is Ogg without Opus{REAL_TYPE}"),
    Case("M27 vorbis on-premises", of(media.ogg_vorbis()), "audio/ogg; codecs=opus", "audio",
         f"The type is audio/ogg, but the content is Ogg without Opus{REAL_TYPE}", "onprem"),
    Case("M28 parameters", of(media.png().data), "image/png; charset=x; boundary=y", None, None),
    Case("M28 header injection", of(media.png().data), "image/png\r\nX: y", None,
         r"The type 'image/png\r\nX: y' is not a MIME type; name the file's own, for example image/jpeg."),
    Case("M29 no type", of(media.png().data), None, None,
         "The file has no type; name its MIME type, for example image/jpeg."),
    Case("M29 no type, by link", of(media.png().data), None, "image", None),
    Case("M29 no type, by link, html", of(HTML), None, "image",
         "The type text/html is not allowed for an image; send one of image/jpeg, image/png."),
    Case("M29 no type, by link, svg", of(SVG), None, "document",
         "The type image/svg+xml is not allowed, not as a document either; convert the picture to image/png."),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_file_has_its_exact_outcome(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(case.make())

    async def judge() -> Fault | None:
        inspector = ImageInspector()
        try:
            facts = await gather_facts(path, case.mime, inspector)
            if case.kind is None:
                return check_upload(case.dialect, facts)
            return check_fetched(case.dialect, case.kind, facts)
        finally:
            await inspector.aclose()

    fault = asyncio.run(judge())

    expected = None if case.why is None else (BAD_MEDIA if case.kind is None else MEDIA_FAILED, case.why)
    assert (None if fault is None else (fault.problem, fault.details)) == expected


def test_a_pixel_bomb_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(media.flat_png(30_000, 30_000))
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    asyncio.run(_inspected(path))

    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb
    assert grown_kb < 64 * 1024


@pytest.mark.slow
def test_a_decoder_that_runs_out_of_time_is_replaced(tmp_path: Path) -> None:
    bomb, good = tmp_path / "bomb.webp", tmp_path / "good.png"
    bomb.write_bytes(_slow_animation())
    good.write_bytes(media.png().data)

    outcomes = asyncio.run(_inspected(bomb, good))

    assert outcomes == [
        OVER_LIMITS,
        ImageFacts("png", 80, 60),
    ]


def test_a_decoder_that_was_killed_while_it_was_idle_harms_no_picture(tmp_path: Path) -> None:
    """The kernel's out-of-memory killer does so, and so may whoever looks for large processes."""
    good = tmp_path / "good.png"
    good.write_bytes(media.png().data)
    child = _child(tmp_path, deadly="no picture")

    outcomes = asyncio.run(_inspected(good, good, child=child, between=lambda: _kill_started(tmp_path)))

    assert outcomes == [ImageFacts("png", 80, 60), ImageFacts("png", 80, 60)]


def test_a_picture_that_kills_every_decoder_is_refused(tmp_path: Path) -> None:
    good, deadly = tmp_path / "good.png", tmp_path / "deadly.png"
    good.write_bytes(media.png().data)
    deadly.write_bytes(media.png().data)

    outcomes = asyncio.run(_inspected(good, deadly, good, child=_child(tmp_path, deadly="deadly.png")))

    assert outcomes == [ImageFacts("png", 80, 60), OVER_LIMITS, ImageFacts("png", 80, 60)]
    assert len(_started(tmp_path)) == 3


@pytest.mark.slow
def test_a_picture_that_used_up_an_idle_decoder_is_not_tried_again(tmp_path: Path) -> None:
    good, bomb = tmp_path / "good.png", tmp_path / "bomb.webp"
    good.write_bytes(media.png().data)
    bomb.write_bytes(_slow_animation())
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime

    outcomes = asyncio.run(_inspected(good, bomb))

    assert outcomes == [ImageFacts("png", 80, 60), OVER_LIMITS]
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 1.8 * image_child.CPU_SECONDS


@pytest.mark.slow
def test_a_decoder_ends_by_its_cpu_limit(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.webp"
    bomb.write_bytes(_slow_animation())
    question = json.dumps({"path": str(bomb), "format": "WEBP", "max_pixels": 25_000_000, "max_frames": 500})

    done = subprocess.run(
        [sys.executable, "-I", image_child.__file__],
        input=question.encode(),
        capture_output=True,
        timeout=120,
        check=False,
    )

    assert (done.returncode, done.stdout) == (-signal.SIGXCPU, b"")


async def _inspected(
    *paths: Path, child: Path = images.CHILD, between: Callable[[], None] = lambda: None
) -> list[ImageFacts | BadImage]:
    inspector = ImageInspector(children=1, child=child)
    outcomes: list[ImageFacts | BadImage] = []
    try:
        for path in paths:
            if outcomes:
                between()
            outcomes.append(await inspector.decoded(path, image_structure(path)))
        return outcomes
    finally:
        await inspector.aclose()


def _child(folder: Path, *, deadly: str) -> Path:
    """Return a decoder that notes that it started, finds every picture sound, and is killed at those named `deadly`."""
    script = folder / "child.py"
    script.write_text(
        "import os, sys\n"
        f"with open({str(folder / 'started')!r}, 'a') as file: file.write(f'{{os.getpid()}} ')\n"
        "for line in sys.stdin.buffer:\n"
        f"    if {deadly!r} in line.decode(): os.kill(os.getpid(), 9)\n"
        "    print('null', flush=True)\n"
    )
    return script


def _started(folder: Path) -> list[int]:
    return [int(pid) for pid in (folder / "started").read_text().split()]


def _kill_started(folder: Path) -> None:
    os.kill(_started(folder)[-1], signal.SIGKILL)


def _slow_animation() -> bytes:
    """Return 500 frames of nine million pixels each, in some hundred kilobytes."""
    buffer = io.BytesIO()
    Image.new("RGB", (3_000, 3_000), "red").save(buffer, "WEBP", lossless=True, method=0)
    size = (2_999).to_bytes(3, "little") * 2
    frame = media.webp_chunk(b"ANMF", bytes(6) + size + b"\x50\0\0" + b"\0" + buffer.getvalue()[12:])
    head = media.webp_chunk(b"VP8X", b"\x02\0\0\0" + size) + media.webp_chunk(b"ANIM", bytes(6))
    return media.riff(head + frame * 500)
