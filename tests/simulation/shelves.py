"""What the plain store keeps beside a message's way: records, documents, and the world of the embedded network."""

import copy
from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace
from tests.simulation.disk import Parcel
from tests.simulation.queued import Queue

from waypost.model import (
    Event,
    EventKey,
    FailedSend,
    Finding,
    InboundMessage,
    MediaKey,
    Medium,
    MessageKey,
    Number,
    NumberId,
    Outbound,
    Phone,
    Status,
    Template,
    Token,
)
from waypost.ports import Carried, DeliverySearch, Envelope, Page, StoredDelivery, StoredMessage, Window


class Shelves(Queue):
    """The ports beside `Store`, as far as the flows under test ask for them."""

    async def envelopes(self, keys: Sequence[MessageKey]) -> list[Envelope]:
        found = [(key, self.disk.messages[key].message) for key in keys if key in self.disk.messages]
        return [
            Envelope(key, m.tag, m.number_id, m.wa_id, received=False, callback_data=m.callback_data, user_id=m.user_id)
            if isinstance(m, Outbound)
            else Envelope(key, m.tag, m.number_id, m.person.wa_id, received=True)
            for key, m in found
        ]

    async def message(self, key: MessageKey) -> StoredMessage | None:
        row = self.disk.messages.get(key)
        if row is None:
            return None
        m = row.message
        sent = isinstance(m, Outbound)
        return StoredMessage(
            key=m.key,
            tag=m.tag,
            number_id=m.number_id,
            wa_id=m.wa_id if isinstance(m, Outbound) else m.person.wa_id,
            received=not sent,
            kind=m.kind,
            status=row.status,
            body=m.body,
            raw=m.raw if isinstance(m, Outbound) else b"",
            at_ms=m.accepted_ms if isinstance(m, Outbound) else m.at_ms,
            problem=row.problem,
            problem_details=row.problem_details,
            media_key=m.media_key,
            more_media=m.more_media if isinstance(m, Outbound) else (),
            callback_data=m.callback_data if isinstance(m, Outbound) else None,
            dialect=m.dialect if isinstance(m, Outbound) else "cloud",
            deleted=not sent and row.seen != 0,
        )

    async def events_of(self, key: MessageKey) -> list[Event]:
        return [event for event in self.disk.events.values() if event.message_key == key]

    async def failed_sends(self, key: MessageKey) -> list[FailedSend]:
        sends = self.disk.messages[key].sends if key in self.disk.messages else {}
        return [sends[number] for number in sorted(sends)]

    async def findings_of(self, key: MessageKey) -> list[Finding]:
        evidence = self.disk.messages[key].evidence if key in self.disk.messages else {}
        return [finding for _, findings in sorted(evidence.items()) for finding in findings]

    async def last_inbound_before(self, number_id: NumberId, wa_id: str, key: MessageKey) -> int | None:
        written = [each for each, row in self.disk.messages.items() if each < key and row.status is None]
        for each in sorted(written, reverse=True):
            message = self.disk.messages[each].message
            if isinstance(message, InboundMessage) and (message.number_id, message.person.wa_id) == (number_id, wa_id):
                return message.at_ms
        return None

    async def delivery(self, key: EventKey) -> StoredDelivery | None:
        parcel = self.disk.parcels.get(key)
        return _stored(parcel) if parcel else None

    async def told(self, keys: Sequence[EventKey]) -> list[tuple[EventKey, Event]]:
        return [(key, self.disk.parcels[key].event) for key in keys if key in self.disk.parcels]

    async def search_deliveries(self, search: DeliverySearch, window: Window) -> Page[StoredDelivery]:
        found = [
            _stored(parcel)
            for _, parcel in sorted(self.disk.parcels.items(), reverse=True)
            if search.message_key in (None, parcel.event.message_key) and search.state in (None, parcel.state)
        ]
        return Page(found[: window.limit], None)

    async def medium(self, key: MediaKey) -> Medium | None:
        return self.disk.media.get(key)

    async def load_numbers(self) -> list[Number]:
        return list(self.disk.numbers.values())

    async def save_number(self, number: Number) -> None:
        await self._write(lambda: self.disk.numbers.update({number.id: number}))

    async def change_number(self, number: Number, change: Callable[[Number], Number]) -> Number:
        def write() -> Number:
            self.disk.numbers[number.id] = change(self.disk.numbers.get(number.id, number))
            return self.disk.numbers[number.id]

        changed: Number = await self._write(write)
        return changed

    async def load_tokens(self) -> list[Token]:
        return []

    async def load_templates(self) -> list[Template]:
        return list(self.disk.templates.values())

    async def document(self, kind: str, owner: int, name: str) -> bytes | None:
        return self.disk.documents.get((kind, owner, name))

    async def documents(self, kind: str, owner: int, *, after: str = "", limit: int = 1000) -> list[tuple[str, bytes]]:
        found = sorted(self.disk.documents.items())
        return [(name, body) for place, body in found if place[:2] == (kind, owner) and (name := place[2]) > after][
            :limit
        ]

    async def documents_of(self, kind: str, owners: Iterable[int]) -> list[tuple[int, bytes]]:
        found = {owner: self.disk.documents.get((kind, owner, "")) for owner in owners}
        return [(owner, body) for owner, body in found.items() if body is not None]

    async def load_phones(self) -> list[Phone]:
        return [copy.copy(phone) for phone in self.disk.phones.values()]

    async def save_phone(self, phone: Phone) -> None:
        await self._write(lambda: self.disk.phones.update({phone.wa_id: phone}))

    async def take(self, carried: Carried) -> bool:
        def write() -> bool:
            if carried.token in self.disk.carried:
                return False
            self.disk.carried[carried.token] = carried
            return True

        is_new: bool = await self._write(write)
        return is_new

    async def has_taken(self, token: MessageKey) -> bool:
        return token in self.disk.carried

    async def progressed(self, steps: Sequence[tuple[MessageKey, Status, int]]) -> None:
        def write() -> None:
            for token, progress, due_ms in steps:
                if token in self.disk.carried:
                    self.disk.carried[token] = replace(self.disk.carried[token], progress=progress, due_ms=due_ms)

        await self._write(write)

    async def unfinished(self, after: MessageKey, limit: int) -> list[Carried]:
        found = [
            carried
            for token, carried in sorted(self.disk.carried.items())
            if token > after and carried.progress < Status.READ
        ]
        return found[: min(limit, self._page)]


def _stored(parcel: Parcel) -> StoredDelivery:
    return StoredDelivery(
        parcel.event,
        parcel.state,
        parcel.first_ms,
        parcel.due_ms,
        tuple(parcel.attempts),
        parcel.endpoint,
        parcel.further_key,
    )
