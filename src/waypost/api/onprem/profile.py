"""What a business says of itself: the same profile as on every other face, in the paths of this one.

# spec: on-premises-api.md#7.2, on-premises-api.md#7.3
"""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from waypost.api.bodies import json_body
from waypost.api.multipart import FormLimits, is_multipart, read_form
from waypost.api.onprem.callers import Callers
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.callers import UNKNOWN_OBJECT
from waypost.errors.requests import BAD_MEDIA
from waypost.flows.documents import DocumentCollection, OnePerNumber
from waypost.flows.media_urls import MediaURLs
from waypost.wire import onprem
from waypost.wire.changes import given
from waypost.wire.onprem.verticals import word_of
from waypost.wire.profile import Profile as Stored
from waypost.wire.profile import ProfileChange
from waypost.wire.reading import parse

MAX_PHOTO_BYTES = 5 * 1024 * 1024

_PROFILE = "/v1/settings/business/profile"
_ABOUT = "/v1/settings/profile/about"
_PHOTO = "/v1/settings/profile/photo"
_MAGIC = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))

_Text = Annotated[str, Meta(max_length=256)]


class _Business(Struct, forbid_unknown_fields=True):
    address: _Text | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=512)] | UnsetType = UNSET
    email: Annotated[str, Meta(max_length=128)] | UnsetType = UNSET
    vertical: Annotated[str, Meta(max_length=128)] | UnsetType = UNSET
    websites: Annotated[list[_Text], Meta(max_length=2)] | UnsetType = UNSET


class _About(Struct):
    text: Annotated[str, Meta(min_length=1, max_length=139)]


class Photo(Struct, frozen=True):
    """The picture of a number."""

    mime: str
    data: bytes


class Line(Struct, frozen=True):
    """The line of business as it was written, and the word that it became."""

    text: str
    word: str


class _Bytes:
    """Gathers a file that comes as a form."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    async def write(self, data: bytes) -> None:
        self.pieces.append(data)


class Profile(Struct, frozen=True):
    """The handlers. The line of business is kept as it was written as long as nobody changes it elsewhere."""

    callers: Callers
    profiles: OnePerNumber[Stored]
    photos: DocumentCollection[Photo]
    lines: DocumentCollection[Line]
    urls: MediaURLs

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("GET", _PROFILE, self.get, "onprem.get_profile"),
            Route("POST", _PROFILE, self.post, "onprem.set_profile"),
            Route("GET", _ABOUT, self.get_about, "onprem.get_about"),
            Route("PATCH", _ABOUT, self.set_about, "onprem.set_about"),
            Route("GET", _PHOTO, self.get_photo, "onprem.get_photo"),
            Route("POST", _PHOTO, self.set_photo, "onprem.set_photo"),
            Route("DELETE", _PHOTO, self.delete_photo, "onprem.delete_photo"),
        ]

    async def get(self, request: Request) -> Response:
        """Return the business profile."""
        number = self.callers.owner(request)
        profile, line = await self.profiles.get(number), await self.lines.get(number.id)
        shown = {name: value for name in _Business.__struct_fields__ if (value := getattr(profile, name))}
        if line is not None and line.text and line.word == profile.vertical:
            shown["vertical"] = line.text
        return Response(200, onprem.answer(settings={"business": {"profile": shown}}))

    async def post(self, request: Request) -> Response:
        """Change what the body holds of the business profile."""
        number = self.callers.owner(request)
        change = parse(_Business, await json_body(request))
        wanted = given(change)
        if isinstance(change.vertical, str):
            wanted["vertical"] = word_of(change.vertical) if change.vertical else ""
            await self.lines.put(number.id, Line(change.vertical, wanted["vertical"]))
        await self.profiles.change(number, ProfileChange(**wanted))
        return Response(200, onprem.DONE)

    async def get_about(self, request: Request) -> Response:
        """Return the line about the business."""
        about = (await self.profiles.get(self.callers.owner(request))).about
        return Response(200, onprem.answer(settings={"profile": {"about": {"text": about}}}))

    async def set_about(self, request: Request) -> Response:
        """Change the line about the business."""
        number = self.callers.owner(request)
        about = parse(_About, await json_body(request)).text
        await self.profiles.change(number, ProfileChange(about=about))
        return Response(200, onprem.DONE)

    async def get_photo(self, request: Request) -> Response:
        """Return the bytes of the picture, or with `format=link` where they are."""
        number = self.callers.owner(request)
        photo = await self.photos.get(number.id)
        if photo is None:
            raise Refusal(UNKNOWN_OBJECT, "There is no photo.")
        if request.query.get("format") == "link":
            return Response(200, onprem.answer(settings={"profile": {"photo": {"link": _link(self.urls)}}}))
        return Response(200, photo.data, content_type=photo.mime, headers=[(b"x-content-type-options", b"nosniff")])

    async def set_photo(self, request: Request) -> Response:
        """Take a picture: as the body, or as the part `file` of a form."""
        number = self.callers.owner(request)
        data = await (_file_of(request) if is_multipart(request) else request.body(MAX_PHOTO_BYTES))
        await self.photos.put(number.id, photo_of(data))
        await self.profiles.change(number, picture(self.urls))
        return Response(200, onprem.DONE)

    async def delete_photo(self, request: Request) -> Response:
        """Take the picture away."""
        number = self.callers.owner(request)
        if not await self.photos.remove(number.id):
            raise Refusal(UNKNOWN_OBJECT, "There is no photo.")
        await self.profiles.change(number, ProfileChange(profile_picture_url="", profile_picture_handle=""))
        return Response(200, onprem.DONE)


def photo_of(data: bytes) -> Photo:
    """Return the picture that a file is. Raises Refusal if it is none."""
    mime = next((mime for magic, mime in _MAGIC if data.startswith(magic)), None)
    if mime is None:
        raise Refusal(BAD_MEDIA, "The photo is neither a JPEG nor a PNG.")
    return Photo(mime, data)


def picture(urls: MediaURLs) -> ProfileChange:
    """Return the change that shows the photo, and no picture of an upload any more."""
    return ProfileChange(profile_picture_url=_link(urls), profile_picture_handle="")


def _link(urls: MediaURLs) -> str:
    return urls.base_url + _PHOTO


async def _file_of(request: Request) -> bytes:
    sink = _Bytes()
    form = await read_form(request, sink, FormLimits(file_bytes=MAX_PHOTO_BYTES))
    if form.file is None:
        raise Refusal(BAD_MEDIA, "The part 'file' is missing: the picture.")
    return b"".join(sink.pieces)
