"""Bad uploads over the whole server: refused in the caller's dialect, with no id, no row and no file left behind."""

import io
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.journeys.conftest import World, code_of, open_world, raw_status
from tests.support import media
from tests.support.clients import FACES, Answer, MetaClient
from tests.support.operator import looked_at_until

pytestmark = pytest.mark.anyio

JPEG = media.jpeg()
PNG = media.png()
LINE = b"\r\n"
_HASH = re.compile("[0-9a-f]{64}")


@pytest.fixture(scope="module", params=sorted(FACES))
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
async def world(face: str, shared_data: Path) -> AsyncIterator[World]:
    async with open_world(face, shared_data / face, rules="relaxed") as opened:
        yield opened


def files(world: World) -> list[Path]:
    """Return every file of the media folder, temporary ones included."""
    return world.server.media_files()


def kept(world: World) -> list[Path]:
    """Return every file but the temporary ones, which an upload that was broken off may leave for a moment."""
    return [file for file in files(world) if file.parent.name != "tmp"]


def part(head: bytes, body: bytes) -> bytes:
    return b"--B" + LINE + head + LINE + LINE + body + LINE


def field(name: str, value: bytes) -> bytes:
    return part(b'Content-Disposition: form-data; name="%b"' % name.encode(), value)


def file(name: bytes = b"a.jpg", *, data: bytes = JPEG.data, mime: bytes = b"image/jpeg") -> bytes:
    head = b'Content-Disposition: form-data; name="file"; filename="%b"' % name
    return part(head + LINE + b"Content-Type: " + mime, data)


PRODUCT = field("messaging_product", b"whatsapp")
END = b"--B--" + LINE


async def post(world: World, body: bytes, content_type: str = "multipart/form-data; boundary=B") -> Answer:
    """Send a form's bytes as they are."""
    assert isinstance(world.client, MetaClient)
    return await world.client.call(
        "POST", world.client.upload_path, data=io.BytesIO(body), headers={"Content-Type": content_type}
    )


BAD_FORMS: dict[str, tuple[bytes, str, int]] = {
    "P6 a name of 5,000 signs": (PRODUCT + file(b"x" * 5_000) + END, "multipart/form-data; boundary=B", 400),
    "P11 no final boundary": (PRODUCT + file(), "multipart/form-data; boundary=B", 400),
    "P12 two files": (PRODUCT + file() + file() + END, "multipart/form-data; boundary=B", 400),
    "P13 2,000 parts": (PRODUCT + file() + field("x", b"1") * 2_000 + END, "multipart/form-data; boundary=B", 400),
    "P14 a field of 2 MB": (PRODUCT + file() + field("x", b"1" * 2**21) + END, "multipart/form-data; boundary=B", 400),
    "P15 a boundary of 300": (PRODUCT + file() + END, f"multipart/form-data; boundary={'B' * 300}", 400),
    "P16 16 MB of part headers": (
        b"--B" + LINE + b"X: " + b"x" * 2**24 + LINE + LINE + END,
        "multipart/form-data; boundary=B",
        400,
    ),
    "no boundary": (PRODUCT + file() + END, "multipart/form-data", 400),
    "JSON": (b'{"messaging_product":"whatsapp"}', "application/json", 415),
    "raw bytes": (JPEG.data, "image/jpeg", 415),
    "no file": (PRODUCT + END, "multipart/form-data; boundary=B", 400),
    "M29 no product": (file() + END, "multipart/form-data; boundary=B", 400),
    "another product": (field("messaging_product", b"sms") + file() + END, "multipart/form-data; boundary=B", 400),
    "M30 a type that disagrees": (PRODUCT + field("type", b"image/png") + file() + END,
        "multipart/form-data; boundary=B", 400),
    "an empty body": (b"", "multipart/form-data; boundary=B", 400),
}  # fmt: skip


@pytest.mark.parametrize("face", ["meta", "proxy"], indirect=True)
@pytest.mark.parametrize(("body", "content_type", "status"), BAD_FORMS.values(), ids=BAD_FORMS.keys())
async def test_a_bad_form_is_refused_and_leaves_no_file(
    world: World, body: bytes, content_type: str, status: int
) -> None:
    before = files(world)

    refused = await post(world, body, content_type)

    assert refused.status == status, refused
    assert refused.json["error"]["code"] in (100, 131008)
    assert files(world) == before


NAMES: dict[str, bytes] = {
    "P1": b"../../etc/passwd",
    "P2": b"..\\..\\win.ini",
    "P3": b"/abs/x.png",
    "P7": b"con",
    "P8": b".htaccess",
    "P9": "\u202egnp.exe".encode(),
    "P10": b"a%22b;filename=c.html",
    "P18": b"a.jpg\"; filename*=\"utf-8''b.html",
}


@pytest.mark.parametrize("face", ["meta", "proxy"], indirect=True)
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
async def test_a_hostile_file_name_names_nothing_here(world: World, name: bytes) -> None:
    taken = await post(world, PRODUCT + file(name) + END)

    if taken.status != 200:  # a name that cannot be read is refused, and that is that
        assert taken.status == 400
        return
    got = await world.client.download(taken.json["id"])
    shown = got.headers.getall("Content-Disposition")  # type: ignore[attr-defined]  # aiohttp's own headers
    assert (got.body, len(shown), shown[0].partition(";")[0]) == (JPEG.data, 1, "attachment")
    assert not set("/\\\r\n\0\u202e") & set(shown[0].partition("filename*")[0])
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert {bool(_HASH.fullmatch(path.name)) for path in files(world)} == {True}


CONTROL_NAMES: dict[str, bytes] = {"P4": b"a\0.png", "P5": b"x.png\r\nX-Evil: 1"}


