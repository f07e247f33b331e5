"""The hot path in SQLite: each kind of operation on messages and deliveries, written for many at once."""

from collections.abc import Callable, Iterable, Sequence

import apsw

from waypost.model import Attempt, Delivery, Earlier, Event, FailedSend, Once, Outbound
from waypost.ports import Carried, InboundRow, StatusRow
from waypost.ports.records import STATES
from waypost.storage.columns import (
    ATTEMPT_COLUMNS,
    EARLIER,
    attempt_values,
    carried_values,
    done_values,
    earlier,
    findings_column,
    more_media_column,
)
from waypost.storage.commit import Kind
from waypost.storage.known_windows import KnownWindows
from waypost.storage.sqlite.engine import Rows
from waypost.storage.sqlite.paces import still_held
from waypost.storage.sqlite.statuses import EVIDENCE, Statuses, write_events
from waypost.storage.steps import Joined, Landings

# Store messages of either direction.
_MESSAGES = Rows(
    "INSERT INTO messages (key, number_id, wa_id, tag, received, kind, status, seen, at_ms, media_key,"
    " more_media, category, dialect, callback_data, user_id) VALUES {rows}",
    width=15,
)
# Store their bodies.
_CONTENTS = Rows("INSERT INTO contents (key, body, raw) VALUES {rows}", width=3)
# Make messages wait for the upstream.
_JOBS = Rows("INSERT INTO outbox (key, due_ms, attempt, begun, expires_ms) VALUES {rows}", width=5)
# Hold messages back: they get no job.
_HOLD = Rows("INSERT INTO held (key, template_id, expires_ms) VALUES {rows}", width=3)
# Hold them back no longer.
_NOT_HELD = Rows("DELETE FROM held WHERE key IN (VALUES {rows})", width=1)
# Keep a key with the message it stands for; a forgotten one of the same name gives way.
_KEEP_KEY = "INSERT OR REPLACE INTO idempotency (number_id, key, body_hash, message_key, at_ms) VALUES (?, ?, ?, ?, ?)"
# Note that attempts are about to reach the upstream.
_BEGIN = Rows(
    "UPDATE outbox SET attempt = new.column2, begun = 1 FROM (VALUES {rows}) AS new WHERE outbox.key = new.column1",
    width=2,
)
# Put jobs off.
_PUT_OFF = Rows(
    "UPDATE outbox SET due_ms = new.column2, attempt = new.column3, begun = 0 FROM (VALUES {rows}) AS new"
    " WHERE outbox.key = new.column1",
    width=3,
)
# Keep attempts that failed; one whose outcome a crash hid may be counted anew.
_SENDS = Rows("INSERT OR REPLACE INTO sends (message_key, number, at_ms, outcome, why) VALUES {rows}", width=5)
# Remember which medium a link became.
_MEDIUM = Rows(
    "UPDATE messages SET media_key = new.column2 FROM (VALUES {rows}) AS new WHERE messages.key = new.column1", width=2
)
# Remember the same of the media after the first.
_MORE_MEDIA = Rows(
    "UPDATE messages SET more_media = new.column2 FROM (VALUES {rows}) AS new WHERE messages.key = new.column1", width=2
)
# Take jobs away.
_NO_JOB = Rows("DELETE FROM outbox WHERE key IN (VALUES {rows})", width=1)
# Note what the upstream calls its messages.
_SENT = Rows(
    "UPDATE messages SET upstream_id = new.column2, media_key = new.column3 FROM (VALUES {rows}) AS new"
    " WHERE messages.key = new.column1",
    width=3,
)
# Tell which messages are stored.
_STORED = Rows("SELECT key FROM messages WHERE key IN (VALUES {rows})", width=1)
# Mark what users have deleted of what they wrote.
_DELETED = Rows("UPDATE messages SET seen = 1 WHERE received AND key IN (VALUES {rows})", width=1)
# Renew windows; time in them never goes back.
_WINDOWS = Rows(
    "INSERT INTO windows (number_id, wa_id, last_inbound_ms, ad_ms) VALUES {rows} ON CONFLICT DO UPDATE"
    " SET last_inbound_ms = max(last_inbound_ms, excluded.last_inbound_ms), ad_ms = coalesce(excluded.ad_ms, ad_ms)",
    width=4,
)
# End deliveries well, with the attempt that did it.
_DONE = Rows(
    "UPDATE deliveries SET state = 1, attempt = new.column2, done_at_ms = new.column3, done_elapsed_ms = new.column4,"
    " done_status = new.column5, done_answer = new.column6, done_signed_s = new.column7 FROM (VALUES {rows}) AS new"
    " WHERE deliveries.key = new.column1",
    width=7,
)
# Put deliveries off.
_RETRY = Rows(
    "UPDATE deliveries SET due_ms = new.column2, attempt = new.column3 FROM (VALUES {rows}) AS new"
    " WHERE deliveries.key = new.column1",
    width=3,
)
# Give deliveries up.
_DEAD = Rows("UPDATE deliveries SET state = 2 WHERE key IN (VALUES {rows})", width=1)
# End deliveries that were not tried to the end.
_ENDED = Rows(
    "UPDATE deliveries SET state = new.column2 FROM (VALUES {rows}) AS new WHERE deliveries.key = new.column1", width=2
)
# Keep attempts that failed.
_ATTEMPTS = Rows(
    f"INSERT INTO attempts (delivery_key, {ATTEMPT_COLUMNS}) VALUES {{rows}}",  # noqa: S608 - constants
    width=9,
)
# Let the network take messages, each once; returns those that it had not.
_TAKE = Rows(
    "INSERT INTO carried (token, number_id, wa_id, kind, category, progress, due_ms, in_window, fault,"
    " free_until_ms, expires_ms, tells_expiry) VALUES {rows} ON CONFLICT DO NOTHING RETURNING token",
    width=12,
)
# Note how far the network has got with messages.
_PROGRESS = Rows(
    "UPDATE carried SET progress = new.column2, due_ms = new.column3 FROM (VALUES {rows}) AS new"
    " WHERE carried.token = new.column1",
    width=3,
)

