"""The live feed: server-sent events that say what to look at again."""

import asyncio

import msgspec
from msgspec import Struct

from waypost.api.control.answers import NEVER_KEPT
from waypost.api.control.gate import Gate
from waypost.api.control.topics import REFUSED, V1
from waypost.api.exchange import ClientGone, Outgoing
from waypost.api.routing import Answer, Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.callers import TOO_MANY_LISTENERS
from waypost.flows.feed import MOST_LISTENERS, Feed, Listener
from waypost.lib.clock import Clock
from waypost.lib.racing import first_of
from waypost.wire.control.feed import FeedChanges

CONTENT_TYPE = "text/event-stream"
HEARTBEAT_SECONDS = 15.0
STALLED_SECONDS = 20.0
"""How long a listener may take to read what was sent to it."""
_BEGIN = b"retry: 1000\n\n"
_HEARTBEAT = b":\n\n"


class LiveFeed(Struct, frozen=True):
    """The handler, with what it uses."""

    feed: Feed
    gate: Gate
    clock: Clock

    def routes(self) -> list[Route]:
        """Return the paths."""
        seen = {"Last-Event-ID": "Id of the last event that was heard; browsers send it when they connect again."}
        refused = (*REFUSED, 429)
        return [
            Route("GET", f"{V1}/feed", self.get, "feed", None, FeedChanges, refused, seen, content_type=CONTENT_TYPE)
        ]

    async def get(self, request: Request) -> Answer:
        """Tell what changes, as server-sent events, for as long as the client listens.

        Each event `changes` says what to look at again; there is one each 100 ms at most, and a comment every 15 s.
        """
        if request.method == "HEAD":
            return Response(200, content_type=CONTENT_TYPE, headers=NEVER_KEPT)
        last_id = request.header(b"last-event-id")
        listener = self.feed.open(None if last_id is None else last_id.decode("latin-1"))
        if listener is None:
            raise Refusal(TOO_MANY_LISTENERS, f"{MOST_LISTENERS} listen already; end one of them first.")
        return EventStream(self, request, listener)


class EventStream:
    """The answer to one listener: it ends with the client, with its session, or with the server."""

    def __init__(self, live: LiveFeed, request: Request, listener: Listener) -> None:
        self.status = 200
        self.headers = [*NEVER_KEPT, (b"content-type", CONTENT_TYPE.encode("ascii")), (b"x-accel-buffering", b"no")]
        self._live = live
        self._request = request
        self._listener = listener

    async def send(self, out: Outgoing) -> None:
        """Write events until one side has enough."""
        telling = asyncio.ensure_future(self._tell(out))
        try:
            await first_of(asyncio.shield(telling), self._request.gone())
            if telling.done():
                telling.result()
        finally:
            self._live.feed.close(self._listener)
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    async def _tell(self, out: Outgoing) -> None:
        feed, clock = self._live.feed, self._live.clock
        await out.begin(self.status, self.headers, None)
        await self._write(out, _BEGIN)
        written_at = clock.monotonic()
        while self._is_wanted():
            found = await feed.next(self._listener)
            if found is None and clock.monotonic() < written_at + HEARTBEAT_SECONDS:
                continue
            await self._write(out, _HEARTBEAT if found is None else _event(*found))
            written_at = clock.monotonic()
        await out.end()

    def _is_wanted(self) -> bool:
        """Return whether there is a server to tell anything, and the listener still may hear it."""
        if self._live.feed.is_ended:
            return False
        try:
            self._live.gate.admit(self._request)
        except Refusal:
            return False
        return True

    async def _write(self, out: Outgoing, data: bytes) -> None:
        writing = asyncio.ensure_future(out.write(data))
        await first_of(writing, self._live.clock.pause(STALLED_SECONDS))
        if not writing.done() or writing.cancelled():
            raise ClientGone("the listener does not read what it is told")
        writing.result()


def _event(number: int, changes: object) -> bytes:
    return b"event: changes\nid: %d\ndata: %b\n\n" % (number, msgspec.json.encode(changes))
