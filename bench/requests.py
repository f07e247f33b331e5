"""The requests of a load, made before it starts."""

import itertools
from collections.abc import Callable

import msgspec

Maker = Callable[[int], bytes]
"""Gives the bytes of the n-th request of a run."""

_DISTINCT = 4096
_SLOT = b"0000000000000000"


class Texts(msgspec.Struct, tag=True):
    """Text messages to `recipients` phones in turn, on the Cloud face; no two of the first 4,096 are alike."""

    number: str
    token: str
    recipients: int = 1000
    others: tuple[tuple[str, str], ...] = ()
    """Further numbers with their tokens; each has its share of the phones."""


class Uploads(msgspec.Struct, tag=True):
    """Uploads of real JPEG files of `size` bytes; no two are alike, so that each is stored anew."""

    number: str
    token: str
    size: int
    run: int = 0
    """Keeps the files of one run apart from those of the next."""


Requests = Texts | Uploads


def maker(requests: Requests, host: str) -> Maker:
    """Return what makes the requests for the server called `host`."""
    if isinstance(requests, Texts):
        return _texts(requests, host)
    return _uploads(requests, host)


def _texts(wanted: Texts, host: str) -> Maker:
    count = _DISTINCT - _DISTINCT % wanted.recipients or wanted.recipients
    ready = [_text(wanted, host, place) for place in range(count)]
    return lambda place: ready[place % count]


def _text(wanted: Texts, host: str, place: int) -> bytes:
    phone = place % wanted.recipients
    number, token = ((wanted.number, wanted.token), *wanted.others)[phone % (1 + len(wanted.others))]
    body = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": f"4915550{phone:06}",
        "type": "text",
        "text": {"body": f"Your order {place:06} has left the house and arrives tomorrow before noon."},
    }
    head = _head(f"/v24.0/{number}/messages", host, token)
    return _post(head, "application/json", msgspec.json.encode(body))


def _uploads(wanted: Uploads, host: str) -> Maker:
    request = upload(wanted.number, wanted.token, host, _jpeg(wanted.size))
    start = request.rindex(_SLOT)
    before, after = request[:start], request[start + len(_SLOT) :]
    # What follows the end of a picture is free: there every file differs from the others.
    return lambda place: b"".join((before, b"%06d%010d" % (wanted.run, place), after))


def _jpeg(size: int) -> bytes:
    from tests.support import media

    picture = media.jpeg(width=480, height=360).padded_to(size).data
    return picture[: -len(_SLOT)] + _SLOT


def upload(number: str, token: str, host: str, data: bytes, mime: str = "image/jpeg") -> bytes:
    """Return the upload of one file."""
    fields = itertools.chain.from_iterable(
        (b"--cut\r\n", b'Content-Disposition: form-data; name="%b"\r\n\r\n' % name, value, b"\r\n")
        for name, value in ((b"messaging_product", b"whatsapp"), (b"type", mime.encode()))
    )
    file_head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="file"\r\nContent-Type: %b\r\n\r\n'
    body = b"".join((*fields, file_head % mime.encode(), data, b"\r\n--cut--\r\n"))
    return _post(_head(f"/v24.0/{number}/media", host, token), "multipart/form-data; boundary=cut", body)


def _head(path: str, host: str, token: str) -> str:
    return f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"


def _post(head: str, content_type: str, body: bytes) -> bytes:
    return f"{head}Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
