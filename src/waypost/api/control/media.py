"""The stored files, and the messages that carry them."""

from typing import cast, get_args

from msgspec import Struct

from waypost.api.control import filters
from waypost.api.control.answers import answer, asked_number, unknown
from waypost.api.control.filters import asked_choice, asked_start, wanted_page
from waypost.api.control.topics import ABSENT, REFUSED, V1
from waypost.api.files import file_response
from waypost.api.routing import Answer, Request, Response, Route
from waypost.flows.media_shelf import MediaShelf
from waypost.flows.search import Search
from waypost.lib.cursors import cursor_of
from waypost.model import Medium
from waypost.wire.control.lists import CARRIERS, MEDIA, Carriers, MediaList, MediumType


class Media(Struct, frozen=True):
    """The handlers, with the flows they use."""

    search: Search
    shelf: MediaShelf

    def routes(self) -> list[Route]:
        """Return the paths."""
        place, query = f"{V1}/media", filters.OF_MEDIA
        carriers = f"{place}/{{media_id}}/messages"
        return [
            Route("GET", place, self.list, "gallery", None, MediaList, REFUSED, query=query),
            Route("GET", f"{place}/{{media_id}}", self.get, "media", None, None, ABSENT),
            Route("GET", carriers, self.carriers, "carriers", None, Carriers, ABSENT, query=filters.OF_CARRIERS),
        ]

    async def list(self, request: Request) -> Response:
        """List the stored files, newest first; `url` of each has its bytes."""
        # cast: it is one of them
        kind = cast("MediumType | None", asked_choice(request, "type", get_args(MediumType)))
        found = await self.search.media(asked_number(request, "number"), kind, wanted_page(request, MEDIA))
        return answer(MediaList(found.rows, cursor_of(MEDIA, found.next_before)))

    async def get(self, request: Request) -> Answer:
        """Return the bytes of a stored file, whosever it is."""
        return await file_response(request, await self._medium(request), self.shelf)

    async def carriers(self, request: Request) -> Response:
        """List the messages that carry a stored file, oldest first."""
        medium = await self._medium(request)
        found = await self.search.carriers(medium.key, asked_start(request, CARRIERS))
        return answer(Carriers(found.rows, cursor_of(CARRIERS, found.next_after)))

    async def _medium(self, request: Request) -> Medium:
        """Return the file that a path names by its id in either dialect. Raises Refusal."""
        media_id = request.params["media_id"]
        medium = await self.shelf.by_id(media_id)
        if medium is None:
            raise unknown("medium", media_id)
        return medium
