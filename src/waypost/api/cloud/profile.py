"""What a business says of itself.

# spec: cloud-api.md#13.5
"""

from dataclasses import dataclass

from waypost.api.bodies import json_body
from waypost.api.cloud.callers import Callers
from waypost.api.cloud.topics import Topic
from waypost.api.routing import Request, Response
from waypost.flows.profile import Profiles
from waypost.wire import cloud
from waypost.wire.fields import asked_fields
from waypost.wire.profile import FIELDS, ProfileRequest, profile_answer
from waypost.wire.reading import parse

_EDGE = "/whatsapp_business_profile"


@dataclass(frozen=True, slots=True)
class Profile:
    """The handlers."""

    callers: Callers
    profiles: Profiles

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
        return Response(200, profile_answer(await self.profiles.get(number), wanted))

    async def post(self, request: Request) -> Response:
        """Change the business profile."""
        number = self.callers.number(request)
        change = parse(ProfileRequest, await json_body(request))
        change.check()
        await self.profiles.change(number, change)
        return Response(200, cloud.SUCCESS)

    def _topic(self, path: str, face: str) -> Topic:
        route = self.callers.route
        return Topic(
            [
                route("GET", path, self.get, f"{face}.profile"),
                route("POST", path, self.post, f"{face}.change_profile"),
            ]
        )
