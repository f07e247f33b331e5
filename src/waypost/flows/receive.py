"""Receive: what an upstream reports becomes a stored status or message, an event, and a delivery to the subscriber.

The embedded network and every real upstream come in here; there is no other way in.
"""

from collections.abc import Sequence

from msgspec import Struct, structs

from waypost.errors import Fault
from waypost.flows.acknowledged import Acknowledged
from waypost.flows.blocks import Blocks
from waypost.flows.directory import Directory
from waypost.flows.media_urls import MediaURLs
from waypost.flows.meters import Meters
from waypost.flows.recent import Recent, echo_of
from waypost.lib import ids
from waypost.lib.clock import Clock
from waypost.model import (
    Delivery,
    Endpoint,
    Event,
    EventKey,
    FailedSend,
    InboundMessage,
    MessageKey,
    Number,
    NumberId,
    Outbound,
    Status,
    StatusUpdate,
    finding_of,
)
from waypost.ports import Announce, Further, InboundRow, Lists, StatusRow, Store
from waypost.rules import callbacks
from waypost.wire import client_notices
from waypost.wire.events.messages import LATEST, Echo, Identity, has_referral, inbound_value, shape_of, status_value
from waypost.wire.inbound_bodies import deleted_id
from waypost.wire.renderings import is_told


