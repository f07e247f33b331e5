"""What the parts of both stores work with, and how statements run that SQLite and PostgreSQL both understand.

The parameters of such a statement are $1, $2, ..., met in that order: SQLite takes them for names, and counts them.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from waypost.storage.commit import GroupCommit
from waypost.storage.known_windows import KnownWindows
from waypost.storage.sealing import IN_CLEAR, Sealing
from waypost.storage.watching import Watch


class Part(ABC):
    """What every part of a store works with; no part has anything of its own beside it."""

    def __init__(self, *, commit: GroupCommit, windows: KnownWindows, sealing: Sealing = IN_CLEAR) -> None:
        self._commit = commit
        self._windows = windows
        self._watch = Watch(commit)
        self._sealing = sealing
        self.sealed_anew = 0
        """How many secrets came under the newest key when the store was opened."""

    # Any: what a column holds is the schema's promise.
    @abstractmethod
    async def _rows(self, statement: str, *values: Any) -> list[Any]:
        """Read what is committed: few rows, all found by their key. Raises StoreDown."""

    @abstractmethod
    async def _row(self, statement: str, *values: Any) -> Any:
        """Read at most one row. Raises StoreDown."""

    @abstractmethod
    async def _scan(self, statement: str, *values: Any) -> list[Any]:
        """Read what is committed, which may take long. Raises StoreDown."""

    async def _search(self, statement: str, *values: Any) -> list[Any]:
        """Do the same after everything that was submitted before has been written or has failed."""
        await self._commit.settled()
        return await self._scan(statement, *values)

    @abstractmethod
    async def _save(self, statement: str, *values: Any) -> list[Any]:
        """Run one statement that writes something rare; fsynced on return."""

    @abstractmethod
    def _array(self, values: Sequence[object]) -> Any:
        """Return many values as one that a statement takes."""

    @abstractmethod
    async def _changed(self) -> None:
        """Note a committed change of something that other processes keep in memory; on return they have been told."""


def insert(table: str, columns: str) -> str:
    """Return the statement that inserts a row; its values are those of the columns."""
    values = ", ".join(f"${place}" for place, _ in enumerate(columns.split(", "), start=1))
    return f"INSERT INTO {table} ({columns}) VALUES ({values})"  # noqa: S608 - constants


def upsert(table: str, key: str, columns: str) -> str:
    """Return the statement that inserts a row, or replaces the one with the same key."""
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns.split(", ") if name not in key.split(", "))
    return f"{insert(table, columns)} ON CONFLICT ({key}) DO UPDATE SET {changes}"
