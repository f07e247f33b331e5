"""What runs, and what is handed to others, in a process that is not alone at its database."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from waypost.app.lanes import Work
from waypost.app.ownership import AGAIN, CHANGED, MESSAGES, PACES, PHONES, TRIED, TRIED_FURTHER, WEBHOOKS, Ownership
from waypost.app.resources import Resources
from waypost.flows.pacing import Pacing
from waypost.flows.together import Together
from waypost.lib.shards import shard_of
from waypost.model import Delivery, NumberId
from waypost.workers.jobs import Job
from waypost.workers.slots import ReleaseSlot

_FIRST_MOMENTS_SECONDS = 1.0
_PAUSE_SECONDS = 0.02  # between two steps, so that requests never wait behind more than one


def elsewhere(
    resources: Resources, topic: str, offer: Callable[[Job], None], number_of: Callable[[Job], NumberId]
) -> Callable[[Job], None]:
    """Return `offer`; a job of a number that is not ours is left to its owner, who is told."""
    owned, shared = resources.owned_shards, resources.shared
    if owned is None or shared is None:
        return offer

    def offer_or_tell(job: Job) -> None:
        number_id = number_of(job)
        if owned.owns(number_id):
            offer(job)
        else:
            shared.hints.send(topic, (shard_of(number_id),))

    return offer_or_tell


def requeueing(resources: Resources, hurry: Callable[[Delivery], None]) -> Callable[[Delivery], None]:
    """Return `hurry`; in a process that delivers nothing, what tells a delivery's owner that it starts anew."""
    shared = resources.shared
    return hurry if shared is None else lambda delivery: shared.hints.send(AGAIN, (delivery.key,))


def telling_of_phones(resources: Resources) -> Callable[[set[str]], None]:
    """Return what tells other processes which phones have something new to show."""
    shared = resources.shared

    def tell(phones: set[str]) -> None:
        numbers = [int(wa_id) for wa_id in phones if wa_id.isdecimal()]
        if shared is not None and numbers:
            shared.hints.send(PHONES, numbers)

    return tell


def telling_of_attempts(resources: Resources, notify: Work) -> Work:
    """Return `notify`; in a process that is not alone it tells those who watch elsewhere of later attempts.

    Watchers look for new rows by themselves (`flows/feed.py`), and so see what becomes of a delivery in its first
    moments, but nothing afterwards.
    """
    shared, clock = resources.shared, resources.clock
    if shared is None:
        return notify

    async def notify_and_tell(delivery: Delivery, release: ReleaseSlot) -> int | None:
        began = clock.monotonic()
        due_ms = await notify(delivery, release)
        is_anew = delivery.first_ms != delivery.event.at_ms
        if due_ms is not None or is_anew or delivery.attempt > 1 or clock.monotonic() - began > _FIRST_MOMENTS_SECONDS:
            topic = TRIED if delivery.further_key is None else TRIED_FURTHER
            shared.hints.send(topic, (delivery.key,))
        return due_ms

    return notify_and_tell


def telling_of_paces(resources: Resources, pacing: Pacing) -> None:
    """Have other processes told of each pace that begins."""
    shared = resources.shared
    if shared is not None:
        pacing.connect(lambda template_id: shared.hints.tell(PACES, (template_id,)))


def counting(resources: Resources) -> Together | None:
    """Return what all processes count by on platform time; None if there are no others."""
    return (
        Together(resources.shared.arrivals, resources.shared.moments, resources.clock.seen_at)
        if resources.shared
        else None
    )


def counting_real_time(resources: Resources) -> Together | None:
    """Return what all processes count by on real time; None if there are no others."""
    return Together(resources.shared.arrivals, resources.shared.moments, int) if resources.shared else None


async def drop_past_rates(resources: Resources) -> None:
    """Forget what nobody has to wait for."""
    shared, clock = resources.shared, resources.clock
    # Some is counted on real time: where platform time is ahead of it, that is not over yet.
    while shared and await shared.arrivals.drop_past(min(clock.now_ms(), 1000 * clock.wall_seconds())):
        await clock.pause(_PAUSE_SECONDS)
    while shared and await shared.moments.drop_past():
        await clock.pause(_PAUSE_SECONDS)


def sharing(
    resources: Resources,
    ownership: Ownership | None,
    reload: Callable[[], Awaitable[None]],
    on: Mapping[str, Callable[[frozenset[int]], None]],
) -> Sequence[Awaitable[None]]:
    """Return what runs besides: hearing from the others, and in a worker what takes shards and feeds the lanes.

    `on` has, by topic, who is told what a hint names.
    """
    shared, following = resources.shared, resources.following
    if shared is None or following is None:
        return ()

    def hint(topic: str, named: frozenset[int]) -> None:
        if topic == CHANGED:
            following.hear()
        elif topic in on:
            on[topic](named)
        elif ownership is not None:
            ownership.hint(topic, named)

    def look() -> None:
        following.hear()
        if ownership is not None:
            ownership.look()

    common = (
        shared.hints.hear(hint, look),
        following.run(reload),
    )
    if ownership is None:
        return common
    return (*common, ownership.run(), ownership.feed(MESSAGES), ownership.feed(WEBHOOKS))
