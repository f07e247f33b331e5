"""The two kinds of lanes: messages on their way to the upstream, and events on their way to subscribers."""

from collections.abc import Awaitable, Callable

from waypost.app.ground import Ground
from waypost.flows.deliver import Deliver
from waypost.model import Delivery, Outbound
from waypost.workers.lanes import Bounds, Lanes, Traits
from waypost.workers.rounds import patient

_MESSAGES_AT_WORK = 256  # per number
_CLOUD_WEBHOOKS_AT_WORK = 64  # per endpoint


def message_lanes(ground: Ground, deliver: Deliver) -> Lanes[Outbound]:
    """Return the lanes to the upstream: one for each number and recipient, so that no message overtakes another."""
    return Lanes(
        work=patient(deliver, ground.clock),
        load=ground.store.waiting_messages,  # type: ignore[arg-type]  # a key is an int to the lanes
        traits=Traits(
            key=lambda message: message.key,
            lane=lambda message: (message.number_id, message.wa_id),
            group=lambda message: message.number_id,
            due_ms=lambda message: message.due_ms,
        ),
        bounds=Bounds(active=lambda _: _MESSAGES_AT_WORK),
        timers=ground.timers,
    )


def webhook_lanes(ground: Ground, notify: Callable[[Delivery], Awaitable[int | None]]) -> Lanes[Delivery]:
    """Return the lanes to the subscribers: one for each message, so that its statuses arrive in order."""

    def at_work(number_id: object) -> int:
        number = ground.directory.number(number_id)  # type: ignore[arg-type]  # the group is the number's id
        if number is None or number.callback_dialect == "cloud":
            return _CLOUD_WEBHOOKS_AT_WORK
        return number.onprem.max_concurrent_requests

    return Lanes(
        work=patient(notify, ground.clock),
        load=ground.store.waiting_deliveries,  # type: ignore[arg-type]  # a key is an int to the lanes
        traits=Traits(
            key=lambda delivery: delivery.event.key,
            lane=lambda delivery: delivery.event.message_key,
            group=lambda delivery: delivery.event.number_id,
            due_ms=lambda delivery: delivery.due_ms,
        ),
        bounds=Bounds(active=at_work),
        timers=ground.timers,
    )
