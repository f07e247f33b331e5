"""Accept: take a send request, store the message and its job, answer with its id.

The order of checks is that of the reference. What only shows later (a closed window, a dead link, a user without
WhatsApp) is not looked at here: such a message is accepted like any other and fails on the webhook.

# spec: cloud-api.md#4
"""

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from weakref import WeakValueDictionary

from msgspec import structs

from waypost.errors import Fault, Refusal
from waypost.errors.clients import IDENTITY_CHANGED
from waypost.errors.rates import PAIR_RATE, THROUGHPUT
from waypost.errors.requests import (
    IDEMPOTENCY_CONFLICT,
    INVALID_PARAMETER,
    RECIPIENT_IS_SENDER,
    USER_ID_UNSUPPORTED,
)
from waypost.flows.accounts import BusinessAccounts
from waypost.flows.directory import Directory
from waypost.flows.media import MediaShelf
from waypost.lib import ids, phone
from waypost.lib.clock import Clock
from waypost.model import (
    NOT_FETCHED,
    Dialect,
    Earlier,
    MediaKey,
    MessageKey,
    Number,
    NumberId,
    Once,
    Outbound,
    Template,
)
from waypost.ports import Enqueue, Store
from waypost.rules import lifetime, rates
from waypost.rules import template as template_rules
from waypost.rules.magic import Magic
from waypost.wire.canonical import canonical_body
from waypost.wire.messages.template import Template as SentTemplate
from waypost.wire.parts import MediaObject
from waypost.wire.requests import SendRequest

KEY_LIFE_MS = timedelta(hours=48) // timedelta(milliseconds=1)
"""How long a caller's key stands for its message, in platform time."""


