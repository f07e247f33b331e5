"""Upload media, look them up, download them with the token, delete them.

# spec: cloud-api.md#6
"""

from msgspec import Struct

from waypost.api import auth
from waypost.api.cloud.callers import Callers
from waypost.api.cloud.errors import file_not_found, unknown_object
from waypost.api.cloud.topics import Node, Topic
from waypost.api.files import file_response
from waypost.api.multipart import FormLimits, read_form
from waypost.api.routing import Answer, Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_PARAMETER, MISSING_PARAMETER
from waypost.flows.media_limits import MediaLimits
from waypost.flows.media_shelf import MediaShelf, Origin
from waypost.flows.media_urls import MediaURLs
from waypost.lib.mime import declared_type
from waypost.model import Medium, Number
from waypost.rules.media import limit_for
from waypost.wire import cloud

_NO_STORE = [(b"cache-control", b"no-store")]
MAX_UPLOAD_BYTES = limit_for("cloud", "document")  # no other kind may be larger


class Media(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    shelf: MediaShelf
    urls: MediaURLs
    limits: MediaLimits | None = None
    """Only a proxy has any."""

    def meta(self) -> Topic:
        """Return what Meta's graph offers; an id that names nothing else is taken for a medium's."""
        return self._topic("/{phone_number_id}/media", "meta")

    def proxy(self) -> Topic:
        """Return what 360dialog offers."""
        return self._topic("/media", "proxy")

    async def upload(self, request: Request) -> Response:
        """Take a multipart form with `messaging_product`, `file` and `type`, its parts in any order."""
        number = self.callers.number(request)
        if self.limits is not None:
            await self.limits.upload(number.id)
        async with self.shelf.writer() as writer:
            form = await read_form(request, writer, FormLimits(file_bytes=MAX_UPLOAD_BYTES))
            if form.file is None:
                raise Refusal(MISSING_PARAMETER, "The part 'file' is missing: send the file as multipart/form-data.")
            # The graph reads a parameter from the query as well; whatsapp-api-js puts it there.
            given = {**request.query, **form.fields}
            if given.get("messaging_product") != "whatsapp":
                raise Refusal(INVALID_PARAMETER, "messaging_product must be 'whatsapp'.")
            declared = declared_type(given.get("type"), form.file.content_type)
            origin = Origin(number.id, "upload", declared, form.file.filename)
            medium = await self.shelf.keep(writer, origin, dialect="cloud")
        return Response(200, cloud.upload_answer(medium))

    async def get(self, request: Request) -> Response:
        """Look a medium up; the answer's URL works for five minutes.

        # spec: cloud-api.md#6.5
        """
        medium = await (self._medium(request) if self.limits is None else self._counted(request, self.limits))
        return Response(200, cloud.media_answer(medium, self.urls.url(medium, request.origin)))

    async def delete(self, request: Request) -> Response:
        """Delete a medium."""
        await self.shelf.delete(await self._medium(request))
        return Response(200, cloud.SUCCESS)

    async def download(self, request: Request) -> Answer:
        """Serve the bytes at a looked-up URL; the credential is needed again.

        # spec: cloud-api.md#6.3 - whatever is wrong with the URL is a 404; the client looks the id up again.
        """
        number = auth.either(request, self.callers.directory)
        media_id = self.urls.media_id(request.query)
        medium = await self._found(request, number, media_id) if media_id else None
        if medium is None:
            return file_not_found()
        url = await self.shelf.presigned_url(medium)
        if url is not None:
            return Response(302, content_type=None, headers=[(b"location", url.encode("ascii")), *_NO_STORE])
        try:
            return await file_response(request, medium, self.shelf)
        except Refusal as gone:
            return file_not_found(gone.fault.details)

    async def _counted(self, request: Request, limits: MediaLimits) -> Medium:
        number = self.callers.number(request)
        await limits.look_up(number.id)
        try:
            return await self._medium(request)
        except Refusal:
            await limits.failed(number.id)
            raise

    async def _medium(self, request: Request) -> Medium:
        number = self.callers.number(request)
        media_id = request.params["id"]
        medium = await self._found(request, number, media_id)
        if medium is None:
            raise unknown_object(media_id)
        return medium

    async def _found(self, request: Request, number: Number, media_id: str) -> Medium | None:
        """Return a medium of a number that the credential acts for: of the one that the query names, if it does.

        # spec: cloud-api.md#6.2 (`phone_number_id`)
        """
        asked = request.query.get("phone_number_id")
        reached = auth.reached(request, number, self.callers.directory)
        return await self.shelf.find_of([each.id for each in reached if asked in (None, each.digits)], media_id)

    def _topic(self, path: str, face: str) -> Topic:
        return Topic(
            [
                Route("POST", path, self.upload, f"{face}.upload"),
                Route("GET", "/whatsapp_business/attachments", self.download, f"{face}.download"),
            ],
            [Node(lambda _: True, get=self.get, delete=self.delete)],
        )
