"""Upload a file as the raw body of a request, download it, delete it.

# spec: on-premises-api.md#5
"""

from msgspec import Struct

from waypost.api.files import file_response
from waypost.api.multipart import is_multipart
from waypost.api.onprem.callers import Callers
from waypost.api.routing import Answer, Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.callers import UNKNOWN_OBJECT
from waypost.errors.requests import BAD_MEDIA
from waypost.flows.media_shelf import MediaShelf, Origin
from waypost.model import Medium
from waypost.rules.media import limit_for
from waypost.wire import onprem

MAX_UPLOAD_BYTES = limit_for("onprem", "document")  # no other kind may be larger


class Media(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    shelf: MediaShelf

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("POST", "/v1/media", self.upload, "onprem.upload"),
            Route("GET", "/v1/media/{media_id}", self.get, "onprem.download"),
            Route("DELETE", "/v1/media/{media_id}", self.delete, "onprem.delete_media"),
        ]

    async def upload(self, request: Request) -> Response:
        """Keep the body under a new id; its Content-Type says what it is."""
        number = self.callers.caller(request)
        origin = Origin(number.id, "upload", _declared(request))
        async with self.shelf.writer() as writer:
            async for piece in request.stream(MAX_UPLOAD_BYTES):
                await writer.write(piece)
            medium = await self.shelf.keep(writer, origin, dialect="onprem")
        return Response(200, onprem.upload_answer(medium))

    async def get(self, request: Request) -> Answer:
        """Serve the bytes.

        # spec: on-premises-api.md#5.2, migration.md#6
        """
        return await file_response(request, await self._medium(request), self.shelf)

    async def delete(self, request: Request) -> Response:
        """Delete a medium."""
        await self.shelf.delete(await self._medium(request))
        return Response(200, onprem.DONE)

    async def _medium(self, request: Request) -> Medium:
        number = self.callers.caller(request)
        media_id = request.params["media_id"]
        medium = await self.shelf.find(number.id, media_id)
        if medium is None:
            raise Refusal(UNKNOWN_OBJECT, f"There is no media with the id '{media_id[:100]}'.")
        return medium


def _declared(request: Request) -> str | None:
    """Return the Content-Type. A form is refused: kept as it is, it would be sent on as one."""
    content_type = request.header(b"content-type")
    if content_type is None:
        return None
    if is_multipart(request):
        raise Refusal(BAD_MEDIA, "The body is a form; send the bytes of the file alone, with their own Content-Type.")
    return content_type.decode("latin-1")
