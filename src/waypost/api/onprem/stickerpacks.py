"""Sticker packs of the business: lists to keep; what is sent is always a single sticker, by its media id.

# spec: on-premises-api.md#9.5
"""

from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from waypost.api.bodies import json_body
from waypost.api.onprem.callers import Callers
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.callers import UNKNOWN_OBJECT
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.documents import DocumentCollection
from waypost.flows.media_shelf import MediaShelf
from waypost.lib.ids import KeyMaker
from waypost.model import Number
from waypost.wire import onprem
from waypost.wire.reading import parse

MAX_STICKERS = 30

_PACKS = "/v1/stickerpacks"
_PACK = _PACKS + "/{pack_id}"
_STICKERS = _PACK + "/stickers"
_STICKER = _STICKERS + "/{index}"

_Name = Annotated[str, Meta(min_length=1, max_length=128)]
_Link = Annotated[str, Meta(max_length=2048)]
_Emojis = Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=3)]


class Sticker(Struct, frozen=True):
    """A sticker of a pack; its media id is also that by which it is sent."""

    image_data_id: Annotated[str, Meta(min_length=1, max_length=64)]
    emojis: _Emojis = []


class _NewPack(Struct, frozen=True, omit_defaults=True):
    publisher: _Name
    name: _Name
    ios_app_store_link: _Link | None = None
    android_app_store_link: _Link | None = None


class Pack(_NewPack, frozen=True):
    """A sticker pack. A sticker keeps its index when another is deleted."""

    stickers: dict[str, Sticker] = {}


class _PackChange(Struct):
    publisher: _Name | None = None
    name: _Name | None = None
    ios_app_store_link: _Link | None = None
    android_app_store_link: _Link | None = None


class _StickerChange(Struct):
    image_data_id: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    emojis: _Emojis | None = None