class Receive(Struct, frozen=True):
    """The flow, with the ports it uses."""

    store: Store
    lists: Lists
    directory: Directory
    recent: Recent
    urls: MediaURLs
    blocks: Blocks
    meters: Meters
    clock: Clock
    keys: ids.KeyMaker
    acknowledged: Acknowledged
    announce: Announce

    async def statuses(self, updates: Sequence[StatusUpdate]) -> None:
        """Take statuses in the order given; each is durable, or known from before, on return."""
        echoes = await self._echoes({update.token for update in updates})
        rows = [self._row(update, echo) for update in updates if (echo := echoes.get(update.token)) is not None]
        fresh = await self.store.record_statuses(rows)
        self._tell([row for row, is_new in zip(rows, fresh, strict=True) if is_new])

    async def message(self, message: InboundMessage, *, quietly: bool = False) -> bool:
        """Take a user's message; False if it was known before, or its writer is blocked.

        With `quietly` the subscriber is not told.
        """
        number = self.directory.number(message.number_id)
        if number is None or self.blocks.has(number.id, message.person.wa_id):
            return False
        if not quietly:
            await self.meters.received(number, self.clock.now_ms())
        event = Event(
            key=EventKey(self.keys.next()),
            number_id=number.id,
            message_key=message.key,
            kind="message",
            at_ms=message.at_ms,
            body=inbound_value(
                message,
                shape_of(number),
                medium=message.medium,
                url=self.urls.webhook_url(message.medium) if message.medium else None,
                identity=await self._identity(number, message.person.wa_id) if number.checks_identities else None,
            ),
        )
        notify = not quietly and callbacks.main_callback(number, event.kind) is not None
        further = () if quietly else self._further(number, event)
        row = InboundRow(
            message,
            event,
            notify,
            # spec: cloud-api.md#12.1 - whether a reaction opens the window is (unconfirmed): lenient, each message does
            opens_window=message.by_user,
            further=further,
            from_ad=has_referral(message.body),
            deletes=_deleted_by(message),
        )
        is_new = await self.store.record_inbound(row)
        if is_new:
            self._tell([row])
        return is_new

    async def notice(self, number: Number, field: str, value: bytes, *, about: MessageKey | None = None) -> None:
        """Tell a number's subscriber of something that is no status: a template, the account, the number.

        `field` is the webhook field, `value` its JSON; it is durable on return. What is `about` a message takes its
        turn among the statuses of that message.

        # spec: cloud-api.md#10
        """
        key = EventKey(self.keys.next())
        lane = MessageKey(key) if about is None else about
        event = Event(key, number.id, lane, field, self.clock.now_ms(), value)
        notify, further = callbacks.main_callback(number, field) is not None, self._further(number, event)
        await self.store.record_notice(event, notify=notify, further=further)
        self.announce(_deliveries(event, self.clock.now_ms(), notify=notify, further=further))

    async def warned(self, message: Outbound, fault: Fault) -> None:
        """Warn the subscriber about a message that is sent all the same; not every dialect has this notice."""
        number = self.directory.number(message.number_id)
        if number is None or message.user_id is not None:
            return
        told = client_notices.warning(message.wa_id, fault, key=message.key, tag=message.tag, at_ms=self.clock.now_ms())
        await self.notice(number, *told, about=message.key)

    async def failed(self, message: Outbound, fault: Fault, send: FailedSend | None = None) -> None:
        """End a message that Waypost will not send, or that the upstream refused in the attempt `send`."""
        update = StatusUpdate(message.key, Status.FAILED, self.clock.now_ms(), person=None, fault=fault)
        echo = self.recent.get(message.key) or echo_of(message)
        row = self._row(update, echo)
        row = structs.replace(row, findings=message.findings + row.findings)
        if await self.store.settle_failed(message, row, send):
            self._tell([row])

    async def _identity(self, number: Number, wa_id: str) -> Identity:
        # spec: on-premises-api.md#11.5 - as it was when the user wrote, whatever is acknowledged before it is told
        known = await self.acknowledged.of(wa_id)
        return Identity(await self.acknowledged.by(number, wa_id, known), known.created_ms, known.hash)

    def _tell(self, rows: Sequence[StatusRow | InboundRow]) -> None:
        now_ms = self.clock.now_ms()
        self.announce(
            [
                delivery
                for row in rows
                for delivery in _deliveries(row.event, now_ms, notify=row.notify, further=row.further)
            ]
        )

    def _further(self, number: Number, event: Event) -> Further:
        """Return the deliveries to a number's further endpoints; most numbers have none."""
        if not number.callbacks.further:
            return ()
        told = [one for one in callbacks.endpoints(number, event.kind) if _hears(one, number, event.status)]
        return tuple((EventKey(self.keys.next()), one.id) for one in told)

    async def _echoes(self, keys: set[MessageKey]) -> dict[MessageKey, Echo]:
        """Return what the statuses of messages repeat; what is not known of the newest is read for all at once."""
        echoes = {key: echo for key in keys if (echo := self.recent.get(key)) is not None}
        if len(echoes) < len(keys):
            stored = await self.lists.envelopes(sorted(keys - echoes.keys()))
            echoes |= {envelope.key: echo_of(envelope) for envelope in stored if not envelope.received}
        return echoes

    def _row(self, update: StatusUpdate, echo: Echo) -> StatusRow:
        number_id = NumberId(echo.number_id)
        number = self.directory.number(number_id)
        event = Event(
            key=EventKey(self.keys.next()),
            number_id=number_id,
            message_key=update.token,
            kind="status",
            at_ms=update.at_ms,
            body=status_value(update, echo, shape_of(number) if number else LATEST),
            status=update.status,
            problem=update.fault.problem.name if update.fault else None,
        )
        notify = number is not None and _wants(number, update.status)
        further = self._further(number, event) if number is not None else ()
        if update.fault is None:
            return StatusRow(event, update.status, notify, None, further)
        finding = finding_of(update.fault, update.at_ms)
        return StatusRow(event, update.status, notify, update.fault.details, further, (finding,) if finding else ())


def _deleted_by(message: InboundMessage) -> MessageKey | None:
    """Return the message that the user takes back, if this is what they do."""
    ref = ids.parse_message_id(deleted_id(message.body)) if message.kind == "revoke" else None
    return MessageKey(ref.key) if ref else None


def _deliveries(event: Event, now_ms: int, *, notify: bool, further: Further) -> list[Delivery]:
    first = [Delivery(event, now_ms)] if notify else []
    return first + [Delivery(event, now_ms, endpoint=name, further_key=key) for key, name in further]


def _hears(one: Endpoint, number: Number, status: Status | None) -> bool:
    """Return whether an endpoint is told of a status; of other events it always is."""
    return status is None or is_told(one.dialect or number.callback_dialect, number, status)


def _wants(number: Number, status: Status) -> bool:
    """Return whether the number's subscriber is told of this status."""
    if callbacks.main_callback(number, "status") is None:
        return False
    return is_told(number.callback_dialect, number, status)
