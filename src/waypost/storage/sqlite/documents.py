"""The port Documents over SQLite: what the stores do not share."""

import json
from collections.abc import Iterable

from waypost.storage.documents import SharedDocuments
from waypost.storage.sqlite.part import Part

OF_OWNERS = (
    "SELECT owner, body FROM json_each(?2) CROSS JOIN documents ON kind = ?1 AND owner = json_each.value AND name = ''"
)


class DocumentsPart(Part, SharedDocuments):
    """See `ports.Documents` for what each operation promises."""

    async def documents_of(self, kind: str, owners: Iterable[int]) -> list[tuple[int, bytes]]:
        """Return the document without a name of each owner."""
        return await self._rows(OF_OWNERS, kind, json.dumps(list(owners)))
