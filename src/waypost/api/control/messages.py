"""Messages with everything that happened to them, the deliveries to webhooks, and the files."""

from collections.abc import Callable
from typing import cast, get_args

from msgspec import Struct

from waypost.api.bodies import json_body
from waypost.api.control import filters
from waypost.api.control.answers import answer, asked_number, body_of, known_number, unknown
from waypost.api.control.filters import (
    asked_choice,
    asked_start,
    asked_text,
    delivery_search,
    ended_search,
    message_search,
    wanted_page,
    wished_message,
    wished_start,
)
from waypost.api.control.topics import ABSENT, REFUSED, V1
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.directory import Directory
from waypost.flows.find import find_medium
from waypost.flows.inspect import Inspect
from waypost.flows.inspect_deliveries import InspectDeliveries, delivery_key
from waypost.flows.parcels import target_of
from waypost.flows.replay import Replay
from waypost.flows.resend import Resend
from waypost.flows.search import Search
from waypost.lib.clock import Clock
from waypost.lib.cursors import cursor_of
from waypost.model import Delivery, Medium
from waypost.ports import Records, Store
from waypost.wire.control.deliveries import DeliveryDetail
from waypost.wire.control.evidence import Resent
from waypost.wire.control.lists import (
    CARRIERS,
    DELIVERIES,
    MEDIA,
    MESSAGES,
    REPLAYS,
    Carriers,
    DeliveryList,
    MediaList,
    MediumType,
    MessageList,
    Redelivered,
    RedeliverWish,
)
from waypost.wire.control.messages import BusinessMessage, MessageDetail, Sent
from waypost.wire.renderings import message_ids

Requeue = Callable[[Delivery], None]
"""Puts a delivery that waits anew into its webhook lane; the hint may be lost."""


class Messages(Struct, frozen=True):
    """The handlers, with the flows they use."""

    inspect: Inspect
    search: Search
    resender: Resend

    def routes(self) -> list[Route]:
        """Return the paths."""
        place, query = f"{V1}/messages", filters.OF_MESSAGES
        one = f"{place}/{{message_id}}"
        of_number = f"{V1}/numbers/{{phone_number_id}}/messages"
        return [
            Route("GET", place, self.list, "messages", None, MessageList, REFUSED, query=query),
            Route("GET", one, self.get, "message", None, MessageDetail, ABSENT),
            Route("POST", f"{one}/resend", self.resend, "resend", None, Resent, ABSENT),
            Route("POST", of_number, self.send, "send", BusinessMessage, Sent, ABSENT),
        ]

    async def list(self, request: Request) -> Response:
        """List messages of both directions, newest first.

        One request looks at some thousand messages: with a rare filter a page may be short, and its `next` goes on.
        """
        search, text = message_search(request), asked_text(request)
        found = await self.search.messages(search, text, wanted_page(request, MESSAGES))
        return answer(MessageList(found.rows, cursor_of(MESSAGES, found.next_before)))

    async def get(self, request: Request) -> Response:
        """Return a message, by its id in either dialect, with its timeline."""
        message_id = request.params["message_id"]
        found = await self.inspect.message(message_id)
        if found is None:
            raise unknown("message", message_id)
        return answer(found)

    async def resend(self, request: Request) -> Response:
        """Send the same request again, as a new message; it is checked as things are now."""
        message_id = request.params["message_id"]
        sent = await self.resender(message_id)
        if sent is None:
            raise unknown("message", message_id)
        new_id, other_id = message_ids(sent.key, sent.tag, sent.wa_id, received=False)
        return answer(Resent(new_id, other_id, str(sent.number_id), message_id))

    async def send(self, request: Request) -> Response:
        """Send a message of a number: the body is that of the Cloud API, and so are the rules.

        This is for people who try something out; programs use the API of WhatsApp with a token.
        """
        number = known_number(self.resender.directory, request.params["phone_number_id"])
        sent = await self.resender.send(number, await json_body(request), "cloud")
        new_id, other_id = message_ids(sent.key, sent.tag, sent.wa_id, received=False)
        return answer(Sent(new_id, other_id, number.digits, sent.wa_id, sent.is_held))


