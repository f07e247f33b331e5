"""Resumable uploads: examples for the headers of templates, and profile pictures.

# spec: cloud-api.md#13.9
"""

from collections.abc import AsyncIterator

from msgspec import Struct

from waypost.api.cloud.callers import Callers
from waypost.api.cloud.parameters import parameters
from waypost.api.cloud.topics import Node, Topic
from waypost.api.exchange import ClientGone
from waypost.api.routing import Request, Response, json_response
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_PARAMETER
from waypost.flows.uploads import Uploads as UploadsFlow
from waypost.lib.ids import parse_digits

_PREFIX = "upload:"


class NewUpload(Struct):
    """What is to come."""

    file_length: int
    file_type: str
    file_name: str | None = None


class Uploads(Struct, frozen=True):
    """The handlers; `callers` knows `Authorization: OAuth` beside Bearer."""

    callers: Callers
    uploads: UploadsFlow

    def meta(self) -> Topic:
        """Return what Meta's graph offers; the app's id may be any, since a token knows its number."""
        begin = self.callers.route("POST", "/{app_id}/uploads", self.begin, "meta.begin_upload")
        return Topic([begin], [Node(_is_upload, get=self.progress, post=self.receive)])

    def proxy(self) -> Topic:
        """Return what 360dialog offers: nothing."""
        return Topic()

    async def begin(self, request: Request) -> Response:
        """Begin an upload: `file_name`, `file_length`, `file_type`."""
        number = self.callers.number(request)
        wish = await parameters(request, NewUpload)
        name = await self.uploads.begin(
            number,
            request.params["app_id"],
            mime=wish.file_type.lower(),
            length=wish.file_length,
            filename=wish.file_name,
        )
        return json_response({"id": f"{_PREFIX}{name}?sig=AR{name[::-1]}"})

    async def receive(self, request: Request) -> Response:
        """Take bytes from `file_offset` on; the answer has the handle once all are there."""
        number, name = self.callers.number(request), _name(request)
        offset = _number("file_offset", (request.header(b"file_offset") or b"0").decode("latin-1"))
        remaining = await self.uploads.remaining(number, name)
        done = await self.uploads.receive(number, name, offset, _pieces(request, remaining))
        if done.handle is not None:
            return json_response({"h": done.handle})
        return json_response({"id": request.params["id"], "file_offset": done.received})

    async def progress(self, request: Request) -> Response:
        """Return where an interrupted upload goes on."""
        done = await self.uploads.progress(self.callers.number(request), _name(request))
        return json_response({"id": request.params["id"], "file_offset": done.received})


def _is_upload(request: Request) -> bool:
    return request.params["id"].startswith(_PREFIX)


def _name(request: Request) -> str:
    return request.params["id"].removeprefix(_PREFIX)


async def _pieces(request: Request, max_bytes: int) -> AsyncIterator[bytes]:
    """Yield what comes; a client that goes away has ended its piece, and comes back for the rest."""
    try:
        async for piece in request.stream(max_bytes):
            yield piece
    except ClientGone:
        return


def _number(name: str, text: str) -> int:
    number = parse_digits(text, 12)
    if number is None:
        raise Refusal(INVALID_PARAMETER, f"{name} is '{text[:40]}'; it must be a number of bytes.")
    return number
