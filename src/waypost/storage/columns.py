"""Columns: which columns each read selects, and the functions that make our types from such a row."""

import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from waypost.errors import Fault, problem_named
from waypost.lib import log
from waypost.model import (
    Attempt,
    Delivery,
    Earlier,
    Event,
    EventKey,
    Finding,
    MediaKey,
    Medium,
    MessageKey,
    NumberId,
    Outbound,
    Phone,
    Status,
    Token,
)
from waypost.ports import Carried, StoredDelivery, StoredMessage
from waypost.ports.records import STATES

# Any: what a column holds is the schema's promise; the tables are STRICT.
Values = tuple[Any, ...]
Made = TypeVar("Made")

_log = log.Log("waypost.storage")
_findings = msgspec.json.Decoder(tuple[Finding, ...])

_OUTGOING = (
    "messages.key, tag, number_id, wa_id, kind, body, raw, at_ms, callback_data, category, media_key, more_media,"
    " dialect, user_id"
)
OUTBOUND_COLUMNS = f"{_OUTGOING}, attempt, due_ms, begun, expires_ms"
HELD_COLUMNS = f"{_OUTGOING}, 0, 0, 0, expires_ms"
# A received message is `read` (3) once the business has marked it or a later one of its user.
MESSAGE_COLUMNS = (
    "messages.key, messages.tag, messages.number_id, messages.wa_id, received, messages.kind,"
    " CASE WHEN NOT received THEN messages.status ELSE (SELECT 3 FROM read_marks WHERE up_to >= messages.key"
    " AND read_marks.number_id = messages.number_id AND read_marks.wa_id = messages.wa_id) END,"
    " body, raw, at_ms, problem, problem_details, media_key, more_media, callback_data,"
    " messages.user_id, messages.dialect, received AND messages.seen <> 0"
)
ENVELOPE_COLUMNS = "messages.key, tag, number_id, wa_id, received, callback_data, user_id"
EVENT_COLUMNS = (
    "events.key, events.number_id, events.message_key, events.kind, events.at_ms, events.body, events.status,"
    " events.problem"
)
_EVENT_WIDTH = 8
DELIVERED = "events.key = coalesce(deliveries.event_key, deliveries.key)"
"""Joins a delivery with its event."""
_WHICH = "CASE WHEN event_key IS NOT NULL THEN deliveries.key END, coalesce(endpoint, '')"
FURTHER_KEY = _EVENT_WIDTH  # its place in DELIVERY_COLUMNS
WAITING_COLUMNS = f"{EVENT_COLUMNS}, first_ms, deliveries.attempt, due_ms, {_WHICH}"
DELIVERY_COLUMNS = (
    f"{EVENT_COLUMNS}, {_WHICH}, state, first_ms, due_ms, deliveries.attempt,"
    " done_at_ms, done_elapsed_ms, done_status, done_answer, done_signed_s"
)
ATTEMPT_COLUMNS = "number, at_ms, elapsed_ms, status, answer, signed_s, headers, batch"
MEDIUM_COLUMNS = "key, tag, number_id, sha256, mime, size, created_ms, expires_ms, source, filename, animated, damage"
CARRIED_COLUMNS = (
    "carried.token, carried.number_id, carried.wa_id, carried.kind, carried.category, carried.progress, carried.due_ms,"
    " carried.in_window, carried.fault, carried.free_until_ms, carried.expires_ms, carried.tells_expiry"
)
CARRIED_WIDTH = 12
PHONE_COLUMNS = (
    "wa_id, name, online, blocked, reads, on_whatsapp, marketing, username, identity, read_receipts, chat_open,"
    " stopped, former"
)
TOKEN_COLUMNS = "hash, number_id, kind, expires_ms, scope, reach"  # noqa: S105 - names of columns
EARLIER_COLUMNS = (
    "messages.key, tag, wa_id, kind, body_hash, EXISTS (SELECT 1 FROM held WHERE held.key = message_key) AS is_held"
)
# Find the message that a key stands for since a moment; for the writer and for readers.
EARLIER = (
    f"SELECT {EARLIER_COLUMNS} FROM idempotency JOIN messages ON messages.key = message_key"  # noqa: S608 - constants
    " WHERE idempotency.number_id = $1 AND idempotency.key = $2 AND idempotency.at_ms >= $3"
)


