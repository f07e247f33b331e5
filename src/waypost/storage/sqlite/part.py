"""What the parts of the SQLite store share: how to read, and how to write something rare."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import apsw

from waypost.storage.commit import GroupCommit
from waypost.storage.known_windows import KnownWindows
from waypost.storage.sealing import IN_CLEAR, Sealing
from waypost.storage.sqlite.engine import Reader, Row, Value
from waypost.storage.sqlite.hot import HotWrites
from waypost.storage.watching import Watch

Result = TypeVar("Result")


class Part:
    """What every part of the store works with; no part has anything of its own beside it."""

    def __init__(
        self,
        *,
        reader: Reader,
        commit: GroupCommit,
        writes: HotWrites,
        windows: KnownWindows,
        sealing: Sealing = IN_CLEAR,
    ) -> None:
        self._reader = reader
        self._commit = commit
        self._writes = writes
        self._windows = windows
        self._watch = Watch(commit)
        self._sealing = sealing
        self.sealed_anew = 0
        """How many secrets came under the newest key when the store was opened."""

    async def _run(self, run: Callable[[apsw.Connection], Result]) -> Result:
        """Write something rare, after earlier writes of this kind; others may overtake it. Fsynced on return."""
        future: Any = self._commit.submit(self._writes.run, (), run)  # Any: futures of all kinds share one queue
        result: Result = await future
        return result

    async def _run_alone(self, run: Callable[[apsw.Connection], Result]) -> Result:
        """Write something that must stand after everything submitted before and before everything after."""
        future: Any = self._commit.submit(self._writes.run, None, run)  # Any: as above
        result: Result = await future
        return result

    async def _save(self, statement: str, values: Sequence[Value]) -> list[Row]:
        """Run one statement that writes something rare; fsynced on return."""
        return await self._run(lambda connection: connection.execute(statement, values).fetchall())

    async def _search(self, look: Callable[[apsw.Connection], Result]) -> Result:
        """Read in a thread of its own, after everything that was submitted before has been written or has failed."""
        await self._commit.settled()
        return await self._reader.search(look)