@pytest.mark.parametrize("face", ["meta"], indirect=True)
@pytest.mark.parametrize("name", CONTROL_NAMES.values(), ids=CONTROL_NAMES.keys())
async def test_a_name_with_control_characters_is_refused_or_cleaned(world: World, name: bytes) -> None:
    answer = await post(world, PRODUCT + file(name) + END)

    assert answer.status in (200, 400)
    if answer.status == 200:
        got = await world.client.download(answer.json["id"])
        assert "X-Evil" not in got.headers
        assert "\0" not in got.headers["Content-Disposition"]


BAD_FILES: dict[str, tuple[bytes, str]] = {
    "M1 no bytes": (b"", "image/jpeg"),
    "M10 a JPEG called PNG": (JPEG.data, "image/png"),
    "M11 HTML called JPEG": (b"<html><script>alert(1)</script></html>", "image/jpeg"),
    "M12 SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
    "M17 a JPEG cut in half": (JPEG.cut_to(0.5), "image/jpeg"),
    "M20 144 megapixels": (media.flat_png(12_000, 12_000), "image/png"),
    "M24 a playlist called film": (b"#EXTM3U\nhttp://127.0.0.1/", "video/mp4"),
    "M25 a program called PDF": (b"MZ" + bytes(200), "application/pdf"),
    "M27 Ogg without Opus": (media.ogg_vorbis(), "audio/ogg"),
}


@pytest.mark.parametrize(("data", "mime"), BAD_FILES.values(), ids=BAD_FILES.keys())
async def test_a_file_that_is_not_what_it_says_is_refused(world: World, data: bytes, mime: str) -> None:
    before = files(world)

    refused = await world.client.upload(data, mime)

    assert code_of(world.client, refused) == world.either(cloud=(400, 100), onprem=(400, 1009))
    assert files(world) == before


@pytest.mark.parametrize("face", ["meta", "proxy"], indirect=True)
async def test_a_type_that_no_message_takes_is_refused_by_the_cloud(world: World) -> None:
    refused = await world.client.upload(b"GIF89a/*" + bytes(50), "image/gif")

    assert code_of(world.client, refused) == (400, 100)


@pytest.mark.parametrize("face", ["onprem"], indirect=True)
async def test_a_form_is_no_file_to_on_premises(world: World) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=B"}
    before = files(world)

    refused = await world.client.call("POST", "/v1/media", data=PRODUCT + file() + END, headers=headers)

    assert code_of(world.client, refused) == (400, 1009)
    assert files(world) == before


async def pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield bytes(2**20)


async def test_an_upload_without_a_length_ends_at_the_limit(world: World) -> None:
    before = files(world)
    path = world.client.upload_path if isinstance(world.client, MetaClient) else "/v1/media"
    given: dict[str, Any] = {"data": pieces(101), "headers": {"Content-Type": "application/pdf"}}
    if isinstance(world.client, MetaClient):
        head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'

        async def form() -> AsyncIterator[bytes]:
            yield head
            async for piece in pieces(101):
                yield piece

        given = {"data": form(), "headers": {"Content-Type": "multipart/form-data; boundary=B"}}

    refused = await world.client.call("POST", path, **given)

    assert code_of(world.client, refused) == world.either(cloud=(413, 100), onprem=(413, 1009))
    assert files(world) == before


async def test_m38_a_client_that_leaves_in_the_middle_leaves_no_file(world: World) -> None:
    before = files(world), await world.operate("GET", "/media")
    path = world.client.upload_path if isinstance(world.client, MetaClient) else "/v1/media"
    kind = "multipart/form-data; boundary=B" if isinstance(world.client, MetaClient) else "application/pdf"

    async def cut() -> AsyncIterator[bytes]:
        yield (PRODUCT + file())[:-100] if isinstance(world.client, MetaClient) else PNG.data
        async for piece in pieces(3):
            yield piece
        raise ConnectionAbortedError

    with pytest.raises((aiohttp.ClientError, ConnectionAbortedError)):
        await world.client.call("POST", path, data=cut(), headers={"Content-Type": kind})

    shown = await looked_at_until(lambda _: files(world) == before[0], lambda: world.operate("GET", "/media"))
    assert shown == before[1]


async def test_m37_one_file_uploaded_twice_is_stored_once_and_goes_with_the_second(world: World) -> None:
    before, twice = kept(world), PNG.padded_to(12_345)

    first, second = await world.upload(twice), await world.upload(twice)
    stored = len(kept(world)) - len(before)
    await world.client.delete(first)
    served = (await world.client.download(second)).body
    await world.client.delete(second)

    assert (first != second, stored, served, kept(world)) == (True, 1, twice.data, before)


TRAVERSALS = ["../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "%252e%252e", "..;/x", "a%00b", "%2e%2e/waypost.db"]


@pytest.mark.parametrize("path", TRAVERSALS)
async def test_a_path_that_climbs_finds_nothing(world: World, path: str) -> None:
    credential = "\r\n".join(f"{name}: {value}" for name, value in world.client.headers.items())
    start = "/v24.0/" if world.client.face == "meta" else world.either(cloud="/", onprem="/v1/media/")
    request = f"GET {start}{path} HTTP/1.1\r\nHost: $HOST\r\n{credential}\r\n\r\n"

    status = await raw_status(world.client, request.encode())

    assert status in (400, 404)


async def test_after_all_this_a_file_is_still_taken(world: World) -> None:
    media_id = await world.upload(PNG)

    assert (await world.client.download(media_id)).body == PNG.data
    assert (await world.client.delete(media_id)).status == 200
