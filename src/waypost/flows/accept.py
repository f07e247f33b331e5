"""Accept: take a send request, store the message and its job, answer with its id.

# spec: cloud-api.md#4
"""

import asyncio
import hashlib
from datetime import timedelta
from weakref import WeakValueDictionary

from msgspec import Struct, field

from waypost.errors import Refusal
from waypost.errors.requests import IDEMPOTENCY_CONFLICT
from waypost.flows.admission import Admission
from waypost.flows.screen import Screen, Screened, UserCheck
from waypost.lib import ids
from waypost.lib.clock import Clock
from waypost.lib.durations import to_ms
from waypost.model import Dialect, Earlier, MessageKey, Number, NumberId, Once, Outbound
from waypost.ports import Enqueue, Store
from waypost.rules import lifetime
from waypost.wire.canonical import canonical_body
from waypost.wire.requests import SendRequest

KEY_LIFE_MS = to_ms(timedelta(hours=48))
"""How long a caller's key stands for its message, in platform time."""


class Accept(Struct, frozen=True):
    """The flow, with the ports it uses."""

    store: Store
    screen: Screen
    clock: Clock
    keys: ids.KeyMaker
    enqueue: Enqueue
    admission: Admission
    """Asked by the faces: before they read a body whether they may, and after it for their turn."""
    _in_hand: WeakValueDictionary[tuple[NumberId, str], asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def __call__(
        self, number: Number, request: SendRequest, raw: bytes, *, dialect: Dialect, user_check: UserCheck | None = None
    ) -> Outbound:
        """Return the stored message; it is fsynced, and so is its job. Raises Refusal."""
        message = self._message(number, await self.screen(number, request, user_check), raw, dialect)
        await self.store.accept(message)
        self.enqueue(message)
        return message

    async def once(
        self,
        number: Number,
        request: SendRequest,
        raw: bytes,
        *,
        key: str,
        dialect: Dialect,
        user_check: UserCheck | None = None,
    ) -> Outbound | Earlier:
        """Do the same under the caller's key: repeated byte for byte it returns the first message, and only that.

        What has changed since makes no difference: a repetition is answered before anything is checked. A key belongs
        to the number, so that the dialect makes none either. A request that is refused leaves its key unused. Raises
        Refusal, also for a key that another request has.
        """
        once = Once(key, hashlib.sha256(raw).digest(), self.clock.now_ms() - KEY_LIFE_MS)
        # The store alone would keep a second message out; waiting here, a repetition is also not counted as one.
        async with self._in_hand.setdefault((number.id, key), asyncio.Lock()):
            earlier = await self.store.earlier(number.id, once)
            if earlier is None:
                message = self._message(number, await self.screen(number, request, user_check), raw, dialect)
                earlier = await self.store.accept_once(message, once)
                if earlier is None:
                    self.enqueue(message)
                    return message
        if earlier.body_hash != once.body_hash:
            raise _another_request(key)
        return earlier

    def _message(self, number: Number, screened: Screened, raw: bytes, dialect: Dialect) -> Outbound:
        request, template, now_ms = screened.request, screened.template, screened.now_ms
        category = template.category.lower() if template else "service"
        key, tag = MessageKey(self.keys.next()), self.keys.tag()
        return Outbound(
            # In their order, because more than fifteen names in a call are first put into a dictionary.
            key,
            tag,
            number.id,
            request.wa_id,
            request.kind,
            canonical_body(request),
            raw=raw,
            accepted_ms=now_ms,
            callback_data=request.callback_data,
            category=category,
            media_key=(screened.media[0] or None) if screened.media else None,
            more_media=screened.media[1:],
            content=request.content,
            dialect=dialect,
            wamid=ids.wamid(key, tag, request.wa_id, received=False),
            expires_ms=lifetime.end_of_life(
                now_ms,
                category,
                asked_ms=request.ttl_ms,
                template_seconds=template.send_ttl_seconds if template else None,
            ),
            user_id=request.user_id,
            held_by=screened.held_by,
        )


def _another_request(key: str) -> Refusal:
    return Refusal(
        IDEMPOTENCY_CONFLICT,
        f"The Idempotency-Key {key[:80]!r} was used within 48 hours by another request of this number, whose body was "
        "not the same; nothing was sent. Give each message a key of its own.",
    )
