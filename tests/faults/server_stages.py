"""The moments at which a server is killed: small wrappers around its store, its files and its poster.

A life arms at most one stage; the server kills itself there, or has itself killed by a peer. The product knows nothing
of this: the wrappers are registered in place of its parts, in the forked child only.
"""

import os
import signal
import stat
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from msgspec import structs
from tests.faults.ledger import Ledger

from waypost.blobs.local import LocalBlobs
from waypost.lib.poster import Headers, NotPosted, Posted
from waypost.lib.poster_asyncio import AsyncioPoster
from waypost.lib.store_urls import whole_url
from waypost.model import (
    Attempt,
    Delivery,
    Earlier,
    FailedSend,
    MediaKey,
    Medium,
    MessageKey,
    NumberId,
    Once,
    Outbound,
    Status,
)
from waypost.ports import Carried, InboundRow, StatusRow
from waypost.storage.commit import LAZY_SECONDS, MAX_OPERATIONS, GroupCommit, Kind
from waypost.storage.ending import end_process
from waypost.storage.known_windows import KnownWindows
from waypost.storage.postgres import PostgresStore
from waypost.storage.postgres import hot as postgres_hot
from waypost.storage.postgres.link import Connection, open_pool
from waypost.storage.postgres.session import Session
from waypost.storage.postgres.writer import SessionWriter
from waypost.storage.sqlite import SqliteStore
from waypost.storage.sqlite.engine import Engine, Reader, open_engine
from waypost.storage.sqlite.hot import HotWrites
from waypost.storage.sqlite.writer import ThreadWriter
from waypost.storage.steps import ignore_joined

STAGES = (
    "start.opened", "start.recovered",
    "accept.before", "accept.before_commit", "accept.after_commit", "accept.after", "accept.enqueued", "accept.replied",
    "take.before", "take.after",
    "settle_sent.before", "settle_sent.after", "settle_failed.before", "settle_failed.after",
    "statuses.before", "statuses.before_commit", "statuses.after_commit", "statuses.after",
    "progressed.before", "progressed.after",
    "inbound.before", "inbound.before_commit", "inbound.after_commit", "inbound.after",
    "post.before", "post.during", "post.after",
    "done.before", "done.before_commit", "done.after_commit", "done.after", "retry.before", "retry.after",
    "file.written", "file.before_rename", "file.after_rename", "file.before_row", "file.after_row",
    "link.midway", "delete.before", "delete.after",
)  # fmt: skip
"""Every stage; `post.during` and `link.midway` are killed by the peer that has the half of it."""

KILL_HEADER = "x-kill"
"""Asks the webhook receiver to kill this process once it has the whole request."""

_Result = TypeVar("_Result")
_Store: Any = object  # the store of either database, which comes behind the steps


class Stages:
    """Which stage kills this life, at which of the times that it is reached."""

    def __init__(self) -> None:
        self._armed: str | None = None
        self._skip = 0
        self._ledger: Ledger | None = None

    def arm(self, ledger: Ledger, stage: str | None, skip: int) -> None:
        """Arm one stage (None: none) to kill after it was reached and passed `skip` times."""
        self._ledger, self._armed, self._skip = ledger, stage, skip

    def reach(self, stage: str) -> None:
        """Die here if this is the stage and the time."""
        if self.is_now(stage):
            os.kill(os.getpid(), signal.SIGKILL)

    def is_now(self, stage: str) -> bool:
        """Return whether this is the stage and the time; who is told so must see to the kill."""
        if stage != self._armed:
            return False
        self._skip -= 1
        if self._skip >= 0:
            return False
        self._armed = None
        self.note("seen", "stage", STAGES.index(stage))
        return True

    def note(self, mark: Any, what: str, key: int, detail: int = 0) -> None:  # Any: one of the ledger's marks
        """Write into the ledger outside."""
        assert self._ledger is not None, "arm() comes first"
        self._ledger.note(mark, what, key, detail)


stages = Stages()
"""Of this process. Parts are made by name deep inside the server, so nothing can be handed to them."""


class StagedSteps(_Store):  # type: ignore[misc]  # as just said
    """A store with a stage before and after each step."""

    async def accept(self, message: Outbound) -> None:
        await _around("accept", super().accept(message))

    async def accept_once(self, message: Outbound, once: Once) -> Earlier | None:
        known: Earlier | None = await _around("accept", super().accept_once(message, once))
        return known

    async def last_inbound_ms(self, number_id: NumberId, wa_id: str) -> int | None:
        stages.reach("accept.enqueued")  # the first thing that a message's lane does
        at_ms: int | None = await super().last_inbound_ms(number_id, wa_id)
        return at_ms

    async def queued_messages(self, after: MessageKey, limit: int) -> list[tuple[MessageKey, NumberId]]:
        queued: list[tuple[MessageKey, NumberId]] = await super().queued_messages(after, limit)
        stages.reach("start.recovered")
        return queued

    async def take(self, carried: Carried) -> bool:
        is_new: bool = await _around("take", super().take(carried))
        if is_new:
            stages.note("seen", "shown", carried.token)
        return is_new

    async def settle_sent(self, message: Outbound, upstream_id: str) -> None:
        await _around("settle_sent", super().settle_sent(message, upstream_id))
        stages.note("ack", "sent", message.key)

    async def settle_failed(self, message: Outbound, row: StatusRow, send: FailedSend | None = None) -> bool:
        is_new: bool = await _around("settle_failed", super().settle_failed(message, row, send))
        return is_new

    async def record_statuses(self, rows: Sequence[StatusRow]) -> list[bool]:
        fresh: list[bool] = await _around("statuses", super().record_statuses(rows))
        return fresh

    async def progressed(self, steps: Sequence[tuple[Any, Status, int]]) -> None:  # Any: a token
        await _around("progressed", super().progressed(steps))

    async def record_inbound(self, row: InboundRow) -> bool:
        is_new: bool = await _around("inbound", super().record_inbound(row))
        return is_new

    async def delivery_done(self, delivery: Delivery, attempt: Attempt | None) -> None:
        await _around("done", super().delivery_done(delivery, attempt))
        stages.note("ack", "done", delivery.key)

    async def delivery_retry(self, delivery: Delivery, attempt: Attempt) -> None:
        await _around("retry", super().delivery_retry(delivery, attempt))

    async def save_medium(self, medium: Medium) -> None:
        stages.reach("file.before_row")
        await super().save_medium(medium)
        stages.reach("file.after_row")

    async def delete_medium(self, key: MediaKey) -> bool:
        was_there: bool = await _around("delete", super().delete_medium(key))
        return was_there


