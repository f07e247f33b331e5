"""Notify: bring one event to one subscriber of its number, in the dialect that was chosen for it.

At least once, with the same id and the same bytes in every attempt; in order within one message, because its lane
waits for each event before the next.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from waypost.flows.directory import Directory
from waypost.flows.figures import Figures
from waypost.flows.parcels import Parcel, Target, batch_id, event_id, rendered, target_of
from waypost.lib import backoff
from waypost.lib.clock import Clock
from waypost.lib.log import Log
from waypost.lib.poster import NotPosted, Posted, Poster
from waypost.model import Attempt, Delivery, Ended, Trouble
from waypost.ports import Store
from waypost.rules import callbacks
from waypost.wire.renderings import joined

_HIDDEN = "<hidden>"  # stands for a credential
_KEPT_ANSWER_BYTES = 1024
_KEPT_HEADERS = 40
_KEPT_HEADER_CHARACTERS = 256
_GONE = 410

_log = Log("waypost.notify")


class Post(Struct, frozen=True):
    """One POST: what goes out in it, and the deliveries that it settles."""

    parcel: Parcel
    deliveries: tuple[Delivery, ...]
    copies: int = 0
    """How often it is repeated once it has been taken."""


class Answered(Struct, frozen=True):
    """How a POST went: what came of it, how long it took, and the moment that its signature names."""

    result: Posted | NotPosted
    elapsed_ms: int
    signed_s: int


class Notify(Struct, frozen=True):
    """The flow, with the ports it uses."""

    store: Store
    directory: Directory
    poster: Poster
    figures: Figures
    clock: Clock
    timeout: timedelta
    any_2xx: bool
    """Whether every 2xx is success; the platform takes only 200."""

    async def __call__(self, delivery: Delivery, answered: Callable[[], None]) -> int | None:
        """Try once. Return None when the outcome is durable, or the platform time of the next attempt.

        `answered` is called earlier: as soon as nothing more is sent to the receiver.
        Called again because the store could not take the outcome, it only notes that outcome and sends nothing.
        """
        if unsettled := [each for each in delivery.together if each.ended is not None]:
            return await self._settle_all(unsettled)
        event = delivery.event
        target = target_of(self.directory.number(event.number_id), event.kind, delivery.endpoint)
        if delivery.trouble is not None:
            return await self._troubled(delivery, delivery.trouble, target, answered)
        if target is None or target.webhook.disabled:
            await self._give_up(delivery, target)
            return None
        body = rendered(event, target)
        if body is None:  # the dialect has no word for it
            _note_held_back(delivery)
            await self.store.delivery_done(delivery, None)
            return None
        return await self._try(Post(Parcel(event_id(event), body, target), (delivery,)), answered)

    async def give_up(self, delivery: Delivery, why: str) -> None:
        """Make dead letters of a delivery that cannot be worked, and of its company."""
        for each in delivery.together:
            attempt = Attempt(each.attempt + 1, self.clock.now_ms(), elapsed_ms=0, status=None, answer=why.encode())
            await self.store.delivery_dead(each, attempt)

    async def _troubled(
        self, delivery: Delivery, trouble: Trouble, target: Target | None, answered: Callable[[], None]
    ) -> int | None:
        """Try once as a fault rule wants it: in company, several times over, or not at all."""
        if trouble.dropped:
            await self.store.delivery_ended(delivery, "dropped")
            return None
        deliveries = delivery.together
        if target is None or target.webhook.disabled:
            await asyncio.gather(*(self._give_up(each, target) for each in deliveries))
            return None
        post, silent = _post_of(deliveries, trouble, target)
        for each in silent:
            _note_held_back(each)
        await asyncio.gather(*(self.store.delivery_done(each, None) for each in silent))
        return await self._try(post, answered) if post.deliveries else None

    async def _give_up(self, delivery: Delivery, target: Target | None) -> None:
        """End a delivery without a receiver: cancelled if the webhook was removed, dead if it answered 410."""
        if target is None:
            await self.store.delivery_ended(delivery, "cancelled")
        else:
            await self.store.delivery_dead(delivery, None)

    async def _try(self, post: Post, answered: Callable[[], None]) -> int | None:
        number = post.deliveries[0].attempt + 1
        for each in post.deliveries:
            each.attempt = number
        started, signed_s = self.clock.monotonic(), self.clock.wall_seconds()
        result = await self._send(post, signed_s)
        elapsed_ms = int(1000 * (self.clock.monotonic() - started))
        if post.copies and self._is_taken(result):
            for _ in range(post.copies):
                await self._send(post, signed_s)
        answered()
        self._note(post, Answered(result, elapsed_ms, signed_s))
        if isinstance(result, Posted) and result.status == _GONE:
            await self._disable(post.parcel.target)  # if the store cannot take it, the next event is told the same
        return await self._settle_all(post.deliveries)

    def _send(self, post: Post, signed_s: int) -> Awaitable[Posted | NotPosted]:
        parcel, target = post.parcel, post.parcel.target
        headers = [*parcel.headers(signed_s, self.clock.now_ms()), *target.webhook.headers]
        roots = callbacks.roots_pem(target.number, target.dialect)
        return self.poster.post(target.webhook.url, parcel.body, headers, timeout=self.timeout, roots_pem=roots)

    async def _disable(self, target: Target) -> None:
        """Send nothing more to a receiver that answered 410 Gone."""
        await self.directory.disable_webhook(target.number.id, target.webhook)
        _log.warning("webhook.disabled", phone_number_id=target.number.id)

    def _note(self, post: Post, answered: Answered) -> None:
        """Keep with the deliveries how the attempt went."""
        first, now_ms, result = post.deliveries[0], self.clock.now_ms(), answered.result
        taken = self._is_taken(result)
        attempt = Attempt(
            number=first.attempt,
            at_ms=now_ms,
            elapsed_ms=answered.elapsed_ms,
            status=result.status if isinstance(result, Posted) else None,
            answer=result.body[:_KEPT_ANSWER_BYTES] if isinstance(result, Posted) else result.reason.encode(),
            signed_s=answered.signed_s,
            headers=_kept_headers(result.headers) if isinstance(result, Posted) and not taken else (),
        )
        self.figures.note(first.event, attempt, taken=taken)
        due_ms = None if taken else self._due_again(first, post.parcel.target, result, now_ms)
        for each in post.deliveries:
            each.ended = Ended(attempt, taken, due_ms)
        if len(post.deliveries) > 1:
            _note_company(post.deliveries, attempt)

    async def _settle_all(self, deliveries: Sequence[Delivery]) -> int | None:
        """Make the outcome of one POST's deliveries durable; until it is, it stays with them and nothing is sent."""
        due_ms = deliveries[0].ended.due_ms if deliveries[0].ended is not None else None
        if len(deliveries) > 1:
            await asyncio.gather(*(self._settle(each) for each in deliveries))
        else:
            await self._settle(deliveries[0])
        return due_ms

    async def _settle(self, delivery: Delivery) -> None:
        ended = delivery.ended
        if ended is None:
            return
        if ended.taken:
            await self.store.delivery_done(delivery, ended.attempt)
        elif ended.due_ms is None:
            await self.store.delivery_dead(delivery, ended.attempt)
        else:
            delivery.due_ms = ended.due_ms
            await self.store.delivery_retry(delivery, ended.attempt)
        delivery.ended = None

    def _due_again(self, delivery: Delivery, target: Target, result: Posted | NotPosted, now_ms: int) -> int | None:
        if isinstance(result, Posted) and result.status == _GONE:
            return None
        asked = result.retry_after if isinstance(result, Posted) else None
        due_ms = backoff.next_attempt(
            _policy(target),
            delivery.attempt,
            first_ms=delivery.first_ms,
            now_ms=now_ms,
            retry_after=backoff.parse_retry_after(asked, wall_seconds=self.clock.wall_seconds()),
        )
        if due_ms is None or delivery.trouble is None:
            return due_ms
        return now_ms + int((due_ms - now_ms) * delivery.trouble.slower)

    def _is_taken(self, result: Posted | NotPosted) -> bool:
        # spec: cloud-api.md#7.2, on-premises-api.md#11.1, migration.md#7.2
        if not isinstance(result, Posted):
            return False
        return result.status == 200 or (self.any_2xx and 200 <= result.status < 300)


