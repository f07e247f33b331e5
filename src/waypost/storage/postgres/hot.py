"""The hot path in PostgreSQL: each kind of operation on messages and deliveries, written for many at once."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from waypost.model import Attempt, Delivery, Earlier, Event, FailedSend, Once, Outbound
from waypost.ports import Carried, InboundRow, StatusRow
from waypost.ports.records import STATES
from waypost.storage.columns import (
    ATTEMPT_COLUMNS,
    EARLIER_COLUMNS,
    attempt_values,
    carried_values,
    done_values,
    earlier,
    findings_column,
    more_media_column,
)
from waypost.storage.commit import Kind
from waypost.storage.known_windows import KnownWindows, Pair
from waypost.storage.postgres.link import Bulk, Connection, Values
from waypost.storage.postgres.paces import still_held
from waypost.storage.postgres.statuses import EVIDENCE, apply, join_parked, write_events
from waypost.storage.steps import Joined, Landings

Run = Callable[[Connection], Awaitable[object]]

# Store messages with their bodies, and their jobs unless they are held back; tells those with parked statuses.
_ACCEPT = Bulk(
    "number_id bigint, key bigint, wa_id text, tag integer, kind text, at_ms bigint, media_key bigint,"
    " more_media text, category text, dialect text, callback_data text, user_id text, body bytea, raw bytea,"
    " due_ms bigint, attempt integer, expires_ms bigint, held_by bigint",
    "WITH given AS MATERIALIZED (SELECT number_id, key, wa_id, tag, kind, at_ms, media_key, more_media, category,"
    " dialect, callback_data, user_id, body, raw, due_ms, attempt, expires_ms, held_by FROM {given}),"
    " message AS (INSERT INTO messages (number_id, key, wa_id, tag, received, kind, status, seen, at_ms, media_key,"
    " more_media, category, dialect, callback_data, user_id) SELECT number_id, key, wa_id, tag, FALSE, kind, 0, 1,"
    " at_ms, media_key, more_media, category, dialect, callback_data, user_id FROM given),"
    " content AS (INSERT INTO contents (number_id, key, body, raw) SELECT number_id, key, body, raw FROM given),"
    " job AS (INSERT INTO outbox (number_id, key, due_ms, attempt, begun, expires_ms)"
    " SELECT number_id, key, due_ms, attempt, FALSE, expires_ms FROM given WHERE held_by IS NULL),"
    " hold AS (INSERT INTO held (number_id, key, template_id, expires_ms)"
    " SELECT number_id, key, held_by, expires_ms FROM given WHERE held_by IS NOT NULL)"
    " SELECT key FROM given WHERE EXISTS (SELECT 1 FROM orphans WHERE orphans.message_key = given.key)",
)
# Keep keys with the messages they stand for, unless they stand for one already; tells the keys that were free. One
# that is too old is free, and one whose message is gone. A key that another session just takes is waited for.
_KEEP_KEYS = Bulk(
    "number_id bigint, key text, body_hash bytea, message_key bigint, at_ms bigint, since_ms bigint",
    "WITH given AS MATERIALIZED (SELECT number_id, key, body_hash, message_key, at_ms, since_ms FROM {given})"
    " INSERT INTO idempotency AS known (number_id, key, body_hash, message_key, at_ms)"
    " SELECT number_id, key, body_hash, message_key, at_ms FROM given ON CONFLICT (number_id, key) DO UPDATE"
    " SET body_hash = excluded.body_hash, message_key = excluded.message_key, at_ms = excluded.at_ms"
    " WHERE known.at_ms < (SELECT since_ms FROM given WHERE given.message_key = excluded.message_key)"
    " OR NOT EXISTS (SELECT 1 FROM messages WHERE messages.key = known.message_key) RETURNING number_id, key",
)
# Find the messages that keys stand for.
_KNOWN = Bulk(
    "number_id bigint, key text",
    f"SELECT idempotency.number_id, idempotency.key AS once, {EARLIER_COLUMNS}"  # noqa: S608 - constants
    " FROM {given} JOIN idempotency ON idempotency.number_id = given.number_id AND idempotency.key = given.key"
    " JOIN messages ON messages.key = message_key",
)
# Note that attempts are about to reach the upstream.
_BEGIN = Bulk(
    "number_id bigint, key bigint, attempt integer",
    "UPDATE outbox SET attempt = given.attempt, begun = TRUE FROM {given}"
    " WHERE outbox.key = given.key AND outbox.number_id = given.number_id",
)
# Put jobs off.
_PUT_OFF = Bulk(
    "number_id bigint, key bigint, due_ms bigint, attempt integer",
    "UPDATE outbox SET due_ms = given.due_ms, attempt = given.attempt, begun = FALSE FROM {given}"
    " WHERE outbox.key = given.key AND outbox.number_id = given.number_id",
)
# Keep attempts that failed; one whose outcome a crash hid may be counted anew.
_SENDS = Bulk(
    "number_id bigint, message_key bigint, number integer, at_ms bigint, outcome text, why text",
    "INSERT INTO sends (number_id, message_key, number, at_ms, outcome, why)"
    " SELECT number_id, message_key, number, at_ms, outcome, why FROM {given}"
    " ON CONFLICT (message_key, number, number_id) DO UPDATE"
    " SET at_ms = excluded.at_ms, outcome = excluded.outcome, why = excluded.why",
)
# Remember which media links became; what is NULL stays as it was.
_MEDIA = Bulk(
    "number_id bigint, key bigint, media_key bigint, more_media text",
    "UPDATE messages SET media_key = coalesce(given.media_key, messages.media_key),"
    " more_media = coalesce(given.more_media, messages.more_media) FROM {given}"
    " WHERE messages.key = given.key AND messages.number_id = given.number_id",
)
# Take jobs away and note what the upstream calls its messages.
_SENT = Bulk(
    "number_id bigint, key bigint, upstream_id text, media_key bigint, more_media text",
    "WITH given AS MATERIALIZED (SELECT number_id, key, upstream_id, media_key, more_media FROM {given}),"
    " job AS (DELETE FROM outbox USING given WHERE outbox.key = given.key AND outbox.number_id = given.number_id)"
    " UPDATE messages SET upstream_id = given.upstream_id, media_key = given.media_key,"
    " more_media = coalesce(given.more_media, messages.more_media) FROM given"
    " WHERE messages.key = given.key AND messages.number_id = given.number_id",
)
# Take jobs away.
_NO_JOB = Bulk(
    "number_id bigint, key bigint",
    "DELETE FROM outbox USING {given} WHERE outbox.key = given.key AND outbox.number_id = given.number_id",
)
# Hold messages back no longer.
_NOT_HELD = Bulk(
    "number_id bigint, key bigint",
    "DELETE FROM held USING {given} WHERE held.key = given.key AND held.number_id = given.number_id",
)
# Store messages that came in, with their bodies; tells those that were not there before.
_INBOUND = Bulk(
    "number_id bigint, key bigint, wa_id text, tag integer, kind text, at_ms bigint, media_key bigint, body bytea",
    "WITH given AS MATERIALIZED (SELECT number_id, key, wa_id, tag, kind, at_ms, media_key, body FROM {given}),"
    " message AS (INSERT INTO messages (number_id, key, wa_id, tag, received, kind, seen, at_ms, media_key, category,"
    " dialect) SELECT number_id, key, wa_id, tag, TRUE, kind, 0, at_ms, media_key, 'service', 'cloud' FROM given"
    " ON CONFLICT DO NOTHING RETURNING key)"
    " INSERT INTO contents (number_id, key, body, raw) SELECT number_id, key, body, ''::bytea"
    " FROM given JOIN message USING (key) RETURNING key",
)
# Mark what users have deleted of what they wrote.
_DELETED = Bulk(
    "number_id bigint, key bigint",
    "UPDATE messages SET seen = 1 FROM {given}"
    " WHERE messages.key = given.key AND messages.number_id = given.number_id AND received",
)
# Renew windows; time in them never goes back.
_WINDOWS = Bulk(
    "number_id bigint, wa_id text, last_inbound_ms bigint, ad_ms bigint",
    "INSERT INTO windows AS known (number_id, wa_id, last_inbound_ms, ad_ms)"
    " SELECT number_id, wa_id, last_inbound_ms, ad_ms FROM {given} ON CONFLICT (number_id, wa_id) DO UPDATE"
    " SET last_inbound_ms = greatest(known.last_inbound_ms, excluded.last_inbound_ms),"
    " ad_ms = coalesce(excluded.ad_ms, known.ad_ms)",
)
# End deliveries well, with the attempt that did it.
_DONE = Bulk(
    "number_id bigint, key bigint, attempt integer, at_ms bigint, elapsed_ms bigint, status integer, answer bytea,"
    " signed_s bigint",
    "UPDATE deliveries SET state = 1, attempt = given.attempt, done_at_ms = given.at_ms,"
    " done_elapsed_ms = given.elapsed_ms, done_status = given.status, done_answer = given.answer,"
    " done_signed_s = given.signed_s FROM {given}"
    " WHERE deliveries.key = given.key AND deliveries.number_id = given.number_id",
)
# Put deliveries off.
_RETRY = Bulk(
    "number_id bigint, key bigint, due_ms bigint, attempt integer",
    "UPDATE deliveries SET due_ms = given.due_ms, attempt = given.attempt FROM {given}"
    " WHERE deliveries.key = given.key AND deliveries.number_id = given.number_id",
)
# End deliveries that were not tried to the end, or in vain.
_ENDED = Bulk(
    "number_id bigint, key bigint, state smallint",
    "UPDATE deliveries SET state = given.state FROM {given}"
    " WHERE deliveries.key = given.key AND deliveries.number_id = given.number_id",
)
# Keep attempts that failed.
_ATTEMPTS = Bulk(
    "number_id bigint, delivery_key bigint, number integer, at_ms bigint, elapsed_ms bigint, status integer,"
    " answer bytea, signed_s bigint, headers text, batch text",
    f"INSERT INTO attempts (number_id, delivery_key, {ATTEMPT_COLUMNS})"  # noqa: S608 - constants
    f" SELECT number_id, delivery_key, {ATTEMPT_COLUMNS} FROM {{given}}",
)
# Let the network take messages, each once; returns those that it had not.
_TAKE = Bulk(
    "token bigint, number_id bigint, wa_id text, kind text, category text, progress smallint, due_ms bigint,"
    " in_window boolean, fault text, free_until_ms bigint, expires_ms bigint, tells_expiry boolean",
    "INSERT INTO carried (token, number_id, wa_id, kind, category, progress, due_ms, in_window, fault, free_until_ms,"
    " expires_ms, tells_expiry) SELECT token, number_id, wa_id, kind, category, progress, due_ms, in_window, fault,"
    " free_until_ms, expires_ms, tells_expiry FROM {given} ON CONFLICT DO NOTHING RETURNING token",
)
# Note how far the network has got with messages.
_PROGRESS = Bulk(
    "token bigint, progress smallint, due_ms bigint",
    "UPDATE carried SET progress = given.progress, due_ms = given.due_ms FROM {given}"
    " WHERE carried.token = given.token",
)


class HotWrites(Landings):
    """The kinds of operations; their `write` is given the connection that is in a transaction."""

    def __init__(self, windows: KnownWindows, on_joined: Joined) -> None:
        super().__init__(windows, on_joined)
        self.accept = Kind("accept", _accept, landed=self._accepted)
        self.accept_once = Kind("accept_once", _accept_once, landed=self._accepted_once)
        self.begin = Kind("begin", _begin)
        self.settle_sent = Kind("settle_sent", _settle_sent, lazy=True)
        self.settle_later = Kind("settle_later", _settle_later, lazy=True)
        self.settle_failed = Kind("settle_failed", _settle_failed)
        self.record_statuses = Kind("record_statuses", _record_statuses, repeats=True)
        self.record_inbound = Kind("record_inbound", _record_inbound, landed=self._recorded_inbound)
        self.delivery_done = Kind("delivery_done", _delivery_done, lazy=True)
        self.delivery_retry = Kind("delivery_retry", _delivery_retry, lazy=True)
        self.delivery_dead = Kind("delivery_dead", _delivery_dead)
        self.delivery_ended = Kind("delivery_ended", _delivery_ended)
        self.take = Kind("take", _take)
        self.progressed = Kind("progressed", _progressed, lazy=True, repeats=True)
        self.run = Kind("run", _run, repeats=True)


async def _accept(connection: Connection, messages: list[Outbound]) -> Sequence[Sequence[Event]]:
    await still_held(connection, messages)
    waited_for = await _ACCEPT.run(
        connection,
        [
            (
                m.number_id, m.key, m.wa_id, m.tag, m.kind, m.accepted_ms, m.media_key, more_media_column(m.more_media),
                m.category, m.dialect, m.callback_data, m.user_id, m.body, m.raw, m.due_ms, m.attempt, m.expires_ms,
                m.held_by,
            )
            for m in messages
        ],
    )  # fmt: skip
    nothing: Sequence[Event] = ()
    answers = [nothing] * len(messages)
    if waited_for:
        answers[0] = await join_parked(connection, [key for (key,) in waited_for])
    return answers


async def _accept_once(
    connection: Connection, items: list[tuple[Outbound, Once]]
) -> Sequence[tuple[Earlier | None, Sequence[Event]]]:
    """Store the first message of each key that is free, and tell everybody else what it stands for."""
    firsts: dict[Pair, tuple[Outbound, Once]] = {}  # by number and key
    for message, once in items:
        firsts.setdefault((message.number_id, once.key), (message, once))
    rows = [(*place, o.body_hash, m.key, m.accepted_ms, o.since_ms) for place, (m, o) in sorted(firsts.items())]
    free = {(number_id, key) for number_id, key in await _KEEP_KEYS.run(connection, rows)}
    winners = [message for place, (message, _) in firsts.items() if place in free]
    joined = await _accept(connection, winners) if winners else []
    told = dict(zip((message.key for message in winners), joined, strict=True))
    known = {(row[0], row[1]): earlier(row[2:]) for row in await _KNOWN.run(connection, list(firsts))}
    return [
        (None, told[message.key]) if message.key in told else (known[message.number_id, once.key], ())
        for message, once in items
    ]


async def _begin(connection: Connection, messages: list[Outbound]) -> Sequence[None]:
    await _BEGIN.run(connection, [(m.number_id, m.key, m.attempt) for m in messages])
    await _keep_media(connection, messages)
    return [None] * len(messages)


async def _settle_sent(connection: Connection, items: list[tuple[Outbound, str]]) -> Sequence[None]:
    await _SENT.run(
        connection,
        [(m.number_id, m.key, sent_id, m.media_key, more_media_column(m.more_media)) for m, sent_id in items],
    )
    await _keep_findings(connection, [message for message, _ in items])
    return [None] * len(items)


async def _settle_later(connection: Connection, items: list[tuple[Outbound, FailedSend]]) -> Sequence[None]:
    await _PUT_OFF.run(connection, [(m.number_id, m.key, m.due_ms, m.attempt) for m, _ in items])
    await _keep_sends(connection, items)
    await _keep_media(connection, [message for message, _ in items])
    await _keep_findings(connection, [message for message, _ in items])
    return [None] * len(items)


async def _settle_failed(
    connection: Connection, items: list[tuple[Outbound, StatusRow, FailedSend | None]]
) -> Sequence[bool]:
    await _NO_JOB.run(connection, [(message.number_id, message.key) for message, _, _ in items])
    await _NOT_HELD.run(connection, [(m.number_id, m.key) for m, _, _ in items if m.held_by is not None])
    await _keep_sends(connection, [(message, send) for message, _, send in items if send is not None])
    return await apply(connection, [row for _, row, _ in items])


async def _record_statuses(connection: Connection, items: list[Sequence[StatusRow]]) -> Sequence[list[bool]]:
    answers = iter(await apply(connection, [row for rows in items for row in rows]))
    return [[next(answers) for _ in rows] for rows in items]


async def _record_inbound(connection: Connection, items: list[InboundRow]) -> Sequence[bool]:
    stored = await _INBOUND.run(
        connection,
        [
            (m.number_id, m.key, m.person.wa_id, m.tag, m.kind, m.at_ms, m.media_key, m.body)
            for m in (row.message for row in items)
        ],
    )
    fresh = {key for (key,) in stored}
    rows = [row for row in items if row.message.key in fresh]
    await _DELETED.run(connection, [(row.message.number_id, row.deletes) for row in rows if row.deletes is not None])
    await write_events(connection, [(row.event, row.notify, row.further) for row in rows])
    await _WINDOWS.run(connection, _opened([row for row in rows if row.opens_window]))
    return [row.message.key in fresh for row in items]


def _opened(rows: list[InboundRow]) -> list[Values]:
    """Return what the windows become, each once."""
    opened: dict[Pair, tuple[int, int | None]] = {}
    for row in rows:
        pair, at_ms = (row.message.number_id, row.message.person.wa_id), row.message.at_ms
        last_ms, ad_ms = opened.get(pair, (at_ms, None))
        opened[pair] = (max(last_ms, at_ms), at_ms if row.from_ad else ad_ms)
    return [(*pair, *times) for pair, times in opened.items()]


async def _delivery_done(connection: Connection, items: list[tuple[Delivery, Attempt | None]]) -> Sequence[None]:
    await _DONE.run(connection, [(d.event.number_id, d.key, *done_values(attempt)) for d, attempt in items])
    await _keep_attempts(connection, [(delivery, attempt) for delivery, attempt in items if attempt and attempt.batch])
    return [None] * len(items)


async def _delivery_retry(connection: Connection, items: list[tuple[Delivery, Attempt]]) -> Sequence[None]:
    await _RETRY.run(connection, [(d.event.number_id, d.key, d.due_ms, d.attempt) for d, _ in items])
    await _keep_attempts(connection, items)
    return [None] * len(items)


async def _delivery_dead(connection: Connection, items: list[tuple[Delivery, Attempt | None]]) -> Sequence[None]:
    await _ENDED.run(connection, [(d.event.number_id, d.key, STATES.index("dead")) for d, _ in items])
    await _keep_attempts(connection, [(delivery, attempt) for delivery, attempt in items if attempt is not None])
    return [None] * len(items)


async def _delivery_ended(connection: Connection, items: list[tuple[Delivery, str]]) -> Sequence[None]:
    await _ENDED.run(connection, [(d.event.number_id, d.key, STATES.index(state)) for d, state in items])
    return [None] * len(items)


async def _take(connection: Connection, items: list[Carried]) -> Sequence[bool]:
    fresh = {token for (token,) in await _TAKE.run(connection, [carried_values(carried) for carried in items])}
    return [carried.token in fresh for carried in items]


async def _progressed(connection: Connection, items: list[Sequence[tuple[int, int, int]]]) -> Sequence[None]:
    latest = {token: (token, progress, due_ms) for steps in items for token, progress, due_ms in steps}
    await _PROGRESS.run(connection, list(latest.values()))
    return [None] * len(items)


async def _run(connection: Connection, items: list[Run]) -> Sequence[object]:
    return [await run(connection) for run in items]


async def _keep_media(connection: Connection, messages: Iterable[Outbound]) -> None:
    rows = [
        (m.number_id, m.key, m.media_key, more_media_column(m.more_media))
        for m in messages
        if m.media_key is not None or m.more_media
    ]
    await _MEDIA.run(connection, rows)


async def _keep_findings(connection: Connection, messages: Iterable[Outbound]) -> None:
    rows = [(m.number_id, m.key, m.attempt, findings_column(m.findings)) for m in messages if m.findings]
    await EVIDENCE.run(connection, rows)


async def _keep_sends(connection: Connection, items: list[tuple[Outbound, FailedSend]]) -> None:
    await _SENDS.run(connection, [(m.number_id, m.key, s.number, s.at_ms, s.outcome, s.why) for m, s in items])


async def _keep_attempts(connection: Connection, items: list[tuple[Delivery, Attempt]]) -> None:
    await _ATTEMPTS.run(connection, [(d.event.number_id, d.key, *attempt_values(attempt)) for d, attempt in items])
