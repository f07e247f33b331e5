"""Links to a chat, and their QR codes.

# spec: cloud-api.md#13.8
"""

import re

from msgspec import Struct

from waypost.api.cloud.callers import Callers
from waypost.api.cloud.errors import unknown_object
from waypost.api.cloud.paging import page_answer, paged
from waypost.api.cloud.parameters import parameters
from waypost.api.cloud.topics import Topic
from waypost.api.routing import Request, Response, Route, json_response
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_PARAMETER
from waypost.flows.documents import DocumentCollection
from waypost.lib.clock import Clock
from waypost.lib.ids import new_link_code, parse_digits
from waypost.lib.qr import TYPES, Picture, draw
from waypost.model import Number
from waypost.wire import cloud
from waypost.wire.fields import asked_fields
from waypost.wire.qr import DEFAULT_FIELDS, FIELDS, MAX_CODES, Link, LinkRequest, link_object, link_of

_EDGE = "/message_qrdls"
_FILE = re.compile(r"([A-Z0-9]{14})\.(svg|png)")
_FORMAT = re.compile(r"qr_image_url\.format\((SVG|PNG)\)", re.IGNORECASE)


class Links(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    links: DocumentCollection[Link]
    clock: Clock

    def meta(self) -> Topic:
        """Return what Meta's graph offers; the pictures are open to whoever has their address, as on the platform."""
        route, edge = self.callers.route, "/{phone_number_id}" + _EDGE
        return Topic(
            [
                route("GET", edge, self.list, "meta.links"),
                route("POST", edge, self.post, "meta.save_link"),
                route("GET", edge + "/{code}", self.get, "meta.link"),
                route("DELETE", edge + "/{code}", self.delete, "meta.delete_link"),
                Route("GET", "/whatsapp_business/qr/{phone_number_id}/{file}", self.picture, "meta.link_picture"),
            ]
        )

    def proxy(self) -> Topic:
        """Return what 360dialog offers: nothing of this."""
        return Topic()

    async def list(self, request: Request) -> Response:
        """List the links, page by page; `code` asks for one."""
        number = self.callers.number(request)
        if code := request.query.get("code"):
            return await self._one(request, number, code)
        wanted = asked_fields(request.query, DEFAULT_FIELDS, FIELDS)
        found = await self.links.list(number.id, limit=MAX_CODES)
        shown, paging = paged(request, [(code, (code, link)) for code, link in found])
        data = [link_object(code, link, wanted, _picture_url(request, number, code)) for code, link in shown]
        return page_answer(data, paging)

    async def get(self, request: Request) -> Response:
        """Return one link."""
        return await self._one(request, self.callers.number(request), request.params["code"])

    async def post(self, request: Request) -> Response:
        """Make a link, or with `code` change one; `generate_qr_image` adds the address of its picture."""
        number = self.callers.number(request)
        wish = await parameters(request, LinkRequest)
        code = wish.code or new_link_code()
        known = await self._link(number, code) if wish.code else None
        if known is None and len(await self.links.list(number.id, limit=MAX_CODES)) >= MAX_CODES:
            raise Refusal(INVALID_PARAMETER, f"A number has at most {MAX_CODES} QR codes; delete one first.")
        created = known.created if known else self.clock.now_ms() // 1000
        link = Link(wish.prefilled_message, created)
        await self.links.put(number.id, link, code)
        wanted = (*DEFAULT_FIELDS, "qr_image_url") if wish.generate_qr_image else DEFAULT_FIELDS
        image = _picture_url(request, number, code, wish.generate_qr_image.lower() or "svg")
        return json_response(link_object(code, link, wanted, image))

    async def delete(self, request: Request) -> Response:
        """Delete a link."""
        number = self.callers.number(request)
        if not await self.links.remove(number.id, request.params["code"]):
            raise unknown_object(request.params["code"])
        return Response(200, cloud.SUCCESS)

    async def picture(self, request: Request) -> Response:
        """Return the picture of a link's QR code."""
        found, owner = _FILE.fullmatch(request.params["file"]), parse_digits(request.params["phone_number_id"], 15)
        if found is None or owner is None:
            raise unknown_object(request.params["file"])
        if await self.links.get(owner, found[1]) is None:
            raise unknown_object(found[1])
        kind: Picture = "png" if found[2] == "png" else "svg"
        headers = [(b"x-content-type-options", b"nosniff"), (b"content-security-policy", b"default-src 'none'")]
        return Response(200, draw(link_of(found[1]), kind), content_type=TYPES[kind], headers=headers)

    async def _one(self, request: Request, number: Number, code: str) -> Response:
        wanted = asked_fields(request.query, DEFAULT_FIELDS, FIELDS)
        image = _picture_url(request, number, code)
        return json_response({"data": [link_object(code, await self._link(number, code), wanted, image)]})

    async def _link(self, number: Number, code: str) -> Link:
        found = await self.links.get(number.id, code)
        if found is None:
            raise unknown_object(code)
        return found


def _picture_url(request: Request, number: Number, code: str, kind: str | None = None) -> str:
    """Return the address of a picture; the guard has checked the Host header."""
    asked = _FORMAT.search(request.query.get("fields", ""))
    ending = kind or (asked[1].lower() if asked else "svg")
    return f"{request.origin}/whatsapp_business/qr/{number.digits}/{code}.{ending}"