class Deliveries(Struct, frozen=True):
    """The handlers, with the flows and ports they use."""

    inspect: InspectDeliveries
    search: Search
    store: Store
    directory: Directory
    clock: Clock
    requeue: Requeue
    replay: Replay

    def routes(self) -> list[Route]:
        """Return the paths."""
        place, query = f"{V1}/webhooks/deliveries", filters.OF_DELIVERIES
        one, again = f"{place}/{{delivery_id}}", f"{place}/redeliver"
        return [
            Route("GET", place, self.list, "deliveries", None, DeliveryList, REFUSED, query=query),
            Route("GET", one, self.get, "delivery", None, DeliveryDetail, ABSENT),
            Route("POST", again, self.redeliver_all, "redeliver_all", RedeliverWish, Redelivered, REFUSED),
            Route("POST", f"{one}/redeliver", self.redeliver, "redeliver", None, DeliveryDetail, ABSENT),
        ]

    async def list(self, request: Request) -> Response:
        """List deliveries to webhooks, newest first; pages are as those of messages."""
        search, wanted = delivery_search(request), wanted_page(request, DELIVERIES)
        if search is None:
            return answer(DeliveryList([], None))
        found = await self.search.deliveries(search, wanted)
        return answer(DeliveryList(found.rows, cursor_of(DELIVERIES, found.next_before)))

    async def get(self, request: Request) -> Response:
        """Return a delivery with its attempts and the exact bytes, in both dialects."""
        delivery_id = request.params["delivery_id"]
        found = await self.inspect.detail(delivery_id)
        if found is None:
            raise unknown("delivery", delivery_id)
        return answer(found)

    async def redeliver(self, request: Request) -> Response:
        """Deliver an event once more, whatever became of it: same id, same bytes."""
        delivery_id = request.params["delivery_id"]
        key = delivery_key(delivery_id)
        found = await self.inspect.records.delivery(key) if key is not None else None
        if found is None or key is None:
            raise unknown("delivery", delivery_id)
        number = self.directory.number(found.event.number_id)
        if number is None or target_of(number, found.event.kind, found.endpoint) is None:
            where = f"no endpoint {found.endpoint} any more" if found.endpoint else "no webhook; set one first"
            raise Refusal(INVALID_VALUE, f"The number {found.event.number_id} has {where}.")
        delivery = await self.store.redeliver(key, self.clock.now_ms())
        if delivery is not None:
            self.requeue(delivery)
        return await self.get(request)

    async def redeliver_all(self, request: Request) -> Response:
        """Deliver many events once more, the oldest first: same ids, same bytes. What waits anyway stays as it is."""
        wish = await body_of(request, RedeliverWish)
        search, message, after = ended_search(wish), wished_message(wish), wished_start(wish, REPLAYS)
        done = await (self.replay.count if wish.dry_run else self.replay)(search, message, after)
        return answer(Redelivered(done.count, done.nowhere, cursor_of(REPLAYS, done.next_after)))


class Gallery(Struct, frozen=True):
    """The handlers, with the flow they use."""

    search: Search

    def routes(self) -> list[Route]:
        """Return the paths."""
        place, query = f"{V1}/media", filters.OF_MEDIA
        carriers = f"{place}/{{media_id}}/messages"
        return [
            Route("GET", place, self.list, "gallery", None, MediaList, REFUSED, query=query),
            Route("GET", carriers, self.carriers, "carriers", None, Carriers, ABSENT, query=filters.OF_CARRIERS),
        ]

    async def list(self, request: Request) -> Response:
        """List the stored files, newest first; `url` of each has its bytes."""
        # cast: it is one of them
        kind = cast("MediumType | None", asked_choice(request, "type", get_args(MediumType)))
        found = await self.search.media(asked_number(request, "number"), kind, wanted_page(request, MEDIA))
        return answer(MediaList(found.rows, cursor_of(MEDIA, found.next_before)))

    async def carriers(self, request: Request) -> Response:
        """List the messages that carry a stored file, oldest first."""
        medium = await stored_medium(self.search.inspect.records, request)
        found = await self.search.carriers(medium.key, asked_start(request, CARRIERS))
        return answer(Carriers(found.rows, cursor_of(CARRIERS, found.next_after)))


async def stored_medium(records: Records, request: Request) -> Medium:
    """Return the file that a path names by its id in either dialect, whosever it is. Raises Refusal."""
    media_id = request.params["media_id"]
    medium = await find_medium(records, media_id)
    if medium is None:
        raise unknown("medium", media_id)
    return medium