def readable(make: Callable[[Values], Made], rows: Iterable[Values]) -> list[Made]:
    """Make something of each row whose first column is a key, and skip rows that cannot be read.

    Those stay in the table and are logged each time: one row that is damaged, or written by a newer Waypost, must not
    keep all others from being worked.
    """
    made = []
    for row in rows:
        try:
            made.append(make(row))
        except ValueError as error:
            _log.error("row.unreadable", exc_info=error, made_by=make.__name__, key=row[0])
    return made


def outbound(row: Values) -> Outbound:
    """Make a waiting message of OUTBOUND_COLUMNS or HELD_COLUMNS."""
    key, tag, number_id, wa_id, kind, body, raw, at_ms, callback_data, category, media_key, *others = row
    more_media, dialect, user_id, attempt, due_ms, begun, expires_ms = others
    return Outbound(
        # In their order, because more than fifteen names in a call are first put into a dictionary.
        MessageKey(key),
        tag,
        NumberId(number_id),
        wa_id,
        kind,
        body,
        raw=raw,
        accepted_ms=at_ms,
        callback_data=callback_data,
        category=category,
        media_key=media_key,
        more_media=_more_media(more_media),
        attempt=attempt,
        due_ms=due_ms,
        begun=bool(begun),
        dialect=dialect,
        expires_ms=expires_ms,
        user_id=user_id,
    )


def earlier(row: Values) -> Earlier:
    """Make the message that a key stands for of EARLIER_COLUMNS."""
    key, tag, wa_id, kind, body_hash, is_held = row
    return Earlier(MessageKey(key), tag, wa_id, kind, body_hash, bool(is_held))


def message(row: Values) -> StoredMessage:
    """Make a message of MESSAGE_COLUMNS."""
    key, tag, number_id, wa_id, received, kind, status, body, raw, at_ms, problem, details, *rest = row
    media_key, more_media, data, user_id, dialect, deleted = rest
    return StoredMessage(
        key=MessageKey(key),
        tag=tag,
        number_id=NumberId(number_id),
        wa_id=wa_id,
        received=bool(received),
        kind=kind,
        status=_status(status),
        body=body,
        raw=raw,
        at_ms=at_ms,
        problem=problem,
        problem_details=details,
        media_key=media_key,
        more_media=_more_media(more_media),
        callback_data=data,
        user_id=user_id,
        dialect=dialect,
        deleted=bool(deleted),
    )


def more_media_column(keys: tuple[MediaKey, ...]) -> str | None:
    """Return how the media after the first are stored."""
    return json.dumps(keys) if keys else None


def findings_column(findings: tuple[Finding, ...]) -> bytes:
    """Return how findings are stored."""
    return msgspec.json.encode(findings)


def findings(rows: Iterable[Values]) -> list[Finding]:
    """Make the findings of a message of their only column, row by row."""
    return [finding for (column,) in rows for finding in _findings.decode(column)]


def _more_media(column: str | None) -> tuple[MediaKey, ...]:
    return tuple(json.loads(column)) if column else ()


def event(row: Values) -> Event:
    """Make an event of EVENT_COLUMNS."""
    key, number_id, message_key, kind, at_ms, body, status, problem = row
    return Event(
        key=EventKey(key),
        number_id=NumberId(number_id),
        message_key=MessageKey(message_key),
        kind=kind,
        at_ms=at_ms,
        body=body,
        status=_status(status),
        problem=problem,
    )


def waiting(row: Values) -> Delivery:
    """Make a waiting delivery of WAITING_COLUMNS."""
    first_ms, attempt_count, due_ms, further_key, endpoint = row[_EVENT_WIDTH:]
    return Delivery(event(row[:_EVENT_WIDTH]), first_ms, attempt_count, due_ms, endpoint, further_key)


def delivery(row: Values, earlier: tuple[Attempt, ...]) -> StoredDelivery:
    """Make a delivery of DELIVERY_COLUMNS and the attempts that are kept apart."""
    further_key, endpoint, state, first_ms, due_ms, number, *done = row[_EVENT_WIDTH:]
    was_tried = STATES[state] == "done" and done[0] is not None
    last = (attempt((number, *done, None, None)),) if was_tried else ()
    return StoredDelivery(
        event(row[:_EVENT_WIDTH]), STATES[state], first_ms, due_ms, earlier + last, endpoint, further_key
    )


