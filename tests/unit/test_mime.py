"""Declared types are folded and parsed; contents are told by their structure."""

import io

import pytest
from tests.support import media

from waypost.lib.mime import MimeType, declared_type, extension_for, parse_mime
from waypost.lib.sniff import Sniffed, sniff


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("image/jpeg", MimeType("image/jpeg")),
        ("IMAGE/JPEG", MimeType("image/jpeg")),
        (" image/jpeg ", MimeType("image/jpeg")),
        ("image/jpg", MimeType("image/jpeg")),
        ("audio/acc", MimeType("audio/aac")),
        ("video/3gp", MimeType("video/3gpp")),
        ("audio/ogg; codecs=opus", MimeType("audio/ogg", (("codecs", "opus"),))),
        ("audio/ogg;codecs=opus;", MimeType("audio/ogg", (("codecs", "opus"),))),
        ('audio/ogg; Codecs="opus"', MimeType("audio/ogg", (("codecs", "opus"),))),
        ("image/png; charset=x; boundary=y", MimeType("image/png", (("charset", "x"), ("boundary", "y")))),
        ("application/x-made.up+zip", MimeType("application/x-made.up+zip")),
        (None, None),
        ("", None),
        ("image", None),
        ("image/", None),
        ("/png", None),
        ("image/png/x", None),
        ("image/png x", None),
        ("image/png; x", None),
        ("image/png\r\nX: y", None),
        ("image/png;a=b\r\nX: y", None),
        ('image/png; a="b\r\nX: y"', None),
        ("image/png\0", None),
        ("ímage/png", None),
        ("image/" + "p" * 250, None),
    ],
)
def test_a_declared_type_is_read_or_refused(declared: str | None, expected: object) -> None:
    assert parse_mime(declared) == expected


def test_a_type_writes_back_what_was_read() -> None:
    assert str(parse_mime("audio/OGG;codecs=opus")) == "audio/ogg; codecs=opus"


def test_a_parameter_is_found_by_name() -> None:
    mime = parse_mime("audio/ogg; codecs=opus")

    assert mime is not None
    assert (mime.parameter("codecs"), mime.parameter("rate")) == ("opus", None)


@pytest.mark.parametrize(
    ("field", "part", "expected"),
    [
        ("image/png", "image/jpeg", "image/png"),
        ("image/png", None, "image/png"),
        (None, "image/jpeg", "image/jpeg"),
        ("", "image/jpeg", "image/jpeg"),
        (None, None, None),
        ("", "", None),
        ("image", "image/jpeg", "image/jpeg"),
        ("image", None, "image"),
        ("picture", "image/jpeg", "picture"),
    ],
)
def test_m30_the_type_field_wins_over_the_part(field: str | None, part: str | None, expected: object) -> None:
    assert declared_type(field, part) == expected


@pytest.mark.parametrize(
    ("mime", "extension"),
    [("image/jpeg", ".jpg"), ("audio/ogg", ".ogg"), ("audio/mp4", ".m4a"), ("video/3gpp", ".3gp"), ("x/y", ".bin")],
)
def test_a_type_has_an_extension(mime: str, extension: str) -> None:
    assert extension_for(mime) == extension


def _sniffed(data: bytes) -> Sniffed:
    return sniff(io.BytesIO(data), len(data))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (media.jpeg().data, Sniffed("image/jpeg")),
        (media.png().data, Sniffed("image/png")),
        (media.sticker().data, Sniffed("image/webp")),
        (media.mp4().data, Sniffed("video/mp4")),
        (media.three_gp().data, Sniffed("video/3gpp")),
        (media.m4a().data, Sniffed("audio/mp4")),
        (media.ogg_opus().data, Sniffed("audio/ogg", channels=1)),
        (media.ogg_opus(channels=2).data, Sniffed("audio/ogg", channels=2)),
        (media.ogg_vorbis(), Sniffed("application/ogg")),
        (media.mp3().data, Sniffed("audio/mpeg")),
        (media.mp3(tagged=True).data, Sniffed("audio/mpeg")),
        (media.aac().data, Sniffed("audio/aac")),
        (media.amr().data, Sniffed("audio/amr")),
        (media.pdf().data, Sniffed("application/pdf")),
        (media.docx().data, Sniffed("application/zip")),
        (media.doc().data, Sniffed("application/x-ole-storage")),
        (media.text().data, Sniffed("text/plain")),
    ],
)
def test_a_real_file_is_told(data: bytes, expected: object) -> None:
    assert _sniffed(data) == expected


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (b"", None),
        (b"\0\0\0\0", None),
        (b"plain \xe4\xf6\xfc in latin-1", "text/plain"),
        ("\ufeffwide".encode("utf-16"), "text/plain"),
        (b"\xef\xbb\xbf<!doctype HTML>", "text/html"),
        (b" \n<!-- x --> <?xml version='1'?>\n<html>", "text/html"),
        ("\ufeff<script>".encode("utf-16-le"), "text/html"),
        (b"<header>no page</header>", "text/plain"),
        (b"a < b", "text/plain"),
        (b"<!DOCTYPE svg PUBLIC 'x'><svg>", "image/svg+xml"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]>\n<svg xmlns='x'>", "image/svg+xml"),
        (b"<note>about <svgs></note>", "text/plain"),
        (b"#EXTM3U\n", "application/vnd.apple.mpegurl"),
        (b"MZ is text", "text/plain"),
        (b"GIF89a" + bytes(9), "image/gif"),
        (b"\xff\xfb\x90\xc4" + bytes(900), None),
        (b"\xff\xf1\x50\x40\0", None),
        (media.box(b"ftyp", b"qt  \0\0\0\0") + media.box(b"moov", b""), "video/quicktime"),
        (media.box(b"ftyp", b"heic\0\0\0\0") + media.box(b"mdat", b""), "image/heic"),
    ],
)
def test_an_odd_file_is_told(data: bytes, mime: str | None) -> None:
    assert _sniffed(data).mime == mime


@pytest.mark.parametrize(
    ("data", "damage"),
    [
        (media.mp4().data + b"trailing", None),
        (media.box(b"ftyp", b"mp42\0\0\0\0") + b"\0\0\0\0mdat" + bytes(20), None),
        (media.box(b"ftyp", b"mp42\0\0\0\0") + b"\0\0\0\1mdat" + bytes(7) + b"\x18" + bytes(8), None),
        (media.box(b"ftyp", b"mp42\0\0\0\0"), "has no moov and no mdat box, so there is nothing to play"),
        (media.box(b"ftyp", b"mp42\0\0\0\0") + b"\0\0\0\4moov", "is cut off or damaged at byte 16"),
        (b"OggS" + bytes(10), "is cut off in its first page"),
        (media.ogg_opus().data[:47], "is cut off after its first page"),
        (b"ID3\4\0\0\0\0\1\0" + bytes(128) + b"no frames", "has an ID3 tag but no audio frames behind it"),
    ],
)
def test_damage_is_named(data: bytes, damage: str | None) -> None:
    assert _sniffed(data).damage == damage
