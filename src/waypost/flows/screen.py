"""Screen: the checks whose faults are refused in the answer to a send, in the order of the reference.

Other faults (a closed window, a dead link, a user without WhatsApp) are found when the message leaves, by `clearance`:
such a message is accepted and fails later on the webhook, as it is on WhatsApp.

# spec: cloud-api.md#4, cloud-api.md#11.2
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Protocol

from msgspec import Struct, structs

from waypost.errors import Refusal
from waypost.errors.clients import IDENTITY_CHANGED
from waypost.errors.management import NOT_LISTED, POLICY_BLOCK
from waypost.errors.requests import INVALID_PARAMETER, RECIPIENT_IS_SENDER, USER_ID_UNSUPPORTED
from waypost.flows.accounts import BusinessAccounts
from waypost.flows.directory import Directory
from waypost.flows.media_shelf import MediaShelf
from waypost.flows.meters import Meters
from waypost.flows.pacing import Pacing
from waypost.lib import phone
from waypost.lib.clock import Clock
from waypost.lib.links import BadLink, FetchPolicy, parse_link
from waypost.model import NOT_FETCHED, MediaKey, Number, NumberId, Template
from waypost.ports import Windows
from waypost.rules import template as template_rules
from waypost.rules import window
from waypost.rules.magic import Magic
from waypost.wire.messages.template import Template as SentTemplate
from waypost.wire.parts import MediaObject
from waypost.wire.requests import Addressee, SendRequest, TemplateName


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


class Screened(Struct, frozen=True):
    """A request that may be accepted, with what the checks have looked up."""

    request: SendRequest
    """With the phone that it is for."""
    media: tuple[MediaKey, ...]
    """Its stored media, in order; `NOT_FETCHED` for each link."""
    now_ms: int
    """When it was looked at, in platform time."""
    template: Template | None = None
    held_by: int | None = None
    """Id of the template, if it holds the message back."""


UserCheck = Callable[[Number, str], Awaitable[None]]
"""Raises Refusal if a number may not write to the user of a wa_id."""


class Screen(Struct, frozen=True):
    """The checks, with what they look at."""

    directory: Directory
    shelf: MediaShelf
    policy: FetchPolicy
    accounts: BusinessAccounts
    meters: Meters
    users: Users
    windows: Windows
    pacing: Pacing
    magic: Magic
    clock: Clock

    async def __call__(self, number: Number, request: SendRequest, user_check: UserCheck | None = None) -> Screened:
        """Return the request as it may be accepted; it counts as one message from here on. Raises Refusal.

        `user_check` is what a face wants to know of the user besides.
        """
        self.check_number(number)
        request = self._addressed(number, request)
        _check_user(number, request.to, request.wa_id)
        if request.user_id is not None and isinstance(request.content, SentTemplate):
            self._check_user_id(number, request.to, _name_of(request.content))
        if user_check is not None:
            await user_check(number, request.wa_id)
        if restriction := self.accounts.restriction(number):
            await self._refuse_restricted(restriction, number, request)
        if fault := self.magic.refusal(request.wa_id):
            raise Refusal.of(fault)
        media = request.content.media()
        keys = await self._keys_of(number, media) if media else ()
        now_ms = self.clock.now_ms()
        sent = request.content
        template = self._template(number, sent, now_ms) if isinstance(sent, SentTemplate) else None
        screened = Screened(request, keys, now_ms, template)
        if fault := await self.meters.fault(number, request.wa_id, now_ms):
            raise Refusal.of(fault)
        if screened.template is not None and self.pacing.is_on:
            screened = structs.replace(screened, held_by=await self.pacing.held_by(screened.template))
        return screened

    def check_number(self, number: Number) -> None:
        """Raise Refusal if the number cannot send anything."""
        if fault := self.accounts.fault(number):
            raise Refusal.of(fault)

    def check_sender(self, number: Number, addressee: Addressee | None) -> None:
        """Raise Refusal if the number cannot send anything, or not to this user; None: the user could not be read.

        It is called for a request whose content is faulty, because these faults are told before those of the content.
        """
        self.check_number(number)
        if addressee is not None:
            _check_user(number, addressee.to, self._wa_id(number, addressee.wa_id, addressee.user_id))
            if addressee.user_id is not None and addressee.template is not None:
                self._check_user_id(number, addressee.to, addressee.template)

    def _wa_id(self, number: Number, wa_id: str, user_id: str | None) -> str:
        """Return the phone that a message is for.

        A user whom nobody knows is like a number without WhatsApp: accepted, and failed later.
        """
        if user_id is not None:
            return self.users.user(number.id, user_id) or phone.nobody(user_id)
        return phone.real(number.id, wa_id) if number.pseudo_numbers and phone.is_pseudo(wa_id) else wa_id

    def _addressed(self, number: Number, request: SendRequest) -> SendRequest:
        """Return the request with the phone that it is for, looked up if it names a user. Raises Refusal.

        # spec: cloud-api.md#2, cloud-api.md#2.2
        """
        wa_id = self._wa_id(number, request.wa_id, request.user_id)
        if wa_id != request.wa_id:
            user_id = request.user_id or self.users.user_id(number.id, wa_id)
            request = structs.replace(request, wa_id=wa_id, user_id=user_id)
        wanted = request.identity_hash if number.identity_check else None
        if wanted is not None and wanted != self.users.identity_hash(request.wa_id):
            details = f"The keys of {request.to} have changed: {wanted[:64]} is not their hash any more."
            raise Refusal(IDENTITY_CHANGED, details)
        return request

    async def _refuse_restricted(self, restriction: str, number: Number, request: SendRequest) -> None:
        """Raise Refusal if the restriction is about this user, who has written to the account or not.

        # spec: cloud-api.md#10, error-codes.tsv
        """
        last_ms = await self.windows.last_inbound_ms(number.id, request.wa_id)
        who = "CUSTOMER" if window.is_open(last_ms, self.clock.now_ms()) else "BIZ"
        if restriction == f"RESTRICTED_{who}_INITIATED_MESSAGING":
            raise Refusal(POLICY_BLOCK, f"The account {number.waba_id} is restricted: {restriction}.")

    def _template(self, number: Number, sent: SentTemplate, now_ms: int) -> Template:
        """Return the template that a message names, its parameters checked."""
        named = self.directory.template(number.waba_id, sent.name, sent.language.code)
        found = template_rules.check(named, sent, now_ms)
        if not isinstance(found, Template):
            raise Refusal.of(found)
        return found

    def _check_user_id(self, number: Number, to: str, template: TemplateName) -> None:
        """Raise Refusal for an authentication template to a user id.

        # spec: cloud-api.md#4, error-codes.tsv
        """
        named = self.directory.template(number.waba_id, template.name, template.language)
        if named is not None and named.category == "AUTHENTICATION":
            details = f"The authentication template cannot go to {to}; send it to a phone number, as 'to'."
            raise Refusal(USER_ID_UNSUPPORTED, details)

    async def _keys_of(self, number: Number, media: Sequence[MediaObject]) -> tuple[MediaKey, ...]:
        """Return the stored media. Raises Refusal.

        A link that could never be fetched is refused, whatever its server does; where it leads is vetted later.
        """
        for medium in media:
            link = parse_link(medium.link, self.policy) if medium.link is not None else None
            if isinstance(link, BadLink):
                raise Refusal(INVALID_PARAMETER, f"Param {medium.kind}['link']: the media link {link.reason}.")
        return tuple([await self._key_of(number, medium) for medium in media])

    async def _key_of(self, number: Number, medium: MediaObject) -> MediaKey:
        """Return the stored medium that is named by id; a link is fetched later. Raises Refusal."""
        if medium.id is None:
            return NOT_FETCHED
        found = await self.shelf.find(number.id, medium.id)
        if found is None:
            raise _bad_media_id(medium.kind, medium.id)
        return found.key


def _name_of(sent: SentTemplate) -> TemplateName:
    return TemplateName(sent.name, sent.language.code)


def _check_user(number: Number, to: str, wa_id: str) -> None:
    """Raise Refusal if a number cannot write to a user, whatever it is.

    # spec: cloud-api.md#1.2, cloud-api.md#4, cloud-api.md#12.4
    """
    if wa_id in _own_ids(number.id):
        raise Refusal(RECIPIENT_IS_SENDER, f"Parameter 'to': {to} is the sending number itself.")
    listed = number.standing.test_recipients
    if listed is not None and wa_id not in listed:
        details = f"{to} is not among the {len(listed)} recipients of the test number {number.digits}."
        raise Refusal(NOT_LISTED, details)


@lru_cache(maxsize=1024)
def _own_ids(number_id: NumberId) -> tuple[str, str]:
    """Return what a number itself can be called as a recipient; it is asked for every message."""
    digits = str(number_id)
    return digits, phone.wa_id(digits)


def _bad_media_id(kind: str, media_id: str) -> Refusal:
    return Refusal(
        INVALID_PARAMETER,
        f"Param {kind}['id'] is not a valid whatsapp business account media attachment ID: {media_id} is unknown, "
        "expired, deleted or of another number. Upload the file again and send the new id.",
    )
