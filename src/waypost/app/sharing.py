"""What runs, and what is handed to others, in a process that is not alone at its database."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from waypost.app.lanes import Work
from waypost.app.ownership import Ownership
from waypost.app.resources import Resources
from waypost.flows.pacing import Pacing
from waypost.flows.together import Together
from waypost.lib.shards import shard_of
from waypost.model import Delivery, NumberId
from waypost.ports import Hints
from waypost.ports.cluster import Topic
from waypost.workers.jobs import Job
from waypost.workers.slots import ReleaseSlot

_FIRST_MOMENTS_SECONDS = 1.0
_PAUSE_SECONDS = 0.02  # between two steps, so that requests never wait behind more than one


def elsewhere(
    resources: Resources, topic: Topic, offer: Callable[[Job], None], number_of: Callable[[Job], NumberId]
) -> Callable[[Job], None]:
    """Return `offer`; a job of a number that is not ours is left to its owner, who is told."""
    member = resources.member
    if member is None:
        return offer
    owned, hints = member.owned, member.cluster.hints

    def offer_or_tell(job: Job) -> None:
        number_id = number_of(job)
        if owned.owns(number_id):
            offer(job)
        else:
            hints.send(topic, (shard_of(number_id),))

    return offer_or_tell


def requeueing(resources: Resources, hurry: Callable[[Delivery], None]) -> Callable[[Delivery], None]:
    """Return `hurry`; in a process that delivers nothing, what tells a delivery's owner that it starts anew."""
    hints = _hints(resources)
    return hurry if hints is None else lambda delivery: hints.send(Topic.AGAIN, (delivery.key,))


def telling_of_phones(resources: Resources) -> Callable[[set[str]], None]:
    """Return what tells other processes which phones have something new to show."""
    hints = _hints(resources)

    def tell(phones: set[str]) -> None:
        numbers = [int(wa_id) for wa_id in phones if wa_id.isdecimal()]
        if hints is not None and numbers:
            hints.send(Topic.PHONES, numbers)

    return tell


def telling_of_attempts(resources: Resources, notify: Work) -> Work:
    """Return `notify`; in a process that is not alone it tells those who watch elsewhere of later attempts.

    Watchers look for new rows by themselves (`flows/feed.py`), and so see what becomes of a delivery in its first
    moments, but nothing afterwards.
    """
    hints, clock = _hints(resources), resources.clock
    if hints is None:
        return notify

    async def notify_and_tell(delivery: Delivery, release: ReleaseSlot) -> int | None:
        began = clock.monotonic()
        due_ms = await notify(delivery, release)
        is_anew = delivery.first_ms != delivery.event.at_ms
        if due_ms is not None or is_anew or delivery.attempt > 1 or clock.monotonic() - began > _FIRST_MOMENTS_SECONDS:
            topic = Topic.TRIED if delivery.further_key is None else Topic.TRIED_FURTHER
            hints.send(topic, (delivery.key,))
        return due_ms

    return notify_and_tell


def telling_of_paces(resources: Resources, pacing: Pacing) -> None:
    """Have other processes told of each pace that begins."""
    hints = _hints(resources)
    if hints is not None:
        pacing.connect(lambda template_id: hints.tell(Topic.PACES, (template_id,)))


def _hints(resources: Resources) -> Hints | None:
    return None if resources.member is None else resources.member.cluster.hints


def together_on_platform_time(resources: Resources) -> Together | None:
    """Return what all processes count by where users may move the time; None if there are no others."""
    return _together(resources, resources.clock.seen_at)


def together_on_real_time(resources: Resources) -> Together | None:
    """Return what all processes count by where nobody may; None if there are no others."""
    return _together(resources, int)


def _together(resources: Resources, time_ms: Callable[[int], int]) -> Together | None:
    if resources.member is None:
        return None
    cluster = resources.member.cluster
    return Together(cluster.arrivals, cluster.moments, time_ms)


async def drop_past_rates(resources: Resources) -> None:
    """Forget what nobody has to wait for."""
    member, clock = resources.member, resources.clock
    # Some is counted on real time: where platform time is ahead of it, that is not over yet.
    while member and await member.cluster.arrivals.drop_past(min(clock.now_ms(), 1000 * clock.wall_seconds())):
        await clock.pause(_PAUSE_SECONDS)
    while member and await member.cluster.moments.drop_past():
        await clock.pause(_PAUSE_SECONDS)


def sharing(
    resources: Resources,
    ownership: Ownership | None,
    reload: Callable[[], Awaitable[None]],
    on: Mapping[Topic, Callable[[frozenset[int]], None]],
) -> Sequence[Awaitable[None]]:
    """Return what runs besides: hearing from the others, and in a worker what takes shards and feeds the lanes.

    `on` has, by topic, who is told what a hint names.
    """
    member = resources.member
    if member is None:
        return ()
    following = member.following

    def hint(topic: Topic, named: frozenset[int]) -> None:
        if topic == Topic.CHANGED:
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
        member.cluster.hints.hear(hint, look),
        following.run(reload),
    )
    if ownership is None:
        return common
    return (*common, ownership.run(), ownership.feed(Topic.MESSAGES), ownership.feed(Topic.WEBHOOKS))
