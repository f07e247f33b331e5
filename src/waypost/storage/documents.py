"""The port Documents, as far as one text serves both databases."""

from waypost.ports import Replacement
from waypost.storage.columns import Values
from waypost.storage.part import Part, insert, upsert

_COLUMNS = "kind, owner, name, body"
_GET = "SELECT body FROM documents WHERE kind = $1 AND owner = $2 AND name = $3"
_LIST = "SELECT name, body FROM documents WHERE kind = $1 AND owner = $2 AND name > $3 ORDER BY name LIMIT $4"
_SAVE = upsert("documents", "kind, owner, name", _COLUMNS)
_ADD = f"{insert('documents', _COLUMNS)} ON CONFLICT DO NOTHING RETURNING name"
# Replace a document unless somebody else has; in PostgreSQL one who is just at it is waited for.
_REPLACE = "UPDATE documents SET body = $1 WHERE kind = $2 AND owner = $3 AND name = $4 AND body = $5 RETURNING name"
_DELETE = "DELETE FROM documents WHERE kind = $1 AND owner = $2 AND name = $3 RETURNING name"


def replacing(wish: Replacement) -> tuple[str, Values]:
    """Return the statement that puts a document in place of what was read, and its values.

    It returns a row, or none if the document is another by now.
    """
    if wish.before is None:
        return _ADD, (wish.kind, wish.owner, wish.name, wish.body)
    return _REPLACE, (wish.body, wish.kind, wish.owner, wish.name, wish.before)


class SharedDocuments(Part):
    """See `ports.Documents` for what each operation promises."""

    async def document(self, kind: str, owner: int, name: str) -> bytes | None:
        """Return one document."""
        row = await self._row(_GET, kind, owner, name)
        return row[0] if row else None

    async def documents(self, kind: str, owner: int, *, after: str = "", limit: int = 1000) -> list[tuple[str, bytes]]:
        """Return an owner's documents by name."""
        return [(name, body) for name, body in await self._rows(_LIST, kind, owner, after, limit)]

    async def save_document(self, kind: str, owner: int, name: str, body: bytes) -> None:
        """Insert or replace a document."""
        await self._save(_SAVE, kind, owner, name, body)
        await self._changed()
        self._watch.tell_document(kind)

    async def replace_document(self, kind: str, owner: int, name: str, before: bytes | None, body: bytes) -> bool:
        """Insert or replace a document if it is still what was read."""
        statement, values = replacing(Replacement(kind, owner, name, before, body))
        done = bool(await self._save(statement, *values))
        if done:
            await self._changed()
            self._watch.tell_document(kind)
        return done

    async def delete_document(self, kind: str, owner: int, name: str) -> bool:
        """Delete a document."""
        deleted = await self._save(_DELETE, kind, owner, name)
        await self._changed()
        self._watch.tell_document(kind)
        return bool(deleted)