async def _around(step: str, work: Awaitable[_Result]) -> _Result:
    stages.reach(f"{step}.before")
    result = await work
    stages.reach(f"{step}.after")
    return result


_COMMITTED = {
    "accept": "accept",
    "accept_once": "accept",
    "record_statuses": "statuses",
    "record_inbound": "inbound",
    "delivery_done": "done",
}
"""The kinds of operations whose commit has a stage on either side, and what that is called."""


class _Held(set[str]):
    """What the transaction that is open holds, by the names of its stages."""

    def mark(self, writes: Any) -> None:  # Any: those of either database
        """Take note of each operation as it is written."""
        for name, step in _COMMITTED.items():
            setattr(writes, name, self._marked(getattr(writes, name), step))

    def _marked(self, kind: Kind, step: str) -> Kind:
        def write(*given: Any) -> Any:  # Any: as Kind has it
            self.add(step)
            return kind.write(*given)

        return structs.replace(kind, write=write)

    def before(self) -> None:
        """Be just before the commit."""
        for step in sorted(self):
            stages.reach(f"{step}.before_commit")

    def after(self) -> None:
        """Be just after it; the next transaction holds nothing yet."""
        held = sorted(self)
        self.clear()
        for step in held:
            stages.reach(f"{step}.after_commit")


class StagedEngine(Engine):
    """A write connection that can die on either side of a commit."""

    def __init__(self, *given: Any) -> None:  # Any: as Engine has it
        super().__init__(*given)
        self.held = _Held()

    def commit(self) -> None:
        self.held.before()
        super().commit()
        self.held.after()


class StagedStore(StagedSteps, SqliteStore):
    """The store over SQLite."""

    @classmethod
    async def open(cls, path: str | Path, **_: Any) -> "StagedStore":  # Any: the server gives none
        path = Path(path)
        real = open_engine(path)
        engine = StagedEngine(real.connection, real._lock)
        windows = KnownWindows()
        writes = HotWrites(engine.connection, windows, ignore_joined)
        engine.held.mark(writes)
        writer = ThreadWriter(engine, on_fatal=end_process)
        commit = GroupCommit(writer, max_operations=MAX_OPERATIONS, lazy_seconds=LAZY_SECONDS)
        stages.reach("start.opened")
        return cls(reader=Reader(path), commit=commit, writes=writes, windows=windows)


class StagedSession(Session):
    """A session that can die on either side of a commit."""

    def __init__(self, *given: Any, **named: Any) -> None:  # Any: as Session has it
        super().__init__(*given, **named)
        self.held = _Held()

    async def commit(self, connection: Connection) -> Exception | None:
        self.held.before()
        error = await super().commit(connection)
        self.held.after()
        return error


class StagedPostgresStore(StagedSteps, PostgresStore):
    """The store over PostgreSQL."""

    @classmethod
    async def open(cls, address: str, **_: Any) -> "StagedPostgresStore":  # Any: the server gives none
        address = whole_url(address)
        session: Any = await StagedSession.open(address, on_fatal=end_process)  # Any: it is told to be a `Session`
        windows = KnownWindows()
        writes = postgres_hot.HotWrites(windows, ignore_joined)
        session.held.mark(writes)
        writer = SessionWriter(session, on_fatal=end_process)
        commit = GroupCommit(writer, max_operations=MAX_OPERATIONS, lazy_seconds=LAZY_SECONDS)
        pool = await open_pool(address)
        stages.reach("start.opened")
        parts = {"address": address, "pool": pool, "commit": commit, "writes": writes, "windows": windows}
        return cls(session, **parts)


class StagedBlobs(LocalBlobs):
    """The media files, with stages between writing, syncing, renaming and syncing the name."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, sync=_sync_in_stages)


def _sync_in_stages(descriptor: int) -> None:
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        stages.reach("file.after_rename")
        os.fsync(descriptor)
        return
    stages.reach("file.written")
    os.fsync(descriptor)
    stages.reach("file.before_rename")


class StagedPoster(AsyncioPoster):
    """The poster, with stages around each call of a webhook."""

    async def post(
        self, url: str, body: bytes, headers: Headers, *, timeout: timedelta, roots_pem: str | None = None
    ) -> Posted | NotPosted:
        stages.reach("post.before")
        if stages.is_now("post.during"):
            headers = [*headers, (KILL_HEADER, str(os.getpid()))]
        result = await super().post(url, body, headers, timeout=timeout, roots_pem=roots_pem)
        stages.reach("post.after")
        return result
