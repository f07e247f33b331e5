"""Inspect: the read side for the console, the control API and the command line.

Nothing here changes anything. What was sent to a webhook is written anew from its event: the same event gives the
same bytes, so they need not be stored.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec
from msgspec import Struct

from waypost.flows.attempts import SentParcel, attempt_view, verify_views, why_not_delivered
from waypost.flows.batches import Batch, batches_of, delivery_id
from waypost.flows.directory import Directory
from waypost.flows.explain import Explain
from waypost.flows.find import find_message
from waypost.flows.notify import USER_AGENT, batch_id, event_id, target_of
from waypost.lib import ids, signing
from waypost.lib.clock import at
from waypost.model import Attempt, Event, EventKey, FailedSend, MediaKey, Medium, Status, Template
from waypost.ports import Carried, DeliverySearch, Lists, NetworkStore, Records, StoredDelivery, StoredMessage, Window
from waypost.rules import template as template_rules
from waypost.rules.template_shown import shown
from waypost.wire.control import (
    DeliveryDetail,
    DeliveryView,
    FaultView,
    MediaView,
    MessageDetail,
    MessageView,
    SendView,
    TimelineEntry,
    fault_view,
)
from waypost.wire.control_chat import ReceivedMessage
from waypost.wire.control_evidence import payload
from waypost.wire.messages.template import Template as SentTemplate
from waypost.wire.renderings import RENDERERS, message_ids, stored_content
from waypost.wire.shown import ShownTemplate

MEDIA_PATH = "/_waypost/v1/media/"
_ALL_OF_MESSAGE = Window(None, 1_000, 1_000)
_QUOTED_FOR_MS = timedelta(days=30) // timedelta(milliseconds=1)


class _Words(msgspec.Struct):
    """The text of an interactive message."""

    text: str | None = None


class _Shown(msgspec.Struct):
    """The members of a type's object that are text for the user."""

    body: str | _Words | None = None
    caption: str | None = None


class _Chosen(msgspec.Struct):
    """A button or a row that the user has tapped."""

    title: str | None = None


class _Done(msgspec.Struct):
    """What else a user does in a chat: taps, reacts, shares a place."""

    button_reply: _Chosen | None = None
    list_reply: _Chosen | None = None
    text: str | None = None
    emoji: str | None = None
    name: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class _Context(msgspec.Struct):
    message_id: str | None = None
    id: str | None = None


class _Body(msgspec.Struct):
    """The part of a stored body that is looked at here."""

    context: _Context | None = None


