"""Rows to put into a store."""

from msgspec.structs import replace

from waypost.lib.hops import Hop
from waypost.model import (
    Attempt,
    Delivery,
    Earlier,
    Event,
    EventKey,
    FailedSend,
    Finding,
    InboundMessage,
    MediaKey,
    Medium,
    MessageKey,
    NumberId,
    Once,
    Outbound,
    Person,
    Status,
    Verdict,
)
from waypost.ports import Carried, FullStore, InboundRow, StatusRow, Store, StoredMessage

NUMBER = NumberId(15550009999)
USER = "491701234567"


def outbound(key: int, **changes: object) -> Outbound:
    """Return a text to the user, just accepted."""
    message = Outbound(
        key=MessageKey(key),
        tag=4711,
        number_id=NUMBER,
        wa_id=USER,
        kind="text",
        body=b'{"type":"text","text":{"body":"hello"}}',
        raw=b'{"to": "491701234567"}',
        accepted_ms=1_000,
        due_ms=1_000,
    )
    for name, value in changes.items():
        setattr(message, name, value)
    return message


def once(key: str = "order-1", body: bytes = b"1", *, since_ms: int = 0) -> Once:
    """Return the key of a request and the hash of its body."""
    return Once(key, body * 32, since_ms)


def earlier(message: Outbound, body: bytes = b"1") -> Earlier:
    """Return what a key tells of the message that it stands for."""
    return Earlier(message.key, message.tag, message.wa_id, message.kind, body * 32)


def stored(message: Outbound, status: Status | None = Status.ACCEPTED, problem: str | None = None) -> StoredMessage:
    """Return how the inspector shows a message that was sent."""
    return StoredMessage(
        key=message.key,
        tag=message.tag,
        number_id=message.number_id,
        wa_id=message.wa_id,
        received=False,
        kind=message.kind,
        status=status,
        body=message.body,
        raw=message.raw,
        at_ms=message.accepted_ms,
        problem=problem,
        problem_details=f"{problem} it was" if problem else None,
        media_key=message.media_key,
        more_media=message.more_media,
        callback_data=message.callback_data,
        dialect=message.dialect,
    )


def status_row(key: int, message_key: int, status: Status, *, notify: bool = True) -> StatusRow:
    """Return a status of a message, with its event."""
    problem = "undeliverable" if status is Status.FAILED else None
    event = Event(
        key=EventKey(key),
        number_id=NUMBER,
        message_key=MessageKey(message_key),
        kind="status",
        at_ms=2_000,
        body=b'{"statuses":[]}',
        status=status,
        problem=problem,
    )
    return StatusRow(event, status, notify, f"{problem} it was" if problem else None)


def inbound_row(
    key: int,
    message_key: int,
    *,
    at_ms: int = 3_000,
    notify: bool = True,
    opens_window: bool = True,
    from_ad: bool = False,
    deletes: int | None = None,
) -> InboundRow:
    """Return a message of the user, with its event."""
    message = InboundMessage(
        key=MessageKey(message_key),
        tag=99,
        number_id=NUMBER,
        person=Person(USER, "Ada", "DE.1"),
        kind="text",
        body=b'{"type":"text","text":{"body":"hi"}}',
        at_ms=at_ms,
    )
    event = Event(
        key=EventKey(key),
        number_id=NUMBER,
        message_key=message.key,
        kind="message",
        at_ms=at_ms,
        body=b'{"messages":[]}',
    )
    gone = None if deletes is None else MessageKey(deletes)
    return InboundRow(message, event, notify, opens_window, from_ad=from_ad, deletes=gone)


def waiting(event: Event) -> Delivery:
    """Return the delivery of an event that nobody has tried yet."""
    return Delivery(event, first_ms=event.at_ms, attempt=0, due_ms=event.at_ms)


def attempt(number: int, status: int | None = 200) -> Attempt:
    """Return an attempt to deliver."""
    headers = () if status == 200 else (("server", "scripted"), ("x-trace", "1"))
    return Attempt(number, 5_000 + number, 12, status, b"answer", 1_700_000_000 + number, headers)


HOP = Hop("https://example.com/a.jpg", 302, {"location": "/b.jpg"}, "answered 302")


def finding(verdict: Verdict, *hops: Hop) -> Finding:
    """Return something that was found out about a message."""
    return Finding(7_000, "link", verdict, "It was so.", {"size": 7, "type": None}, hops)


def failed_send(number: int) -> FailedSend:
    """Return an attempt that the upstream put off."""
    return FailedSend(number, at_ms=6_000 + number, outcome="later", why="busy")


def medium(key: int, sha256: bytes = b"\x01" * 32) -> Medium:
    """Return an uploaded file."""
    return Medium(
        key=MediaKey(key),
        tag=17,
        number_id=NUMBER,
        sha256=sha256,
        mime="image/png",
        size=70,
        created_ms=1_000,
        expires_ms=2_000,
        source="upload",
        filename="a.png",
        animated=True,
    )


def carried(token: int, progress: Status = Status.ACCEPTED, wa_id: str = USER) -> Carried:
    """Return a message that the embedded network has taken."""
    return Carried(MessageKey(token), NUMBER, wa_id, "text", "service", progress, 1_000)


async def sent(store: FullStore, key: int, *, accepted_ms: int = 1_000) -> StatusRow:
    """Store a message that has been sent and told, after an attempt at either that failed; return its status."""
    message, row = (
        outbound(key, accepted_ms=accepted_ms),
        replace(status_row(key + 1, key, Status.SENT), further=((EventKey(key + 2), "b"),)),
    )
    await store.accept(message)
    await store.settle_later(replace(message, findings=(finding("waited"),)), failed_send(1))
    await store.take(carried(key, Status.READ))
    await store.settle_sent(message, "upstream")
    await store.record_statuses([row])
    first = waiting(row.event)
    for delivery in (first, replace(first, endpoint="b", further_key=EventKey(key + 2))):
        await store.delivery_retry(delivery, attempt(1, 500))
        await store.delivery_done(delivery, attempt(2))
    return row


async def waiting_messages(store: Store) -> list[Outbound]:
    """Return everything that waits for the upstream, in order."""
    queued = await store.queued_messages(MessageKey(0), 1_000_000)
    return await store.waiting_messages([key for key, _ in queued])


async def waiting_deliveries(store: Store) -> list[Delivery]:
    """Return everything that waits for a subscriber, in order."""
    queued = await store.queued_deliveries(EventKey(0), 1_000_000)
    return await store.waiting_deliveries([key for key, *_ in queued])
