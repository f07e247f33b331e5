"""The two kinds of lanes: messages on their way to the upstream, and events on their way to subscribers."""

import sys
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

from waypost.app.new_jobs import NewJobs
from waypost.app.resources import Resources
from waypost.model import Delivery, EventKey, NumberId, Outbound
from waypost.ports.cluster import News
from waypost.rules import callbacks
from waypost.workers.jobs import Bounds, Look, Page, Source, Traits
from waypost.workers.lanes import Lanes
from waypost.workers.rounds import patient
from waypost.workers.slots import ReleaseSlot

_MESSAGES_AT_WORK = 256  # per number
_MESSAGES_HELD = 100_000  # of all numbers; one number has the bound of its lanes
_CLOUD_WEBHOOKS_AT_WORK = 64  # per endpoint

Work = Callable[[Delivery, ReleaseSlot], Awaitable[int | None]]


def message_lanes(
    resources: Resources, deliver: Callable[[Outbound], Awaitable[int | None]], remember: Callable[[Outbound], None]
) -> Lanes[Outbound]:
    """Return the lanes to the upstream: one for each number and recipient, so that no message overtakes another.

    What is delivered is to be remembered for its statuses, unless it was when this process accepted it.
    """

    async def deliver_it(message: Outbound, release: ReleaseSlot) -> int | None:
        _ = release  # whether the upstream has it is known only when that is durable
        if resources.member is not None:
            remember(message)
        return await deliver(message)

    store = resources.store
    return Lanes(
        work=patient(deliver_it, resources.clock),
        source=_source(resources, store.queued_messages, lambda news: news.messages, store.waiting_messages),
        traits=Traits(
            key=lambda message: message.key,
            lane=lambda message: (message.number_id, message.wa_id),
            group=lambda message: message.number_id,
            due_ms=lambda message: message.due_ms,
        ),
        # Webhooks do not count: a receiver that is away for days shall keep nobody from sending.
        bounds=Bounds(active=lambda _: _MESSAGES_AT_WORK, held_in_all=_MESSAGES_HELD),
        timers=resources.timers,
    )


def webhook_lanes(resources: Resources, notify: Work, held: Callable[[EventKey], bool]) -> Lanes[Delivery]:
    """Return the lanes to the subscribers: one for each endpoint and message, so that its statuses arrive in order.

    What is `held` elsewhere is not read from the store.
    """

    def grouped(read: Any) -> Look:  # Any: an event's key is an int to the lanes
        async def look(*where: int) -> list[tuple[int, Hashable]]:
            return [(key, None if held(key) else _group_of(of, name)) for key, of, name in await read(*where)]

        return look

    store = resources.store
    source = _source(
        resources, grouped(store.queued_deliveries), lambda news: grouped(news.deliveries), store.waiting_deliveries
    )
    return _deliveries(resources, notify, source, Bounds(active=_at_work(resources)))


def troubled_lanes(resources: Resources, notify: Work) -> Lanes[Delivery]:
    """Return the lanes for what fault rules have had their hands on; they are fed from memory only."""

    async def nothing(*_: object) -> tuple[()]:
        return ()

    return _deliveries(
        resources, notify, Source(nothing, nothing), Bounds(active=_at_work(resources), held=sys.maxsize)
    )


def _source(resources: Resources, look: Any, look_in: Callable[[News], Any], load: Any) -> Source[Any]:
    """Return how lanes read the store: what waits, what is new of it, and jobs. Any: a key is an int to the lanes."""
    member, clock = resources.member, resources.clock
    if member is None:
        return Source(patient(look, clock), patient(load, clock))
    owned, news = member.owned, member.cluster.news

    def in_step(look: Look) -> Look:
        async def look_in_step(*where: int) -> Page:
            page = [(key, group if owned.owns_group(group) else None) for key, group in await look(*where)]
            if any(group is not None for _, group in page):
                await member.following.in_step()  # what was accepted after a change is worked after it
            return page

        return patient(look_in_step, clock)

    new = NewJobs(owned, patient(news.horizon, clock), in_step(look), in_step(look_in(news)))
    return Source(in_step(look), patient(load, clock), owned.owns_group, new)


def _deliveries(resources: Resources, notify: Work, source: Source[Delivery], bounds: Bounds) -> Lanes[Delivery]:
    return Lanes(
        work=patient(notify, resources.clock),
        source=source,
        traits=Traits(
            key=lambda delivery: delivery.key,
            lane=_lane,
            group=lambda delivery: _group_of(delivery.event.number_id, delivery.endpoint),
            due_ms=lambda delivery: delivery.due_ms,
        ),
        bounds=bounds,
        timers=resources.timers,
    )


def _lane(delivery: Delivery) -> Hashable:
    """Return what a delivery must not overtake: mostly the events of its message to the same endpoint."""
    event, trouble = delivery.event, delivery.trouble
    if trouble is not None and trouble.in_line:
        return event.number_id, delivery.endpoint, 0
    return (delivery.endpoint, event.message_key) if delivery.endpoint else event.message_key


def _group_of(number_id: NumberId, endpoint: str) -> Hashable:
    return (number_id, endpoint) if endpoint else number_id


def _at_work(resources: Resources) -> Callable[[Hashable], int]:
    """Return how many deliveries may be under way to an endpoint; each has its own bound, and none while it rests."""

    def at_work(group: Hashable) -> int:
        number_id, name = group if isinstance(group, tuple) else (group, "")
        number = resources.directory.number(number_id)
        if number is not None and number.webhook_paused:
            return 0
        one = callbacks.endpoint(number, name) if number and name else None
        if number is None or ((one and one.dialect) or number.callback_dialect) == "cloud":
            return _CLOUD_WEBHOOKS_AT_WORK
        return number.onprem.max_concurrent_requests

    return at_work