class Inspect(Struct, frozen=True):
    """The flow, with the ports it uses."""

    records: Records
    lists: Lists
    network: NetworkStore
    directory: Directory
    explain: Explain

    async def message_views(self, found: Sequence[StoredMessage]) -> list[MessageView]:
        """Return messages as lists show them."""
        return [await self._message(message) for message in found]

    def seen_text(self, message: StoredMessage) -> str:
        """Return the text that a message shows to a user, in one piece; its type in brackets if it has no text."""
        return (
            shown_text(message) if message.received else self._text(message, stored_content(message.kind, message.body))
        )

    async def message(self, message_id: str) -> MessageDetail | None:
        """Return a message by its id in either dialect, with everything that happened to it; None if there is none."""
        found = await find_message(self.records, message_id)
        if found is None:
            return None
        events = await self.records.events_of(found.key)
        told = await self.lists.search_deliveries(DeliverySearch(message_key=found.key), _ALL_OF_MESSAGE)
        deliveries = told.rows
        sends = await self.records.failed_sends(found.key)
        findings = await self.explain.findings(found, sends)
        return MessageDetail(
            **msgspec.structs.asdict(await self._message(found)),
            body=msgspec.Raw(found.body),
            request=None if found.received else payload(found.raw),
            exchange=self.explain.exchange(found),
            findings=findings,
            why=self.explain.why(found, findings),
            timeline=_timeline(found, sends, events, deliveries),
            deliveries=[await self._delivery(delivery) for delivery in deliveries],
        )

    async def delivery_views(self, found: Sequence[StoredDelivery]) -> list[DeliveryView]:
        """Return deliveries as lists show them."""
        return [await self._delivery(delivery) for delivery in found]

    async def delivery(self, delivery_id: str) -> DeliveryDetail | None:
        """Return a delivery with the bytes that were or would be sent; None if there is none."""
        key = delivery_key(delivery_id)
        found = await self.records.delivery(key) if key is not None else None
        number = self.directory.number(found.event.number_id) if found else None
        if found is None or number is None:
            return None
        bodies = {name: render(found.event, number) for name, render in RENDERERS.items()}
        target = target_of(number, found.event, found.endpoint)
        dialect = target.dialect if target else number.callback_dialect
        body = bodies[dialect]
        detail = DeliveryDetail(
            **msgspec.structs.asdict(await self._delivery(found)),
            dialect=dialect,
            headers=_lasting_headers(event_id(found.event), (target and target.own_secret) or number.app_secret, body),
            body=None if body is None else payload(body),
            bodies={name: None if bytes_ is None else payload(bytes_) for name, bytes_ in bodies.items()},
            verify=[],
            batches=[],
        )
        if body is not None and target is not None:
            alone = SentParcel(event_id(found.event), body, target)
            _show_sent(detail, found, alone, await batches_of(self.records, found, target))
        return detail

    async def received(self, carried: Carried, message: StoredMessage) -> ReceivedMessage:
        """Return a message as the phone that received it shows it, without the reactions and taps on it."""
        message_id, other_id = message_ids(message.key, message.tag, message.wa_id, received=False)
        content = stored_content(message.kind, message.body)
        context = msgspec.json.decode(message.body, type=_Body).context
        return ReceivedMessage(
            message_id,
            other_id,
            phone_number_id=str(message.number_id),
            type=message.kind,
            at=at(message.at_ms),
            status=_later(carried.progress, message.status).word,
            body=self._text(message, content),
            content=msgspec.Raw(msgspec.json.encode(content.wire())),
            context_id=await self._quoted(message, context.message_id) if context and context.message_id else None,
            media=await self.media(message.media_key),
            more_media=[await self.media(key) for key in message.more_media],
            template=self._shown_template(message, content),
            reactions=[],
            taps=[],
        )

    async def _quoted(self, message: StoredMessage, message_id: str) -> str | None:
        """Return the id of the message that is quoted above another; None if the phone shows no quote, as for old ones.

        # spec: cloud-api.md#2.1
        """
        quoted = await find_message(self.records, message_id)
        if quoted is None or (quoted.number_id, quoted.wa_id) != (message.number_id, message.wa_id):
            return None
        return message_id if message.at_ms - quoted.at_ms <= _QUOTED_FOR_MS else None

    def _text(self, message: StoredMessage, content: object) -> str:
        """Return the text that the user sees: of a template with its placeholders filled in."""
        if isinstance(content, SentTemplate):
            template = self._template(message, content)
            return template_rules.filled_in(template, content) if template else content.preview()
        return shown_text(message)

    def _shown_template(self, message: StoredMessage, content: object) -> ShownTemplate | None:
        template = self._template(message, content) if isinstance(content, SentTemplate) else None
        return shown(template, content) if template and isinstance(content, SentTemplate) else None

    def _template(self, message: StoredMessage, content: SentTemplate) -> Template | None:
        """Return the definition as it is now; None if it is gone."""
        number = self.directory.number(message.number_id)
        return self.directory.template(number.waba_id, content.name, content.language.code) if number else None

    async def _message(self, message: StoredMessage) -> MessageView:
        message_id, other_id = message_ids(message.key, message.tag, message.wa_id, received=message.received)
        return MessageView(
            message_id,
            other_id,
            direction="inbound" if message.received else "outbound",
            phone_number_id=str(message.number_id),
            wa_id=message.wa_id,
            type=message.kind,
            status=message.status.word if message.status is not None and not message.received else None,
            at=at(message.at_ms),
            preview=shown_text(message),
            fault=_fault(message.problem, message.problem_details),
            media=await self.media(message.media_key),
            more_media=[await self.media(key) for key in message.more_media],
        )

    async def media(self, key: MediaKey | None) -> MediaView | None:
        """Return how a file is shown; None if there is no file, or it was deleted."""
        medium = await self.records.medium(key) if key else None
        return media_view(medium) if medium else None

    async def _delivery(self, delivery: StoredDelivery) -> DeliveryView:
        event = delivery.event
        number = self.directory.number(event.number_id)
        about = await self.records.message(event.message_key)
        message_id = message_ids(about.key, about.tag, about.wa_id, received=about.received)[0] if about else ""
        target = target_of(number, event, delivery.endpoint) if number else None
        return DeliveryView(
            delivery_id(delivery.key, delivery.event),
            message_id,
            phone_number_id=str(event.number_id),
            wa_id=about.wa_id if about else None,
            kind=event.kind,
            status=event.status.word if event.status is not None else None,
            state=delivery.state,
            at=at(event.at_ms),
            due=at(delivery.due_ms) if delivery.state == "waiting" else None,
            event_id=event_id(event),
            endpoint=delivery.endpoint or None,
            url=target.webhook.url if target else None,
            attempts=[attempt_view(attempt) for attempt in delivery.attempts],
            why=why_not_delivered(delivery),
        )


