"""The port Documents over PostgreSQL: what the stores do not share."""

from collections.abc import Iterable

from waypost.storage.documents import SharedDocuments
from waypost.storage.postgres.part import Part

OF_OWNERS = "SELECT owner, body FROM documents WHERE owner = ANY($2::bigint[]) AND kind = $1 AND name = ''"


class DocumentsPart(Part, SharedDocuments):
    """See `ports.Documents` for what each operation promises."""

    async def documents_of(self, kind: str, owners: Iterable[int]) -> list[tuple[int, bytes]]:
        """Return the document without a name of each owner."""
        return [(owner, body) for owner, body in await self._rows(OF_OWNERS, kind, list(owners))]