class Meters:
    """Throughput per number and rate per pair, both on platform time."""

    def __init__(self, *, lifted: bool) -> None:
        self._lifted = lifted
        self._throughput = {rate: rates.Meter(rates.throughput(rate)) for rate in (20, 80, 1_000)}
        self._pair = rates.Meter(rates.PAIR)

    def forget(self) -> None:
        """Start anew, after platform time was set back."""
        for meter in self._throughput.values():
            meter.forget()
        self._pair.forget()

    def fault(self, number: Number, wa_id: str, now_ms: int) -> Fault | None:
        """Count one message, or say which rate it breaks."""
        if self._lifted:
            return None
        rate = number.standing.throughput
        if wait_ms := self._throughput[rate].admit(number.id, now_ms):
            details = f"The phone number is above its messages-per-second throughput of {rate}."
            return Fault(THROUGHPUT, details, retry_after_seconds=1 + wait_ms // 1000)
        if wait_ms := self._pair.admit((number.id, wa_id), now_ms):
            details = f"Too many messages from this number to the same user; wait {1 + wait_ms // 1000} s."
            return Fault(PAIR_RATE, details, retry_after_seconds=1 + wait_ms // 1000)
        return None


class Users(Protocol):
    """What the network knows of users, by the ids that businesses have for them."""

    def user(self, number_id: NumberId, scoped_id: str) -> str | None:
        """Return the wa_id behind a business-scoped id; None if it is nobody's."""
        ...

    def user_id(self, number_id: NumberId, wa_id: str) -> str:
        """Return the business-scoped id of a user."""
        ...

    def identity_hash(self, wa_id: str) -> str:
        """Return the hash of a user's keys as they are now."""
        ...


@dataclass(frozen=True, slots=True)
class Accept:
    """The flow, with the ports it uses."""

    store: Store
    directory: Directory
    shelf: MediaShelf
    accounts: BusinessAccounts
    meters: Meters
    clock: Clock
    keys: ids.KeyMaker
    enqueue: Enqueue
    users: Users
    magic: Magic = field(default_factory=Magic)
    _in_hand: WeakValueDictionary[tuple[NumberId, str], asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def __call__(self, number: Number, request: SendRequest, raw: bytes, *, dialect: Dialect) -> Outbound:
        """Return the stored message; it is fsynced, and so is its job. Raises Refusal."""
        message = await self._checked(number, request, raw, dialect)
        await self.store.accept(message)
        self.enqueue(message)
        return message

    async def once(
        self, number: Number, request: SendRequest, raw: bytes, *, key: str, dialect: Dialect
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
                message = await self._checked(number, request, raw, dialect)
                earlier = await self.store.accept_once(message, once)
                if earlier is None:
                    self.enqueue(message)
                    return message
        if earlier.body_hash != once.body_hash:
            raise _another_request(key)
        return earlier

    async def _checked(self, number: Number, request: SendRequest, raw: bytes, dialect: Dialect) -> Outbound:
        """Return the message that a request asks for, not stored yet. Raises Refusal."""
        if fault := self.accounts.fault(number):
            raise Refusal(fault.problem, fault.details)
        request = self._addressed(number, request)
        if request.wa_id in (number.digits, phone.wa_id(number.digits)):
            raise Refusal(RECIPIENT_IS_SENDER, f"The recipient {request.to} is the sending number itself.")
        if fault := self.magic.refusal(request.wa_id):
            raise Refusal(fault.problem, fault.details)
        template = self._template(number, request)
        category = template.category.lower() if template else "service"
        if request.user_id is not None and category == "authentication":
            details = f"The authentication template cannot go to {request.to}; send it to a phone number, as 'to'."
            raise Refusal(USER_ID_UNSUPPORTED, details)
        self._check_links(request)
        first, more_media = await self._uploaded(number, request)
        now_ms = self.clock.now_ms()
        if fault := self.meters.fault(number, request.wa_id, now_ms):
            raise Refusal(fault.problem, fault.details, retry_after_seconds=fault.retry_after_seconds)
        key, tag = MessageKey(self.keys.next()), self.keys.tag()
        return Outbound(
            key=key,
            tag=tag,
            number_id=number.id,
            wa_id=request.wa_id,
            kind=request.kind,
            body=canonical_body(request),
            raw=raw,
            accepted_ms=now_ms,
            callback_data=request.callback_data,
            category=category,
            media_key=first or None,
            more_media=more_media,
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
        )

    def _addressed(self, number: Number, request: SendRequest) -> SendRequest:
        """Return the request with the phone that it is for, looked up if it names a user. Raises Refusal.

        A user whom nobody knows is like a number without WhatsApp: accepted, and failed later.

        # spec: cloud-api.md#2, cloud-api.md#2.2
        """
        if request.user_id is not None:
            wa_id = self.users.user(number.id, request.user_id) or phone.nobody(request.user_id)
            request = structs.replace(request, wa_id=wa_id)
        elif number.pseudo_numbers and phone.is_pseudo(request.wa_id):
            wa_id = phone.real(number.id, request.wa_id)
            request = structs.replace(request, wa_id=wa_id, user_id=self.users.user_id(number.id, wa_id))
        wanted = request.identity_hash if number.identity_check else None
        if wanted is not None and wanted != self.users.identity_hash(request.wa_id):
            details = f"The keys of {request.to} have changed: {wanted[:64]} is not their hash any more."
            raise Refusal(IDENTITY_CHANGED, details)
        return request

    def _template(self, number: Number, request: SendRequest) -> Template | None:
        """Return the template that the message names, its parameters checked; None if it is not a template."""
        if not isinstance(request.content, SentTemplate):
            return None
        sent = request.content
        found = self.directory.template(number.waba_id, sent.name, sent.language.code)
        checked = template_rules.check(found, sent, self.clock.now_ms())
        if isinstance(checked, Fault):
            raise Refusal(checked.problem, checked.details)
        return checked

    def _check_links(self, request: SendRequest) -> None:
        """Refuse a link that could never be fetched, whatever its server does; where it leads is vetted later."""
        for medium in request.content.media():
            if medium.link is not None and (reason := self.shelf.why_no_link(medium.link)):
                raise Refusal(INVALID_PARAMETER, f"Param {request.kind}['link']: the media link {reason}.")

    async def _uploaded(self, number: Number, request: SendRequest) -> tuple[MediaKey, tuple[MediaKey, ...]]:
        """Return the stored media that the message names by id, the first and the others; links are fetched later."""
        keys = [await self._key_of(number, request.kind, medium) for medium in request.content.media()]
        return (keys[0], tuple(keys[1:])) if keys else (NOT_FETCHED, ())

    async def _key_of(self, number: Number, kind: str, medium: MediaObject) -> MediaKey:
        if medium.id is None:
            return NOT_FETCHED
        found = await self.shelf.find(number.id, medium.id)
        if found is None:
            raise _bad_media_id(kind, medium.id)
        return found.key


def _another_request(key: str) -> Refusal:
    return Refusal(
        IDEMPOTENCY_CONFLICT,
        f"The Idempotency-Key {key[:80]!r} was used within 48 hours by another request of this number, whose body was "
        "not the same; nothing was sent. Give each message a key of its own.",
    )


def _bad_media_id(kind: str, media_id: str) -> Refusal:
    return Refusal(
        INVALID_PARAMETER,
        f"Param {kind}['id'] is not a valid whatsapp business account media attachment ID: {media_id} is unknown, "
        "expired, deleted or of another number. Upload the file again and send the new id.",
    )
