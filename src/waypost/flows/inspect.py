"""Inspect: messages and all that happened to them, for the console, the control API and the command line.

Nothing here changes anything. Deliveries, the other half of the read side, are in `inspect_deliveries`.
"""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from msgspec import Struct

from waypost.flows.attempts import attempt_view
from waypost.flows.batches import delivery_id
from waypost.flows.directory import Directory
from waypost.flows.explain import Explain
from waypost.flows.find import find_message
from waypost.flows.inspect_deliveries import InspectDeliveries
from waypost.lib import ids
from waypost.lib.clock import at
from waypost.lib.durations import to_ms
from waypost.model import Attempt, Event, FailedSend, MediaKey, Medium, Status
from waypost.ports import Carried, DeliverySearch, Lists, Records, StoredDelivery, StoredMessage, Window
from waypost.rules import template as template_rules
from waypost.rules.template_shown import shown
from waypost.wire.canonical import stored_content
from waypost.wire.control.chats import ReceivedMessage
from waypost.wire.control.evidence import payload
from waypost.wire.control.messages import (
    FaultView,
    MediaView,
    MessageDetail,
    MessageView,
    SendView,
    TimelineEntry,
    fault_view,
)
from waypost.wire.messages.template import Template as SentTemplate
from waypost.wire.renderings import message_ids
from waypost.wire.shown import ShownTemplate
from waypost.wire.shown_text import shown_text

MEDIA_PATH = "/_waypost/v1/media/"
_ALL_OF_MESSAGE = Window(None, 1_000, 1_000)
_QUOTED_FOR_MS = to_ms(timedelta(days=30))


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
    directory: Directory
    explain: Explain
    deliveries: InspectDeliveries

    async def message_views(self, found: Sequence[StoredMessage]) -> list[MessageView]:
        """Return messages as lists show them."""
        return [await self._message(message) for message in found]

    def seen_text(self, message: StoredMessage) -> str:
        """Return the text that a message shows to a user, in one piece; its type in brackets if it has no text."""
        if message.received:
            return shown_text(message.kind, message.body, received=True)
        return self._text(message, stored_content(message.kind, message.body))

    async def message(self, message_id: str) -> MessageDetail | None:
        """Return a message by its id in either dialect, with everything that happened to it; None if there is none."""
        found = await find_message(self.records, message_id)
        if found is None:
            return None
        events = await self.records.events_of(found.key)
        # Why it failed stands with the message: read after the events, so that none of them lacks it.
        found = await find_message(self.records, message_id) or found
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
            deliveries=await self.deliveries.views(deliveries),
        )

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
            template = self.directory.template_sent(message.number_id, content)
            return template_rules.filled_in(template, content) if template else content.preview()
        return shown_text(message.kind, message.body, received=False)

    def _shown_template(self, message: StoredMessage, content: object) -> ShownTemplate | None:
        if not isinstance(content, SentTemplate):
            return None
        template = self.directory.template_sent(message.number_id, content)
        return shown(template, content) if template else None

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
            preview=shown_text(message.kind, message.body, received=message.received),
            fault=_fault(message.problem, message.problem_details),
            media=await self.media(message.media_key),
            more_media=[await self.media(key) for key in message.more_media],
        )

    async def media(self, key: MediaKey | None) -> MediaView | None:
        """Return how a file is shown; None if there is no file, or it was deleted."""
        medium = await self.records.medium(key) if key else None
        return media_view(medium) if medium else None


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


def _later(progress: Status, status: Status | None) -> Status:
    return max(progress, status) if status is not None and status is not Status.FAILED else progress


def _fault(name: str | None, details: str | None) -> FaultView | None:
    if name is None:
        return None
    return fault_view(name, details or "")