class Stickerpacks(Struct, frozen=True):
    """The handlers. There are no packs of WhatsApp itself (`namespace=whatsapp`)."""

    callers: Callers
    packs: DocumentCollection[Pack]
    shelf: MediaShelf
    keys: KeyMaker

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("GET", _PACKS, self.list, "onprem.stickerpacks"),
            Route("POST", _PACKS, self.add, "onprem.add_stickerpack"),
            Route("GET", _PACK, self.get, "onprem.stickerpack"),
            Route("PATCH", _PACK, self.patch, "onprem.set_stickerpack"),
            Route("DELETE", _PACK, self.delete, "onprem.delete_stickerpack"),
            Route("GET", _STICKERS, self.list_stickers, "onprem.stickers"),
            Route("POST", _STICKERS, self.add_sticker, "onprem.add_sticker"),
            Route("GET", _STICKER, self.get_sticker, "onprem.sticker"),
            Route("PATCH", _STICKER, self.patch_sticker, "onprem.set_sticker"),
            Route("DELETE", _STICKER, self.delete_sticker, "onprem.delete_sticker"),
        ]

    async def list(self, request: Request) -> Response:
        """List the packs."""
        number = self.callers.owner(request)
        packs = [] if _is_whatsapps(request) else await self.packs.list(number.id)
        return Response(200, onprem.answer(stickerpacks=[{"id": pack_id} for pack_id, _ in packs]))

    async def add(self, request: Request) -> Response:
        """Make a pack."""
        number = self._changing(request)
        given = parse(_NewPack, await json_body(request))
        pack_id = str(self.keys.next())
        await self.packs.put(number.id, Pack(**msgspec.structs.asdict(given)), pack_id)
        return Response(201, onprem.answer(stickerpacks=[{"id": pack_id}]))

    async def get(self, request: Request) -> Response:
        """Show a pack, without its stickers."""
        pack = await self._pack(request, self.callers.owner(request))
        shown = {name: value for name, value in msgspec.structs.asdict(pack).items() if value and name != "stickers"}
        return Response(200, onprem.answer(stickerpacks=[shown]))

    async def patch(self, request: Request) -> Response:
        """Change what the body holds of a pack."""
        number = self._changing(request)
        given = _given(parse(_PackChange, await json_body(request)))
        await self._change(request, number, lambda pack: msgspec.structs.replace(pack, **given))
        return Response(200, onprem.DONE)

    async def delete(self, request: Request) -> Response:
        """Delete a pack; the files of its stickers stay."""
        number = self._changing(request)
        if not await self.packs.remove(number.id, request.params["pack_id"]):
            raise _unknown(request)
        return Response(200, onprem.DONE)

    async def list_stickers(self, request: Request) -> Response:
        """List the stickers of a pack."""
        pack = await self._pack(request, self.callers.owner(request))
        return Response(200, onprem.answer(stickers=[{"index": int(index)} for index in pack.stickers]))

    async def add_sticker(self, request: Request) -> Response:
        """Add a sticker to a pack, by the id of an uploaded file."""
        number = self._changing(request)
        sticker = parse(Sticker, await json_body(request))
        await self._must_be_there(number, sticker.image_data_id)
        pack = await self._change(request, number, lambda pack: _with_another(pack, sticker))
        return Response(201, onprem.answer(stickers=[{"index": max(map(int, pack.stickers))}]))

    async def get_sticker(self, request: Request) -> Response:
        """Show a sticker; its `id` is what a message names."""
        pack = await self._pack(request, self.callers.owner(request))
        sticker = _sticker(pack, request.params["index"])
        shown = {"id": sticker.image_data_id, "emojis": sticker.emojis, "image_data_id": sticker.image_data_id}
        return Response(200, onprem.answer(stickers=[shown]))

    async def patch_sticker(self, request: Request) -> Response:
        """Change what the body holds of a sticker."""
        number, index = self._changing(request), request.params["index"]
        change = parse(_StickerChange, await json_body(request))
        if change.image_data_id is not None:
            await self._must_be_there(number, change.image_data_id)

        def changed(pack: Pack) -> Pack:
            return _with(pack, index, msgspec.structs.replace(_sticker(pack, index), **_given(change)))

        await self._change(request, number, changed)
        return Response(200, onprem.DONE)

    async def delete_sticker(self, request: Request) -> Response:
        """Take a sticker out of a pack."""
        number, index = self._changing(request), request.params["index"]
        await self._change(request, number, lambda pack: _without(pack, index))
        return Response(200, onprem.DONE)

    def _changing(self, request: Request) -> Number:
        number = self.callers.owner(request)
        if _is_whatsapps(request):
            raise Refusal(UNKNOWN_OBJECT, "The packs of WhatsApp itself cannot be changed.")
        return number

    async def _pack(self, request: Request, number: Number) -> Pack:
        pack = None if _is_whatsapps(request) else await self.packs.get(number.id, request.params["pack_id"])
        if pack is None:
            raise _unknown(request)
        return pack

    async def _change(self, request: Request, number: Number, change: Callable[[Pack], Pack]) -> Pack:
        """Keep what a change makes of a pack, and return it. Raises Refusal."""

        def changed(pack: Pack | None) -> Pack:
            if pack is None:
                raise _unknown(request)
            return change(pack)

        return await self.packs.change(number.id, changed, request.params["pack_id"])

    async def _must_be_there(self, number: Number, media_id: str) -> None:
        if await self.shelf.find(number.id, media_id) is None:
            raise Refusal(INVALID_VALUE, "Parameter 'image_data_id' is not the id of an uploaded file.")


def _unknown(request: Request) -> Refusal:
    return Refusal(UNKNOWN_OBJECT, f"There is no sticker pack '{request.params['pack_id'][:64]}'.")


def _is_whatsapps(request: Request) -> bool:
    return request.query.get("namespace") == "whatsapp"


def _given(change: Struct) -> dict[str, object]:
    return {name: value for name, value in msgspec.structs.asdict(change).items() if value is not None}


def _with(pack: Pack, index: str, sticker: Sticker) -> Pack:
    return msgspec.structs.replace(pack, stickers={**pack.stickers, index: sticker})


def _with_another(pack: Pack, sticker: Sticker) -> Pack:
    if len(pack.stickers) >= MAX_STICKERS:
        raise Refusal(INVALID_VALUE, f"The pack has {MAX_STICKERS} stickers, which is the most.")
    return _with(pack, str(1 + max(map(int, pack.stickers), default=-1)), sticker)


def _without(pack: Pack, index: str) -> Pack:
    _sticker(pack, index)
    rest = {place: sticker for place, sticker in pack.stickers.items() if place != index}
    return msgspec.structs.replace(pack, stickers=rest)


def _sticker(pack: Pack, index: str) -> Sticker:
    """Return a sticker of a pack. Raises Refusal."""
    sticker = pack.stickers.get(index)
    if sticker is None:
        raise Refusal(UNKNOWN_OBJECT, f"There is no sticker {index[:20]} in this pack.")
    return sticker
