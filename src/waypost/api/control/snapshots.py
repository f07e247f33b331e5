"""Everything that is stored as one document, out and in."""

from msgspec import Struct

from waypost.api.bodies import json_body
from waypost.api.control.answers import NEVER_KEPT, answer
from waypost.api.control.topics import REFUSED, V1
from waypost.api.routing import Request, Response, Route, StreamResponse
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.snapshot import Snapshotting
from waypost.wire.control.snapshot import Restored, Snapshot

MAX_SNAPSHOT_BYTES = 268_435_456
_SWITCH = {"true": True, "false": False}


class Snapshots(Struct, frozen=True):
    """The handlers."""

    flow: Snapshotting

    def routes(self) -> list[Route]:
        """Return the paths."""
        place, refused = f"{V1}/snapshot", (*REFUSED, 413)
        return [
            Route("GET", place, self.get, "snapshot", None, Snapshot, REFUSED),
            Route("PUT", place, self.put, "restore", Snapshot, Restored, refused),
        ]

    async def get(self, request: Request) -> StreamResponse:
        """Export everything that is stored as one document; `media=false` leaves the bytes of files out."""
        asked = request.query.get("media", "true")
        if asked not in _SWITCH:
            raise Refusal(INVALID_VALUE, f"media: {asked[:40]!r} is neither true nor false.")
        document = self.flow.write(with_media=_SWITCH[asked])
        return StreamResponse(200, document, length=None, content_type="application/json", headers=NEVER_KEPT)

    async def put(self, request: Request) -> Response:
        """Replace everything that is stored by an exported document; what it asked to do goes on as after a restart.

        The server's own settings hold as they do at a start: its number is there and takes its token.
        """
        return answer(await self.flow.read(await json_body(request, max_bytes=MAX_SNAPSHOT_BYTES)))
