"""Forms that no honest client sends, file names that want to be more than names, and the answer to each."""

import hashlib
import time
from collections.abc import Iterator

import pytest
from tests.support.raw_http import Running, running

from waypost.api.guard import Limits
from waypost.api.mounts import Mount, build_app, render_plainly
from waypost.api.multipart import FormLimits, read_form
from waypost.api.routing import Request, Response, Route, Router, json_response
from waypost.lib.filenames import clean_filename, content_disposition

QUICK = Limits(body_seconds=5, linger_seconds=5, sweep_seconds=0.05)
FILE_LIMIT = 5 * 1024 * 1024
HEAD = b"POST /media HTTP/1.1\r\nHost: $HOST\r\nContent-Type: multipart/form-data; boundary=%b\r\n"


class Digest:
    """A sink that keeps a hash and the sizes of the pieces it was given."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()
        self.sizes: list[int] = []

    async def write(self, data: bytes) -> None:
        self.sha256.update(data)
        self.sizes.append(len(data))


class Uploads:
    """Reads forms and answers with what was in them."""

    def __init__(self) -> None:
        self.digest = Digest()

    async def take(self, request: Request) -> Response:
        form = await read_form(request, self.digest, FormLimits(FILE_LIMIT))
        name = form.file.filename if form.file else None
        size = sum(self.digest.sizes) if form.file else None
        return json_response([form.fields, name, size])

    async def give(self, request: Request) -> Response:
        name = request.query["name"]
        return Response(200, headers=[(b"content-disposition", content_disposition(name))])


@pytest.fixture
def uploads() -> Uploads:
    return Uploads()


@pytest.fixture
def server(uploads: Uploads) -> Iterator[Running]:
    routes = [
        Route("POST", "/media", uploads.take, "media.upload"),
        Route("GET", "/media", uploads.give, "media.download"),
    ]
    with running(build_app([("/", Mount(Router(routes), render_plainly))]), limits=QUICK) as server:
        yield server


def part(name: str, value: bytes, *, filename: bytes | None = None) -> bytes:
    file = b"" if filename is None else b'; filename="%b"\r\nContent-Type: image/png' % filename
    return b'--B\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n' % (name.encode(), file, value)


def post(body: bytes, *, boundary: bytes = b"B") -> bytes:
    return HEAD % boundary + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunked(body: bytes) -> bytes:
    pieces = [body[start : start + 100_000] for start in range(0, len(body), 100_000)]
    return HEAD % b"B" + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(map(as_chunk, [*pieces, b""]))


def as_chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


FILE = part("file", b"png", filename=b"a.png")
END = b"--B--\r\n"

REFUSED = {
    "P6 a file name of 5,000 signs": (post(part("file", b"x", filename=b"a" * 5000) + END), 400),
    "P11 no final boundary": (post(FILE), 400),
    "P11 a body cut in the file": (post(FILE[:-10]), 400),
    "P12 two files": (post(FILE + FILE + END), 400),
    "two fields of one name": (post(part("type", b"a") + part("type", b"b") + END), 400),
    "P13 2,000 parts": (post(b"".join(part(f"f{at}", b"x") for at in range(2000)) + END), 400),
    "P14 a text field of 2 MB": (post(part("type", b"a" * 2_000_000) + END), 400),
    "P15 a boundary of 300 signs": (post(b"--" + b"b" * 300 + b"--\r\n", boundary=b"b" * 300), 400),
    "no boundary": (post(END, boundary=b""), 400),
    "P16 part headers of 16 MB on one line": (post(b"--B\r\nX: " + b"a" * 5_000_000), 400),
    "P16 part headers of 16 MB on many lines": (post(b"--B\r\n" + b"X: a\r\n" * 800_000), 400),
    "P17 a preamble over the limit": (post(b"p" * 10_000_000 + END), 413),
    "P17 a preamble over the limit, in chunks": (chunked(b"p" * 10_000_000 + END), 413),
    "P22 a file over the limit, in chunks": (chunked(part("file", b"x" * 20_000_000, filename=b"a.png") + END), 413),
    "a file over the limit": (post(part("file", b"x" * (FILE_LIMIT + 1), filename=b"a.png") + END), 413),
    "a part without a name": (post(b"--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n" + END), 400),
    "a part without a head": (post(b"--B\r\n\r\nx\r\n" + END), 400),
    "a line break within a line of a part's head": (post(part('x"\nX: "', b"x") + END), 400),
    "a line break before the name of a part's header": (post(part("x", b"x").replace(b"Con", b"\nCon", 1) + END), 400),
    "a file under another name": (post(part("picture", b"x", filename=b"a.png") + END), 400),
    "text that is not UTF-8": (post(part("type", b"\xff") + END), 400),
    "a body that is no form at all": (post(b'{"to":"1"}'), 400),
    "another content type": (post(END).replace(b"multipart/form-data", b"application/json"), 415),
}


@pytest.mark.parametrize(("data", "status"), REFUSED.values(), ids=REFUSED.keys())
def test_a_hostile_form_is_refused(server: Running, data: bytes, status: int) -> None:
    reply, _ = server.ask(data)

    assert reply.status == status, reply.body


def test_a_refused_form_is_told_why_in_words_and_not_in_exceptions(server: Running) -> None:
    reply, _ = server.ask(post(part("file", b"x", filename=b"\xff") + END))

    assert b"multipart/form-data: Segment header failed to decode." in reply.body


def test_p16_endless_part_headers_are_refused_at_once(server: Running) -> None:
    wire = server.open()
    began = time.monotonic()

    wire.send(HEAD.replace(b"$HOST", server.host) % b"B" + b"Content-Length: 5000000\r\n\r\n--B\r\nX: " + b"a" * 70_000)
    reply = wire.reply()

    assert (reply.status, time.monotonic() - began < 0.1) == (400, True)
    wire.close()


def test_p22_an_endless_upload_is_stopped_at_the_limit(server: Running, uploads: Uploads) -> None:
    server.ask(chunked(part("file", b"x" * 20_000_000, filename=b"a.png") + END))

    assert sum(uploads.digest.sizes) <= FILE_LIMIT


def test_a_form_is_read_whatever_the_order_of_its_parts(server: Running) -> None:
    form = post(part("type", b"image/png") + FILE + part("messaging_product", "grün".encode()) + END)

    reply, _ = server.ask(form)

    assert reply.body == '[{"type":"image/png","messaging_product":"grün"},"a.png",3]'.encode()


def test_a_form_without_a_file_is_a_form(server: Running) -> None:
    reply, _ = server.ask(post(part("type", b"image/png") + END))

    assert reply.body == b'[{"type":"image/png"},null,null]'


def test_a_form_that_comes_byte_by_byte_is_the_same_form(server: Running) -> None:
    wire = server.open()
    data = post(FILE + END).replace(b"$HOST", server.host)

    for at in range(len(data)):
        wire.send(data[at : at + 1])
    reply = wire.reply()

    assert reply.body == b'[{},"a.png",3]'
    wire.close()


def test_a_file_arrives_as_it_was_sent_in_large_pieces(server: Running, uploads: Uploads) -> None:
    content = bytes(range(256)) * 20_480

    reply, _ = server.ask(post(part("file", content, filename=b"a.png") + END))

    assert (reply.status, uploads.digest.sha256.digest()) == (200, hashlib.sha256(content).digest())
    assert len(uploads.digest.sizes) <= 22


NAMES = {
    "P1 a path upwards": ("../../etc/passwd", "passwd"),
    "P2 the same for Windows": ("..\\..\\win.ini", "win.ini"),
    "P3 an absolute path": ("/abs/x.png", "x.png"),
    "P4 NUL": ("a\0.png", "a.png"),
    "P5 a header line": ("x.png\r\nX-Evil: 1", "x.pngX-Evil: 1"),
    "P7 a device of Windows": ("con", "con"),
    "P8 a hidden file": (".htaccess", ".htaccess"),
    "P9 turned direction": ("\u202egnp.exe", "gnp.exe"),
    "only dots": ("..", None),
    "only a folder": ("a/", None),
    "a lone surrogate": ("a\ud800.png", "a.png"),
    "a long name keeps its extension": ("ü" * 300 + ".pdf", "ü" * 118 + ".pdf"),
    "a long name does not end in the space where it was cut": ("a" * 239 + " " + "b" * 30, "a" * 239),
    "a long name that is only dots once it is cut": ("." * 250 + "a" * 30, None),
    "an honest name": ("Rechnung März (2).pdf", "Rechnung März (2).pdf"),
}


@pytest.mark.parametrize(("name", "cleaned"), NAMES.values(), ids=NAMES.keys())
def test_a_file_name_is_only_a_name(name: str, cleaned: str | None) -> None:
    assert clean_filename(name) == cleaned


SENT_NAMES = {
    "P10 a quote escaped with a backslash": (b'a\\"b;filename=c.html', 'a"b;filename=c.html'),
    "P10 a quote escaped as browsers do": (b"a%22b;filename=c.html", 'a"b;filename=c.html'),
    "P5 line breaks escaped as browsers do": (b"x.png%0D%0AX-Evil: 1", "x.pngX-Evil: 1"),
    "P18 a second name in the extended form": (b"a.png\"; filename*=UTF-8''evil.html; x=\"", "a.png"),
    "P9 turned direction": ("\u202egnp.exe".encode(), "gnp.exe"),
}


@pytest.mark.parametrize(("sent", "kept"), SENT_NAMES.values(), ids=SENT_NAMES.keys())
def test_a_sent_file_name_is_cleaned(server: Running, sent: bytes, kept: str) -> None:
    reply, _ = server.ask(post(part("file", b"x", filename=sent) + END))

    assert reply.body.decode() == f'[{{}},"{kept}",1]'.replace('a"b', 'a\\"b')


DISPOSITIONS = {
    "plain": ("a.png", 'attachment; filename="a.png"'),
    "quotes": ('a"b;filename=c.html', "attachment; filename=\"a_b_filename=c.html\"; "
               "filename*=UTF-8''a%22b%3Bfilename%3Dc.html"),
    "beyond ASCII": ("März.pdf", "attachment; filename=\"M_rz.pdf\"; filename*=UTF-8''M%C3%A4rz.pdf"),
    "line breaks": ("a\r\nX-Evil: 1", 'attachment; filename="aX-Evil: 1"'),
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), DISPOSITIONS.values(), ids=DISPOSITIONS.keys())
def test_a_download_is_offered_under_its_cleaned_name(name: str, value: str) -> None:
    assert content_disposition(name) == value.encode()
