"""Messages with everything that happened to them, and the deliveries to webhooks."""

from collections.abc import Callable

from msgspec import Struct

from waypost.api.control.answers import answer, asked_digits, asked_number, limit_of, unknown
from waypost.api.routing import Request, Response
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.directory import Directory
from waypost.flows.inspect import Inspect, delivery_key
from waypost.flows.notify import target_of
from waypost.lib.clock import Clock
from waypost.model import Delivery
from waypost.ports import Store
from waypost.wire.control import DeliveryList, MessageList

Again = Callable[[Delivery], None]
"""Puts a delivery that waits anew into its webhook lane; the hint may be lost."""

STATES = ("waiting", "done", "dead", "cancelled", "dropped")


class Messages(Struct, frozen=True):
    """The handlers, with the flow they use."""

    inspect: Inspect

    async def list(self, request: Request) -> Response:
        """List messages of both directions, newest first; `number`, `phone` and `limit` narrow it down."""
        found = await self.inspect.messages(
            number_id=asked_number(request, "number"),
            wa_id=asked_digits(request, "phone"),
            limit=limit_of(request),
        )
        return answer(MessageList(found))

    async def get(self, request: Request) -> Response:
        """Return a message, by its id in either dialect, with its timeline."""
        message_id = request.params["message_id"]
        found = await self.inspect.message(message_id)
        if found is None:
            raise unknown("message", message_id)
        return answer(found)


class Deliveries(Struct, frozen=True):
    """The handlers, with the flow and ports they use."""

    inspect: Inspect
    store: Store
    directory: Directory
    clock: Clock
    again: Again

    async def list(self, request: Request) -> Response:
        """List deliveries to webhooks, newest first; `message`, `state` and `limit` narrow it down."""
        state = request.query.get("state")
        if state is not None and state not in STATES:
            raise Refusal(INVALID_VALUE, f"state: {state[:40]!r} is none of {', '.join(STATES)}.")
        message_id = request.query.get("message")
        found = await self.inspect.deliveries(message_id=message_id, state=state, limit=limit_of(request))
        return answer(DeliveryList(found))

    async def get(self, request: Request) -> Response:
        """Return a delivery with its attempts and the exact bytes, in both dialects."""
        delivery_id = request.params["delivery_id"]
        found = await self.inspect.delivery(delivery_id)
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
        if number is None or target_of(number, found.event, found.endpoint) is None:
            where = f"no endpoint {found.endpoint} any more" if found.endpoint else "no webhook; set one first"
            raise Refusal(INVALID_VALUE, f"The number {found.event.number_id} has {where}.")
        delivery = await self.store.redeliver(key, self.clock.now_ms())
        if delivery is not None:
            self.again(delivery)
        return await self.get(request)
