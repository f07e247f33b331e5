"""Collections of documents of one kind, decoded and encoded by their schema; nobody else handles them as bytes."""

from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

import msgspec
from msgspec import Struct

from waypost.model import Number
from waypost.ports import Documents, Replacement
from waypost.wire.changes import changed

Document = TypeVar("Document")
Form = TypeVar("Form", bound=Struct)


class DocumentCollection(Generic[Document]):
    """All documents of one kind (profiles, block lists, ...), each under its owner's number and a name."""

    def __init__(self, documents: Documents, kind: str, schema: type[Document]) -> None:
        self._documents = documents
        self._kind = kind
        self._decoder: msgspec.json.Decoder[Document] = _decoder(cast("Hashable", schema))

    async def get(self, owner: int, name: str = "") -> Document | None:
        """Return one document; None if it was never put."""
        body = await self._documents.document(self._kind, owner, name)
        return None if body is None else self._decoder.decode(body)

    async def of(self, owners: Iterable[int]) -> dict[int, Document]:
        """Return the document of each owner who has one."""
        found = await self._documents.documents_of(self._kind, owners)
        return {owner: self._decoder.decode(body) for owner, body in found}

    async def put(self, owner: int, document: Document, name: str = "") -> None:
        """Keep a document; it is fsynced on return."""
        await self._documents.save_document(self._kind, owner, name, msgspec.json.encode(document))

    async def add(self, owner: int, document: Document, name: str = "") -> bool:
        """Keep a document where there is none; False if there is one."""
        return await self._documents.replace_document(self._kind, owner, name, None, msgspec.json.encode(document))

    async def change(self, owner: int, change: Callable[[Document | None], Document], name: str = "") -> Document:
        """Keep what `change` makes of a document as it is stored, whoever else changes it, and return that.

        `change` is given None where there is no document. It only computes; it may be called more than once, and
        whatever it raises leaves the document as it is.
        """
        documents, kind = self._documents, self._kind
        while True:
            before = await documents.document(kind, owner, name)
            document = change(None if before is None else self._decoder.decode(before))
            body = msgspec.json.encode(document)
            if body == before or await documents.replace_document(kind, owner, name, before, body):
                return document

    async def read(self, owner: int) -> tuple[Document | None, bytes | None]:
        """Return an owner's document without a name, and what is to be given to `replacement`."""
        body = await self._documents.document(self._kind, owner, "")
        return None if body is None else self._decoder.decode(body), body

    def replacement(self, owner: int, before: bytes | None, document: Document) -> Replacement:
        """Return what a store is to put in place of what was read; nothing is kept yet."""
        return Replacement(self._kind, owner, "", before, msgspec.json.encode(document))

    async def list(self, owner: int, *, after: str = "", limit: int = 1000) -> list[tuple[str, Document]]:
        """Return names and documents in order of their names, from the first above `after`."""
        found = await self._documents.documents(self._kind, owner, after=after, limit=limit)
        return [(name, self._decoder.decode(body)) for name, body in found]

    async def remove(self, owner: int, name: str = "") -> bool:
        """Throw a document away; False if there was none."""
        return await self._documents.delete_document(self._kind, owner, name)


class OnePerNumber(Generic[Form]):
    """One document for each number: its profile, its automation. What was never set is as its schema begins."""

    def __init__(self, documents: Documents, kind: str, schema: type[Form]) -> None:
        self._collection = DocumentCollection(documents, kind, schema)
        self._blank = schema

    async def get(self, number: Number) -> Form:
        """Return a number's document."""
        return await self._collection.get(number.id) or self._blank()

    async def change(self, number: Number, change: Struct) -> None:
        """Replace the members that `change` has, fsynced on return. The face has checked the limits."""
        await self._collection.change(number.id, lambda document: changed(document or self._blank(), change))

    async def put(self, number: Number, document: Form) -> None:
        """Keep this in place of what there was, fsynced on return."""
        await self._collection.put(number.id, document)


@lru_cache(maxsize=64)
def _decoder(schema: Any) -> Any:  # Any: a schema is the same in every collection of its kind
    return msgspec.json.Decoder(schema)
