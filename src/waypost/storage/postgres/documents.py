"""The port Documents over PostgreSQL."""

from collections.abc import Iterable

from waypost.ports import Replacement
from waypost.storage.postgres.link import Connection
from waypost.storage.postgres.part import Part

_GET = "SELECT body FROM documents WHERE kind = $1 AND owner = $2 AND name = $3"
_LIST = "SELECT name, body FROM documents WHERE kind = $1 AND owner = $2 AND name > $3 ORDER BY name LIMIT $4"
OF_OWNERS = "SELECT owner, body FROM documents WHERE owner = ANY($2::bigint[]) AND kind = $1 AND name = ''"
_SAVE = (
    "INSERT INTO documents (kind, owner, name, body) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (owner, kind, name) DO UPDATE SET body = excluded.body"
)
_ADD = (
    "INSERT INTO documents (kind, owner, name, body) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (owner, kind, name) DO NOTHING RETURNING name"
)
# Replace a document unless somebody else has; one who is just at it is waited for.
_REPLACE = "UPDATE documents SET body = $4 WHERE kind = $1 AND owner = $2 AND name = $3 AND body = $5 RETURNING name"
_DELETE = "DELETE FROM documents WHERE kind = $1 AND owner = $2 AND name = $3 RETURNING name"


async def replaced(connection: Connection, wish: Replacement) -> bool:
    """Put a document in place of what was read; return False if it is another by now."""
    if wish.before is None:
        return bool(await connection.fetch(_ADD, wish.kind, wish.owner, wish.name, wish.body))
    return bool(await connection.fetch(_REPLACE, wish.kind, wish.owner, wish.name, wish.body, wish.before))


class DocumentsPart(Part):
    """See `ports.Documents` for what each operation promises."""

    async def document(self, kind: str, owner: int, name: str) -> bytes | None:
        """Return one document."""
        row = await self._row(_GET, kind, owner, name)
        return row[0] if row else None

    async def documents(self, kind: str, owner: int, *, after: str = "", limit: int = 1000) -> list[tuple[str, bytes]]:
        """Return an owner's documents by name."""
        return [(name, body) for name, body in await self._rows(_LIST, kind, owner, after, limit)]

    async def documents_of(self, kind: str, owners: Iterable[int]) -> list[tuple[int, bytes]]:
        """Return the document without a name of each owner."""
        return [(owner, body) for owner, body in await self._rows(OF_OWNERS, kind, list(owners))]

    async def save_document(self, kind: str, owner: int, name: str, body: bytes) -> None:
        """Insert or replace a document."""
        await self._save(_SAVE, kind, owner, name, body)
        await self._changed()
        self._watch.tell_document(kind)

    async def replace_document(self, kind: str, owner: int, name: str, before: bytes | None, body: bytes) -> bool:
        """Insert or replace a document if it is still what was read."""
        wish = Replacement(kind, owner, name, before, body)
        done = await self._run(lambda connection: replaced(connection, wish))
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