def _post_of(deliveries: tuple[Delivery, ...], trouble: Trouble, target: Target) -> tuple[Post, list[Delivery]]:
    """Return what is sent, and the deliveries whose event the dialect does not have. A batch has an id of its own."""
    bodies = [(each, rendered(each.event, target)) for each in deliveries]
    told = [(each, body) for each, body in bodies if body is not None]
    silent = [each for each, body in bodies if body is None]
    members = tuple(each for each, _ in told)
    if len(told) == 1:
        return Post(Parcel(event_id(members[0].event), told[0][1], target), members, trouble.copies), silent
    body = joined([body for _, body in told], target.dialect)
    name = batch_id(members[0].key if members else deliveries[0].key)
    return Post(Parcel(name, body, target), members, trouble.copies), silent


def _kept_headers(headers: Sequence[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """Return what is kept of an answer's headers: enough to see who answered, and nobody's session."""
    kept = [(name.decode("latin-1").lower(), value.decode("latin-1").strip()) for name, value in headers]
    return tuple(
        (name[:_KEPT_HEADER_CHARACTERS], _HIDDEN if name == "set-cookie" else value[:_KEPT_HEADER_CHARACTERS])
        for name, value in kept[:_KEPT_HEADERS]
    )


def _policy(target: Target) -> backoff.Policy:
    if target.dialect == "onprem":
        return backoff.onprem_webhooks(target.number.onprem.backoff_step_ms, target.number.onprem.backoff_max_ms)
    return backoff.CLOUD_WEBHOOKS


def _note_company(deliveries: Sequence[Delivery], attempt: Attempt) -> None:
    """Keep which deliveries went together: the first keeps the whole list, the others only the first."""
    keys = tuple(each.key for each in deliveries)
    for each in deliveries:
        if each.ended is not None:
            company = keys if each is deliveries[0] else keys[:1]
            each.ended = replace(each.ended, attempt=replace(attempt, batch=company))


def _note_held_back(delivery: Delivery) -> None:
    """Log that a user's message was not told. For other events that is normal, and not logged."""
    if delivery.event.kind == "message":
        _log.warning("message.held_back", phone_number_id=delivery.event.number_id, event_id=event_id(delivery.event))
