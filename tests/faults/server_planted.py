"""Parts of a server with a bug each: a harness that does not find them proves nothing."""

import asyncio
import os
import threading
from collections.abc import Mapping
from datetime import timedelta

import apsw
from tests.faults import planted_postgres
from tests.faults.planted import AckBeforeCommit, ShownTwice
from tests.faults.server_child import NUMBER, OTHER
from tests.faults.server_stages import StagedBlobs, StagedPoster, StagedPostgresStore, StagedSteps, StagedStore

from waypost.lib.poster import Headers, NotPosted, Posted
from waypost.model import Earlier, NumberId, Once, Outbound
from waypost.storage.postgres import PostgresStore, hot
from waypost.storage.postgres.link import Connection
from waypost.storage.sqlite import SqliteStore

_HERE = "tests.faults.server_planted"


class ForgetsKeys(StagedSteps):
    """A key is known to nobody."""

    async def earlier(self, number_id: NumberId, once: Once) -> Earlier | None:
        _ = number_id, once
        return None

    async def accept_once(self, message: Outbound, once: Once) -> Earlier | None:
        _ = once
        await self.accept(message)
        return None


class AnswersBeforeCommit(StagedStore, AckBeforeCommit):
    """The id is answered when the row is only on its way."""


class ForgetsTokens(StagedStore, ShownTwice):
    """The network shows a message as often as it is sent."""


class ForgetsKeysInSqlite(ForgetsKeys, StagedStore):
    """The same over SQLite."""


class _JobInMemory(SqliteStore):
    async def accept(self, message: Outbound) -> None:
        def without_job(connection: apsw.Connection) -> None:
            self._writes._accept([message])
            connection.execute("DELETE FROM outbox WHERE key = ?", (message.key,))

        await self._run(without_job)


class JobInMemory(StagedStore, _JobInMemory):
    """The message is committed and its job only enqueued."""


class PostgresAnswersBeforeCommit(StagedPostgresStore, planted_postgres.AckBeforeCommit):
    """The id is answered when the row is only on its way."""


class PostgresForgetsTokens(StagedPostgresStore, planted_postgres.ShownTwice):
    """The network shows a message as often as it is sent."""


class PostgresForgetsKeys(ForgetsKeys, StagedPostgresStore):
    """A key is known to nobody."""


class _PostgresJobInMemory(PostgresStore):
    async def accept(self, message: Outbound) -> None:
        async def without_job(connection: Connection) -> None:
            await hot._accept(connection, [message])
            await connection.execute("DELETE FROM outbox WHERE key = $1", message.key)

        await self._run(without_job)


class PostgresJobInMemory(StagedPostgresStore, _PostgresJobInMemory):
    """The message is committed and its job only enqueued."""


class RowBeforeBytes(StagedBlobs):
    """A file is said to be kept a moment before it is."""

    def finish(self, descriptor: int, name: str, sha256: bytes) -> None:
        again = os.dup(descriptor)
        threading.Timer(0.005, super().finish, (again, name, sha256)).start()


class DoneBeforePost(StagedPoster):
    """A webhook call is said to be answered a moment before it is made."""

    async def post(
        self, url: str, body: bytes, headers: Headers, *, timeout: timedelta, roots_pem: str | None = None
    ) -> Posted | NotPosted:
        self._task = asyncio.ensure_future(self._post_later(url, body, headers, timeout, roots_pem))
        return Posted(200, b"", None, timedelta(0))

    async def _post_later(
        self, url: str, body: bytes, headers: Headers, timeout: timedelta, roots_pem: str | None
    ) -> None:
        await asyncio.sleep(0.005)
        await super().post(url, body, headers, timeout=timeout, roots_pem=roots_pem)


class TellsOthers(StagedPoster):
    """One webhook call in four goes to the other business."""

    async def post(
        self, url: str, body: bytes, headers: Headers, *, timeout: timedelta, roots_pem: str | None = None
    ) -> Posted | NotPosted:
        if len(body) % 4 == 0:
            where, _, number = url.rpartition("/")
            url = f"{where}/{OTHER if number == NUMBER else NUMBER}"
        return await super().post(url, body, headers, timeout=timeout, roots_pem=roots_pem)


class _Leaks(StagedPoster):
    async def post(
        self, url: str, body: bytes, headers: Headers, *, timeout: timedelta, roots_pem: str | None = None
    ) -> Posted | NotPosted:
        self._leak()
        return await super().post(url, body, headers, timeout=timeout, roots_pem=roots_pem)

    def _leak(self) -> None:
        raise NotImplementedError


class LeaksDescriptors(_Leaks):
    """A descriptor stays open for each webhook call."""

    def _leak(self) -> None:
        os.dup(0)


class LeaksThreads(_Leaks):
    """A thread stays for each webhook call."""

    def _leak(self) -> None:
        threading.Thread(target=threading.Event().wait, daemon=True).start()


class LeaksMemory(_Leaks):
    """A quarter of a megabyte stays for each webhook call."""

    def _leak(self) -> None:
        self.__dict__.setdefault("kept", []).append(b"x" * 262_144)


PLANTED: Mapping[str, Mapping[str, str]] = {
    "none": {},
    "answers-before-commit": {
        "sqlite": f"{_HERE}:AnswersBeforeCommit",
        "postgresql": f"{_HERE}:PostgresAnswersBeforeCommit",
    },
    "job-in-memory": {"sqlite": f"{_HERE}:JobInMemory", "postgresql": f"{_HERE}:PostgresJobInMemory"},
    "forgets-tokens": {"sqlite": f"{_HERE}:ForgetsTokens", "postgresql": f"{_HERE}:PostgresForgetsTokens"},
    "forgets-keys": {"sqlite": f"{_HERE}:ForgetsKeysInSqlite", "postgresql": f"{_HERE}:PostgresForgetsKeys"},
    "row-before-bytes": {"blobs": f"{_HERE}:RowBeforeBytes"},
    "done-before-post": {"poster": f"{_HERE}:DoneBeforePost"},
    "tells-others": {"poster": f"{_HERE}:TellsOthers"},
    "leaks-descriptors": {"poster": f"{_HERE}:LeaksDescriptors"},
    "leaks-threads": {"poster": f"{_HERE}:LeaksThreads"},
    "leaks-memory": {"poster": f"{_HERE}:LeaksMemory"},
}
"""The parts that have each bug: a store for each kind of database, the files, or the poster."""
