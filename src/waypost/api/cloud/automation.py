"""What a chat offers before anything was written, and the shop that it shows.

# spec: cloud-api.md#13.7, cloud-api.md#13.11
"""

from msgspec import Struct, structs

from waypost.api.cloud.callers import Callers
from waypost.api.cloud.parameters import parameters
from waypost.api.cloud.topics import Topic
from waypost.api.routing import Request, Response, json_response
from waypost.errors import Refusal
from waypost.errors.requests import MISSING_PARAMETER
from waypost.flows.documents import DocumentCollection, OnePerNumber
from waypost.wire import cloud
from waypost.wire.automation import Automation as Stored
from waypost.wire.automation import AutomationChange
from waypost.wire.changes import changed
from waypost.wire.commerce import Commerce, CommerceChange


class Automation(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    automations: OnePerNumber[Stored]
    commerce: DocumentCollection[Commerce]

    def meta(self) -> Topic:
        """Return what Meta's graph offers."""
        route = self.callers.route
        automation = "/{phone_number_id}/conversational_automation"
        commerce = "/{phone_number_id}/whatsapp_commerce_settings"
        return Topic(
            [
                route("GET", automation, self.get, "meta.automation"),
                route("POST", automation, self.post, "meta.change_automation"),
                route("GET", commerce, self.get_commerce, "meta.commerce"),
                route("POST", commerce, self.post_commerce, "meta.change_commerce"),
            ]
        )

    def proxy(self) -> Topic:
        """Return what 360dialog offers: nothing of this."""
        return Topic()

    async def get(self, request: Request) -> Response:
        """Return welcome message, prompts and commands."""
        number = self.callers.number(request)
        return json_response(await self.automations.get(number))

    async def post(self, request: Request) -> Response:
        """Change welcome message, prompts or commands."""
        number = self.callers.number(request)
        change = await parameters(request, AutomationChange)
        if change == AutomationChange():
            raise Refusal(MISSING_PARAMETER, "Give enable_welcome_message, prompts or commands.")
        await self.automations.change(number, change)
        return Response(200, cloud.SUCCESS)

    async def get_commerce(self, request: Request) -> Response:
        """Return whether the cart and the catalogue are shown."""
        number = self.callers.number(request)
        shown = await self.commerce.get(number.id) or Commerce()
        return json_response({"data": [{"id": number.digits, **structs.asdict(shown)}]})

    async def post_commerce(self, request: Request) -> Response:
        """Show or hide the cart and the catalogue."""
        number = self.callers.number(request)
        change = await parameters(request, CommerceChange)
        if change == CommerceChange():
            raise Refusal(MISSING_PARAMETER, "Give is_cart_enabled or is_catalog_visible.")
        await self.commerce.change(number.id, lambda now: changed(now or Commerce(), change))
        return Response(200, cloud.SUCCESS)