Run = Callable[[apsw.Connection], object]


class HotWrites(Landings):
    """The kinds of operations, over one write connection; their `write` runs in the writer thread."""

    def __init__(self, connection: apsw.Connection, windows: KnownWindows, on_joined: Joined) -> None:
        self._connection = connection
        super().__init__(windows, on_joined)
        self._statuses = Statuses(connection)
        self.accept = Kind("accept", self._accept, landed=self._accepted)
        self.accept_once = Kind("accept_once", self._accept_once, landed=self._accepted_once)
        self.begin = Kind("begin", self._begin)
        self.settle_sent = Kind("settle_sent", self._settle_sent, lazy=True)
        self.settle_later = Kind("settle_later", self._settle_later, lazy=True)
        self.settle_failed = Kind("settle_failed", self._settle_failed)
        self.record_statuses = Kind("record_statuses", self._record_statuses, repeats=True)
        self.record_inbound = Kind("record_inbound", self._record_inbound, landed=self._recorded_inbound)
        self.delivery_done = Kind("delivery_done", self._delivery_done, lazy=True)
        self.delivery_retry = Kind("delivery_retry", self._delivery_retry, lazy=True)
        self.delivery_dead = Kind("delivery_dead", self._delivery_dead)
        self.delivery_ended = Kind("delivery_ended", self._delivery_ended)
        self.take = Kind("take", self._take)
        self.progressed = Kind("progressed", self._progressed, lazy=True, repeats=True)
        self.run = Kind("run", self._run, repeats=True)

    def _accept(self, messages: list[Outbound]) -> Sequence[Sequence[Event]]:
        _MESSAGES.run(
            self._connection,
            [
                (
                    m.key, m.number_id, m.wa_id, m.tag, 0, m.kind, 0, 1, m.accepted_ms, m.media_key,
                    more_media_column(m.more_media), m.category, m.dialect, m.callback_data, m.user_id,
                )
                for m in messages
            ],
        )  # fmt: skip
        _CONTENTS.run(self._connection, [(m.key, m.body, m.raw) for m in messages])
        held = [(m.key, m.held_by, m.expires_ms) for m in still_held(self._connection, messages)]
        if held:
            _HOLD.run(self._connection, held)
        jobs = [(m.key, m.due_ms, m.attempt, 0, m.expires_ms) for m in messages if m.held_by is None]
        _JOBS.run(self._connection, jobs)
        joined = self._statuses.join_parked(m.key for m in messages)
        nothing: Sequence[Event] = ()
        return [joined, *[nothing] * (len(messages) - 1)]

    def _accept_once(self, items: list[tuple[Outbound, Once]]) -> Sequence[tuple[Earlier | None, Sequence[Event]]]:
        """Store one after another: the next item of the same key must find this one."""
        return [self._accept_unless_known(message, once) for message, once in items]

    def _accept_unless_known(self, message: Outbound, once: Once) -> tuple[Earlier | None, Sequence[Event]]:
        known = self._connection.execute(EARLIER, (message.number_id, once.key, once.since_ms)).fetchone()
        if known is not None:
            return earlier(known), ()
        (joined,) = self._accept([message])
        row = (message.number_id, once.key, once.body_hash, message.key, message.accepted_ms)
        self._connection.execute(_KEEP_KEY, row)
        return None, joined

    def _begin(self, messages: list[Outbound]) -> Sequence[None]:
        _BEGIN.run(self._connection, [(m.key, m.attempt) for m in messages])
        self._keep_media(messages)
        return [None] * len(messages)

    def _settle_sent(self, items: list[tuple[Outbound, str]]) -> Sequence[None]:
        _NO_JOB.run(self._connection, [(message.key,) for message, _ in items])
        _SENT.run(self._connection, [(message.key, upstream_id, message.media_key) for message, upstream_id in items])
        self._keep_more_media(message for message, _ in items)
        self._keep_findings(message for message, _ in items)
        return [None] * len(items)

    def _settle_later(self, items: list[tuple[Outbound, FailedSend]]) -> Sequence[None]:
        _PUT_OFF.run(self._connection, [(m.key, m.due_ms, m.attempt) for m, _ in items])
        self._keep_sends(items)
        self._keep_media([message for message, _ in items])
        self._keep_findings(message for message, _ in items)
        return [None] * len(items)

    def _settle_failed(self, items: list[tuple[Outbound, StatusRow, FailedSend | None]]) -> Sequence[bool]:
        _NO_JOB.run(self._connection, [(message.key,) for message, _, _ in items])
        _NOT_HELD.run(self._connection, [(message.key,) for message, _, _ in items if message.held_by is not None])
        self._keep_sends([(message, send) for message, _, send in items if send is not None])
        return self._statuses.apply([row for _, row, _ in items])

    def _record_statuses(self, items: list[Sequence[StatusRow]]) -> Sequence[list[bool]]:
        answers = iter(self._statuses.apply([row for rows in items for row in rows]))
        return [[next(answers) for _ in rows] for rows in items]

    def _record_inbound(self, items: list[InboundRow]) -> Sequence[bool]:
        before = {key for (key,) in _STORED.read(self._connection, [(row.message.key,) for row in items])}
        fresh = [row for row in items if row.message.key not in before]
        self._write_inbound(fresh)
        return [row.message.key not in before for row in items]

    def _write_inbound(self, rows: list[InboundRow]) -> None:
        _MESSAGES.run(
            self._connection,
            [
                (
                    m.key, m.number_id, m.person.wa_id, m.tag, 1, m.kind, None, 0, m.at_ms, m.media_key, None,
                    "service", "cloud", None, None,
                )
                for m in (row.message for row in rows)
            ],
        )  # fmt: skip
        _CONTENTS.run(self._connection, [(row.message.key, row.message.body, b"") for row in rows])
        _DELETED.run(self._connection, [(row.deletes,) for row in rows if row.deletes is not None])
        write_events(self._connection, [(row.event, row.notify, row.further) for row in rows])
        opening = ((row.message, row.from_ad) for row in rows if row.opens_window)
        _WINDOWS.run(
            self._connection,
            [(m.number_id, m.person.wa_id, m.at_ms, m.at_ms if from_ad else None) for m, from_ad in opening],
        )

    def _delivery_done(self, items: list[tuple[Delivery, Attempt | None]]) -> Sequence[None]:
        _DONE.run(self._connection, [(delivery.key, *done_values(attempt)) for delivery, attempt in items])
        self._keep_attempts([(delivery, attempt) for delivery, attempt in items if attempt and attempt.batch])
        return [None] * len(items)

    def _delivery_retry(self, items: list[tuple[Delivery, Attempt]]) -> Sequence[None]:
        _RETRY.run(self._connection, [(delivery.key, delivery.due_ms, delivery.attempt) for delivery, _ in items])
        self._keep_attempts(items)
        return [None] * len(items)

    def _delivery_dead(self, items: list[tuple[Delivery, Attempt | None]]) -> Sequence[None]:
        _DEAD.run(self._connection, [(delivery.key,) for delivery, _ in items])
        self._keep_attempts([(delivery, attempt) for delivery, attempt in items if attempt is not None])
        return [None] * len(items)

    def _delivery_ended(self, items: list[tuple[Delivery, str]]) -> Sequence[None]:
        _ENDED.run(self._connection, [(delivery.key, STATES.index(state)) for delivery, state in items])
        return [None] * len(items)

    def _take(self, items: list[Carried]) -> Sequence[bool]:
        fresh = {token for (token,) in _TAKE.read(self._connection, [carried_values(carried) for carried in items])}
        return [carried.token in fresh for carried in items]

    def _progressed(self, items: list[Sequence[tuple[int, int, int]]]) -> Sequence[None]:
        latest = {token: (token, progress, due_ms) for steps in items for token, progress, due_ms in steps}
        _PROGRESS.run(self._connection, list(latest.values()))
        return [None] * len(items)

    def _run(self, items: list[Run]) -> Sequence[object]:
        return [run(self._connection) for run in items]

    def _keep_media(self, messages: list[Outbound]) -> None:
        _MEDIUM.run(self._connection, [(m.key, m.media_key) for m in messages if m.media_key is not None])
        self._keep_more_media(messages)

    def _keep_more_media(self, messages: Iterable[Outbound]) -> None:
        rows = [(m.key, more_media_column(m.more_media)) for m in messages if m.more_media]
        _MORE_MEDIA.run(self._connection, rows)

    def _keep_findings(self, messages: Iterable[Outbound]) -> None:
        rows = [(m.key, m.attempt, findings_column(m.findings)) for m in messages if m.findings]
        EVIDENCE.run(self._connection, rows)

    def _keep_sends(self, items: list[tuple[Outbound, FailedSend]]) -> None:
        _SENDS.run(self._connection, [(m.key, s.number, s.at_ms, s.outcome, s.why) for m, s in items])

    def _keep_attempts(self, items: list[tuple[Delivery, Attempt]]) -> None:
        _ATTEMPTS.run(self._connection, [(delivery.key, *attempt_values(attempt)) for delivery, attempt in items])
