"""The embedded store: SQLite with group commit; implements every port of the kind."""

from collections.abc import Callable
from pathlib import Path

from waypost.lib.keyring import NO_KEYS, Keyring
from waypost.storage.commit import GroupCommit
from waypost.storage.ending import end_process
from waypost.storage.known_windows import KnownWindows
from waypost.storage.sealing import Sealing, refusing_to_start
from waypost.storage.sqlite.documents import DocumentsPart
from waypost.storage.sqlite.engine import Engine, Reader, open_engine
from waypost.storage.sqlite.holds import HoldsPart
from waypost.storage.sqlite.hot import HotWrites
from waypost.storage.sqlite.housekeeping import HousekeepingPart
from waypost.storage.sqlite.lists import ListsPart
from waypost.storage.sqlite.network import NetworkPart
from waypost.storage.sqlite.records import RecordsPart
from waypost.storage.sqlite.secrets import seal_anew
from waypost.storage.sqlite.snapshot import SnapshotPart
from waypost.storage.sqlite.store import StorePart
from waypost.storage.sqlite.writer import ThreadWriter
from waypost.storage.steps import Joined, ignore_joined


# Inherits, against the house's habit: eight ports, one object with one lifetime, and nothing is overridden.
class SqliteStore(
    StorePart, HoldsPart, RecordsPart, DocumentsPart, HousekeepingPart, NetworkPart, SnapshotPart, ListsPart
):
    """The store over one file. Made by `open`, used and closed on one event loop."""

    cluster = None
    """Nobody else can have the file open."""

    @classmethod
    async def open(
        cls,
        path: str | Path,
        *,
        on_fatal: Callable[[Exception], None] = end_process,
        on_joined: Joined = ignore_joined,
        keyring: Keyring = NO_KEYS,
    ) -> "SqliteStore":
        """Open or make the file; nobody else can have it open. Raises StoreRefused, which says what to do.

        `on_fatal` is called in the writer thread when what is on disk is no longer known (a failed fsync, a damaged
        file); it must end the process. `on_joined` is told of parked events that have found their message. Secrets come
        under the newest of the keys.
        """
        path = Path(path)
        engine, sealing = open_engine(path), Sealing(keyring)
        sealed_anew = _seal(engine, sealing)
        windows = KnownWindows()
        writes = HotWrites(engine.connection, windows, on_joined)
        writer = ThreadWriter(engine, on_fatal=on_fatal)
        commit = GroupCommit(writer)
        store = cls(reader=Reader(path), commit=commit, writes=writes, windows=windows, sealing=sealing)
        store.sealed_anew = sealed_anew
        return store

    async def close(self) -> None:
        """Write what waits, then close the file and let another process have it."""
        await self._commit.settled()
        self._reader.close()
        await self._commit.close()


def _seal(engine: Engine, sealing: Sealing) -> int:
    count = 0
    try:
        with refusing_to_start(), engine.connection:
            count = seal_anew(engine.connection, sealing)
    except BaseException:
        engine.close()
        raise
    return count
