"""What the parts of the SQLite store share: how to read, and how to write something rare."""

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import apsw

from waypost.storage import part
from waypost.storage.sqlite.engine import Reader
from waypost.storage.sqlite.hot import HotWrites

Result = TypeVar("Result")


class Part(part.Part):
    """What every part of the store works with."""

    def __init__(self, *, reader: Reader, writes: HotWrites, **shared: Any) -> None:  # Any: as `part.Part`
        super().__init__(**shared)
        self._reader = reader
        self._writes = writes

    async def _rows(self, statement: str, *values: Any) -> list[Any]:
        return self._reader.rows(statement, values)

    async def _row(self, statement: str, *values: Any) -> Any:
        return self._reader.row(statement, values)

    async def _scan(self, statement: str, *values: Any) -> list[Any]:
        return await self._reader.search(lambda connection: connection.execute(statement, values).fetchall())

    async def _search_by(self, look: Callable[[apsw.Connection], Result]) -> Result:
        """Read in a thread of its own, after everything that was submitted before has been written or has failed."""
        await self._commit.settled()
        return await self._reader.search(look)

    async def _save(self, statement: str, *values: Any) -> list[Any]:
        return await self._run(lambda connection: connection.execute(statement, values).fetchall())

    def _array(self, values: Sequence[object]) -> str:
        return json.dumps(list(values))

    async def _changed(self) -> None:
        """Tell nobody: no other process has the file open."""

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