def media_view(medium: Medium) -> MediaView:
    """Return how the control API shows a file."""
    return MediaView(
        str(medium.key),
        ids.media_uuid(medium.key, medium.tag),
        mime_type=medium.mime,
        sha256=medium.sha256.hex(),
        size=medium.size,
        filename=medium.filename,
        url=f"{MEDIA_PATH}{medium.key}",
        animated=medium.animated,
    )


def delivery_key(delivery_id: str) -> EventKey | None:
    """Return the key that a delivery's id names: `evt_` or `dlv_` and digits, or the digits alone."""
    digits = delivery_id.removeprefix("evt_").removeprefix("dlv_")
    return EventKey(int(digits)) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def _timeline(
    message: StoredMessage, sends: list[FailedSend], events: list[Event], deliveries: list[StoredDelivery]
) -> list[TimelineEntry]:
    """Return everything that happened to a message, oldest first."""
    begun = "message.received" if message.received else "message.accepted"
    entries = [TimelineEntry(at(message.at_ms), begun)]
    entries += [
        TimelineEntry(at(send.at_ms), f"upstream.{send.outcome}", send=SendView(send.number, send.why))
        for send in sends
    ]
    for event in events:
        if event.status is not None:
            fault = _fault(event.problem, message.problem_details)
            entries.append(TimelineEntry(at(event.at_ms), "message.status", event.status.word, fault))
    for delivery in deliveries:
        status = delivery.event.status.word if delivery.event.status is not None else None
        entries += [
            TimelineEntry(
                at(attempt.at_ms),
                _outcome(delivery, attempt),
                status,
                None,
                delivery_id(delivery.key, delivery.event),
                attempt_view(attempt),
            )
            for attempt in delivery.attempts
        ]
    return sorted(entries, key=lambda entry: entry.at)  # stable: what happened in one millisecond keeps this order


def _outcome(delivery: StoredDelivery, attempt: Attempt) -> str:
    done = delivery.state == "done" and attempt is delivery.attempts[-1]
    return "webhook.delivered" if done else "webhook.failed"


def _show_sent(detail: DeliveryDetail, found: StoredDelivery, alone: SentParcel, batches: Mapping[str, Batch]) -> None:
    """Add the headers of each attempt; `body`, `headers` and `verify` are those of the last one."""
    parcels = [batches[batch_id(each.batch[0])].sent if each.batch else alone for each in found.attempts]
    detail.attempts = [attempt_view(*each) for each in zip(found.attempts, parcels, strict=True)]
    detail.batches = [batch.view for batch in batches.values()]
    last = parcels[-1] if parcels else alone
    if last is None:
        return  # nobody can say what it was
    if last is not alone:
        detail.body = payload(last.body)
        detail.headers = _headers(last)
    made = [(each.signed_s, each.at_ms) for each in found.attempts if each.signed_s is not None]
    detail.verify = verify_views(last, *(made[-1] if made else (found.event.at_ms // 1000, found.event.at_ms)))


def _headers(sent: SentParcel) -> dict[str, str]:
    """Return the headers that are the same in every attempt, without those that the operator set."""
    return _lasting_headers(sent.id, sent.target.own_secret or sent.target.number.app_secret, sent.body)


def _lasting_headers(webhook_id: str, secret: str, body: bytes | None) -> dict[str, str]:
    if body is None:
        return {}
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "x-hub-signature-256": signing.hub_signature(secret, body),
        "webhook-id": webhook_id,
    }


def _later(progress: Status, status: Status | None) -> Status:
    return max(progress, status) if status is not None and status is not Status.FAILED else progress


def shown_text(message: StoredMessage) -> str:
    """Return the text that a message shows: what was typed or tapped, the caption, or the type in brackets."""
    whole = msgspec.json.decode(message.body, type=dict[str, msgspec.Raw])
    inner = whole.get(message.kind)
    if inner is not None and bytes(inner).startswith(b"{"):
        shown = msgspec.json.decode(inner, type=_Shown)
        body = shown.body.text if isinstance(shown.body, _Words) else shown.body
        if text := body or shown.caption or (message.received and _done_text(message.kind, inner)):
            return text
    if message.received or message.kind == "contacts":
        return f"[{message.kind}]"
    return stored_content(message.kind, message.body).preview()


def _done_text(kind: str, inner: msgspec.Raw) -> str | None:
    if kind not in ("interactive", "button", "reaction", "location"):
        return None
    done = msgspec.json.decode(inner, type=_Done)
    match kind:
        case "reaction":
            return f"[reaction] {done.emoji}" if done.emoji else "[reaction removed]"
        case "location":
            return f"[location] {done.name or f'{done.latitude}, {done.longitude}'}"
        case _:
            chosen = done.button_reply or done.list_reply
            return chosen.title if chosen else done.text


def _fault(name: str | None, details: str | None) -> FaultView | None:
    if name is None:
        return None
    return fault_view(name, details or "")
