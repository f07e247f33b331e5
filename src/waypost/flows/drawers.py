"""Drawers: the documents of one kind, decoded and encoded by their schema; nobody else handles them as bytes."""

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

import msgspec
from msgspec import Struct

from waypost.model import Number
from waypost.ports import Documents
from waypost.wire.changes import changed

Sheet = TypeVar("Sheet")
Form = TypeVar("Form", bound=Struct)


class Drawer(Generic[Sheet]):
    """All documents of one kind (profiles, block lists, ...), each under its owner's number and a name."""

    def __init__(self, documents: Documents, kind: str, schema: type[Sheet]) -> None:
        self._documents = documents
        self._kind = kind
        self._decoder: msgspec.json.Decoder[Sheet] = _decoder(cast("Hashable", schema))

    async def get(self, owner: int, name: str = "") -> Sheet | None:
        """Return one sheet; None if it was never put."""
        body = await self._documents.document(self._kind, owner, name)
        return None if body is None else self._decoder.decode(body)

    async def put(self, owner: int, sheet: Sheet, name: str = "") -> None:
        """Keep a sheet; it is fsynced on return."""
        await self._documents.save_document(self._kind, owner, name, msgspec.json.encode(sheet))

    async def add(self, owner: int, sheet: Sheet, name: str = "") -> bool:
        """Keep a sheet where there is none; False if there is one."""
        return await self._documents.replace_document(self._kind, owner, name, None, msgspec.json.encode(sheet))

    async def change(self, owner: int, change: Callable[[Sheet | None], Sheet], name: str = "") -> Sheet:
        """Keep what `change` makes of a sheet as it is stored, whoever else changes it, and return that.

        `change` is given None where there is no sheet. It only computes; it may be called more than once, and whatever
        it raises leaves the sheet as it is.
        """
        documents, kind = self._documents, self._kind
        while True:
            before = await documents.document(kind, owner, name)
            sheet = change(None if before is None else self._decoder.decode(before))
            body = msgspec.json.encode(sheet)
            if body == before or await documents.replace_document(kind, owner, name, before, body):
                return sheet

    async def list(self, owner: int, *, after: str = "", limit: int = 1000) -> list[tuple[str, Sheet]]:
        """Return names and sheets in order of their names, from the first above `after`."""
        found = await self._documents.documents(self._kind, owner, after=after, limit=limit)
        return [(name, self._decoder.decode(body)) for name, body in found]

    async def remove(self, owner: int, name: str = "") -> bool:
        """Throw a sheet away; False if there was none."""
        return await self._documents.delete_document(self._kind, owner, name)


class OnePerNumber(Generic[Form]):
    """One sheet for each number: its profile, its automation. What was never set is as its schema begins."""

    def __init__(self, documents: Documents, kind: str, schema: type[Form]) -> None:
        self._drawer = Drawer(documents, kind, schema)
        self._blank = schema

    async def get(self, number: Number) -> Form:
        """Return a number's sheet."""
        return await self._drawer.get(number.id) or self._blank()

    async def change(self, number: Number, change: Struct) -> None:
        """Replace the members that `change` has, fsynced on return. The face has checked the limits."""
        await self._drawer.change(number.id, lambda sheet: changed(sheet or self._blank(), change))

    async def put(self, number: Number, sheet: Form) -> None:
        """Keep this in place of what there was, fsynced on return."""
        await self._drawer.put(number.id, sheet)


@lru_cache(maxsize=64)
def _decoder(schema: Any) -> Any:  # Any: a schema is the same in every drawer of its kind
    return msgspec.json.Decoder(schema)