def attempt(row: Values) -> Attempt:
    """Make an attempt of ATTEMPT_COLUMNS."""
    number, at_ms, elapsed_ms, status, answer, signed_s, headers, batch = row
    told = tuple((name, value) for name, value in json.loads(headers)) if headers else ()
    company = tuple(json.loads(batch)) if batch else ()
    return Attempt(number, at_ms, elapsed_ms, status, answer, signed_s, told, company)


def done_values(attempt: Attempt | None) -> Values:
    """Return what a done delivery keeps of the attempt that succeeded; one of a batch is kept with the others."""
    if attempt is None:
        return 0, None, None, None, None, None
    if attempt.batch:
        return attempt.number, None, None, None, None, None
    a = attempt
    return a.number, a.at_ms, a.elapsed_ms, a.status, a.answer, a.signed_s


def attempt_values(attempt: Attempt) -> Values:
    """Return an attempt in the order of ATTEMPT_COLUMNS."""
    a = attempt
    headers = json.dumps(a.headers, ensure_ascii=False) if a.headers else None
    batch = json.dumps(a.batch) if a.batch else None
    return a.number, a.at_ms, a.elapsed_ms, a.status, a.answer, a.signed_s, headers, batch


def medium(row: Values) -> Medium:
    """Make a medium of MEDIUM_COLUMNS."""
    key, tag, number_id, sha256, mime, size, created_ms, expires_ms, source, filename, animated, damage = row
    return Medium(
        key=MediaKey(key),
        tag=tag,
        number_id=NumberId(number_id),
        sha256=sha256,
        mime=mime,
        size=size,
        created_ms=created_ms,
        expires_ms=expires_ms,
        source=source,
        filename=filename,
        animated=bool(animated),
        damage=damage,
    )


def medium_values(medium: Medium) -> Values:
    """Return the columns of a medium, in the order of MEDIUM_COLUMNS."""
    m = medium
    return (
        m.key, m.tag, m.number_id, m.sha256, m.mime, m.size, m.created_ms, m.expires_ms, m.source, m.filename,
        m.animated, m.damage,
    )  # fmt: skip


def carried(row: Values) -> Carried:
    """Make what the network carries of CARRIED_COLUMNS."""
    token, number_id, wa_id, kind, category, progress, due_ms, in_window, fault, *life = row
    free_until_ms, expires_ms, tells_expiry = life
    return Carried(
        token=MessageKey(token),
        number_id=NumberId(number_id),
        wa_id=wa_id,
        kind=kind,
        category=category,
        progress=Status(progress),
        due_ms=due_ms,
        in_window=bool(in_window),
        fault=_fault(fault),
        free_until_ms=free_until_ms,
        expires_ms=expires_ms,
        tells_expiry=bool(tells_expiry),
    )


def carried_values(carried: Carried) -> Values:
    """Return the columns of what the network carries, in the order of CARRIED_COLUMNS."""
    c, fault = carried, carried.fault
    ends_with = f"{fault.problem.name}\n{fault.details}" if fault else None
    return (
        c.token, c.number_id, c.wa_id, c.kind, c.category, c.progress, c.due_ms, c.in_window, ends_with,
        c.free_until_ms, c.expires_ms, c.tells_expiry,
    )  # fmt: skip


def _fault(text: str | None) -> Fault | None:
    if text is None:
        return None
    name, _, details = text.partition("\n")
    return Fault(problem_named(name), details)


def token(row: Values) -> Token:
    """Make a token of its columns in order."""
    token_hash, number_id, kind, expires_ms, scope, reach = row
    return Token(token_hash, NumberId(number_id), kind, expires_ms, scope, reach)


def phone(row: Values) -> Phone:
    """Make a phone of its columns in order."""
    wa_id, name, online, blocked, reads, on_whatsapp, marketing, username, identity, receipts, chat_open, *lists = row
    switches = bool(online), bool(blocked), bool(reads), bool(on_whatsapp), bool(marketing)
    stopped, former = (tuple(json.loads(column)) for column in lists)
    return Phone(wa_id, name, *switches, username, identity, bool(receipts), chat_open, stopped, former)


def _status(value: int | None) -> Status | None:
    return None if value is None else Status(value)
