"""The deliveries of events to webhooks, and how to have them once more."""

from msgspec import Struct

from waypost.api.control import filters
from waypost.api.control.answers import answer, body_of, unknown
from waypost.api.control.filters import delivery_search, ended_search, wanted_page, wished_message, wished_start
from waypost.api.control.topics import ABSENT, REFUSED, V1
from waypost.api.routing import Request, Response, Route
from waypost.flows.inspect_deliveries import InspectDeliveries
from waypost.flows.redeliver import Redeliver
from waypost.flows.replay import Replay
from waypost.flows.search import Search
from waypost.lib.cursors import cursor_of
from waypost.wire.control.deliveries import DeliveryDetail
from waypost.wire.control.lists import DELIVERIES, REPLAYS, DeliveryList, Redelivered, RedeliverWish


class Deliveries(Struct, frozen=True):
    """The handlers, with the flows they use."""

    inspect: InspectDeliveries
    search: Search
    redeliver_one: Redeliver
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
        if not await self.redeliver_one(delivery_id):
            raise unknown("delivery", delivery_id)
        return await self.get(request)

    async def redeliver_all(self, request: Request) -> Response:
        """Deliver many events once more, the oldest first: same ids, same bytes. What waits anyway stays as it is."""
        wish = await body_of(request, RedeliverWish)
        search, message, after = ended_search(wish), wished_message(wish), wished_start(wish, REPLAYS)
        done = await (self.replay.count if wish.dry_run else self.replay)(search, message, after)
        return answer(Redelivered(done.count, done.nowhere, cursor_of(REPLAYS, done.next_after)))
