"""The port Documents over SQLite."""

import json
from collections.abc import Iterable
from typing import Any

import apsw

from waypost.ports import Replacement
from waypost.storage.sqlite.part import Part

_GET = "SELECT body FROM documents WHERE kind = ? AND owner = ? AND name = ?"
_LIST = "SELECT name, body FROM documents WHERE kind = ? AND owner = ? AND name > ? ORDER BY name LIMIT ?"
OF_OWNERS = (
    "SELECT owner, body FROM json_each(?2) CROSS JOIN documents ON kind = ?1 AND owner = json_each.value AND name = ''"
)
_SAVE = "INSERT OR REPLACE INTO documents (kind, owner, name, body) VALUES (?, ?, ?, ?)"
_ADD = "INSERT INTO documents (kind, owner, name, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING name"
_REPLACE = "UPDATE documents SET body = ?4 WHERE kind = ?1 AND owner = ?2 AND name = ?3 AND body = ?5 RETURNING name"
_DELETE = "DELETE FROM documents WHERE kind = ? AND owner = ? AND name = ? RETURNING name"


def replaced(connection: apsw.Connection, wish: Replacement) -> bool:
    """Put a document in place of what was read; return False if it is another by now."""
    values = (wish.kind, wish.owner, wish.name, wish.body)
    if wish.before is None:
        return connection.execute(_ADD, values).fetchone() is not None
    return connection.execute(_REPLACE, (*values, wish.before)).fetchone() is not None


class DocumentsPart(Part):
    """See `ports.Documents` for what each operation promises."""

    async def document(self, kind: str, owner: int, name: str) -> bytes | None:
        """Return one document."""
        row: Any = self._reader.row(_GET, (kind, owner, name))  # Any: the table's types
        return row[0] if row else None

    async def documents(self, kind: str, owner: int, *, after: str = "", limit: int = 1000) -> list[tuple[str, bytes]]:
        """Return an owner's documents by name."""
        rows: Any = self._reader.rows(_LIST, (kind, owner, after, limit))  # Any: the table's types
        return [(name, body) for name, body in rows]

    async def documents_of(self, kind: str, owners: Iterable[int]) -> list[tuple[int, bytes]]:
        """Return the document without a name of each owner."""
        rows: Any = self._reader.rows(OF_OWNERS, (kind, json.dumps(list(owners))))  # Any: the table's types
        return [(owner, body) for owner, body in rows]

    async def save_document(self, kind: str, owner: int, name: str, body: bytes) -> None:
        """Insert or replace a document."""
        await self._save(_SAVE, (kind, owner, name, body))
        self._watch.tell_document(kind)

    async def replace_document(self, kind: str, owner: int, name: str, before: bytes | None, body: bytes) -> bool:
        """Insert or replace a document if it is still what was read."""
        wish = Replacement(kind, owner, name, before, body)
        done = await self._run(lambda connection: replaced(connection, wish))
        if done:
            self._watch.tell_document(kind)
        return done

    async def delete_document(self, kind: str, owner: int, name: str) -> bool:
        """Delete a document."""
        deleted = await self._save(_DELETE, (kind, owner, name))
        self._watch.tell_document(kind)
        return bool(deleted)
