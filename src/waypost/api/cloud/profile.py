"""What a business says of itself.

# spec: cloud-api.md#13.5
"""

from msgspec import UNSET, Struct, structs

from waypost.api import auth
from waypost.api.cloud.callers import Callers
from waypost.api.cloud.errors import file_not_found
from waypost.api.cloud.parameters import parameters
from waypost.api.cloud.topics import Topic
from waypost.api.files import file_response
from waypost.api.routing import Answer, Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_PARAMETER
from waypost.flows.documents import OnePerNumber
from waypost.flows.media_urls import MediaURLs
from waypost.flows.uploads import Uploads
from waypost.model import Number
from waypost.wire import cloud
from waypost.wire.fields import asked_fields
from waypost.wire.profile import FIELDS, ProfileRequest, profile_answer
from waypost.wire.profile import Profile as Stored

_PICTURES = ("image/jpeg", "image/png")
_PICTURE = "/whatsapp_business/profile_picture"
_EDGE = "/whatsapp_business_profile"


class Profile(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    profiles: OnePerNumber[Stored]
    uploads: Uploads
    urls: MediaURLs

    def meta(self) -> Topic:
        """Return what Meta's graph offers."""
        return self._topic("/{phone_number_id}" + _EDGE, "meta")

    def proxy(self) -> Topic:
        """Return what 360dialog offers."""
        return self._topic(_EDGE, "proxy")

    async def get(self, request: Request) -> Response:
        """Return the business profile, or the `fields` of it that are asked for."""
        number = self.callers.number(request)
        wanted = asked_fields(request.query, FIELDS, FIELDS)
        profile = await self.profiles.get(number)
        if "profile_picture_url" in wanted and profile.profile_picture_handle:
            profile = structs.replace(profile, profile_picture_url=await self._picture_url(number, request, profile))
        return Response(200, profile_answer(profile, wanted))

    async def post(self, request: Request) -> Response:
        """Change the business profile."""
        number = self.callers.number(request)
        change = await parameters(request, ProfileRequest)
        change.check()
        if change.profile_picture_handle:
            await self._check_picture(number, change.profile_picture_handle)
        await self.profiles.change(number, structs.replace(change, profile_picture_url=UNSET))  # only shown
        return Response(200, cloud.SUCCESS)

    async def picture(self, request: Request) -> Answer:
        """Serve the profile picture at a looked-up URL; the credential is needed again."""
        caller = auth.either(request, self.callers.directory)
        media_id = self.urls.media_id(request.query)
        for number in auth.reached(request, caller, self.callers.directory):
            medium = await self.uploads.held(number, (await self.profiles.get(number)).profile_picture_handle)
            if medium is not None and media_id == str(medium.key):
                return await file_response(request, medium, self.uploads.shelf)
        return file_not_found()

    async def _check_picture(self, number: Number, handle: str) -> None:
        medium = await self.uploads.find(number, handle)
        if medium is None or medium.mime not in _PICTURES:
            wanted = "give the handle of an uploaded JPEG or PNG"
            raise Refusal(INVALID_PARAMETER, f"Param profile_picture_handle is '{handle[:60]}'; {wanted}.")

    async def _picture_url(self, number: Number, request: Request, profile: Stored) -> str:
        """Return an address that works for five minutes, with the credential, as those of media do."""
        medium = await self.uploads.held(number, profile.profile_picture_handle)
        if medium is None:
            return ""
        query = self.urls.url(medium, "").partition("?")[2]
        return f"{request.origin}{_PICTURE}?{query}"

    def _topic(self, path: str, face: str) -> Topic:
        route = self.callers.route
        return Topic(
            [
                route("GET", path, self.get, f"{face}.profile"),
                route("POST", path, self.post, f"{face}.change_profile"),
                Route("GET", _PICTURE, self.picture, f"{face}.profile_picture"),
            ]
        )
