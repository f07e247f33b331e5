"""Phone numbers: what there is to know of one, and what a business may change.

# spec: cloud-api.md#13.4
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from waypost.api.cloud.callers import Callers
from waypost.api.cloud.errors import unknown_object
from waypost.api.cloud.paging import page_answer, paged
from waypost.api.cloud.parameters import parameters
from waypost.api.cloud.topics import Node, Topic
from waypost.api.cloud.webhooks import Webhooks
from waypost.api.routing import Request, Response, json_response
from waypost.errors import Refusal
from waypost.errors.requests import MISSING_PARAMETER
from waypost.flows.accounts import BusinessAccounts
from waypost.flows.directory import Directory
from waypost.flows.documents import DocumentCollection, OnePerNumber
from waypost.flows.registration import Registration
from waypost.flows.standing import Standings
from waypost.lib import phone
from waypost.model import Number
from waypost.wire import cloud
from waypost.wire.automation import Automation
from waypost.wire.changes import changed
from waypost.wire.fields import asked_fields, picked
from waypost.wire.numbers import (
    DEFAULT_FIELDS,
    NUMBER_FIELDS,
    CodeGiven,
    CodeRequest,
    NumberObject,
    NumberWish,
    RegisterRequest,
    Settings,
)


class Shown(Struct, frozen=True):
    """Gathers what is shown of a number."""

    directory: Directory
    accounts: BusinessAccounts
    automations: OnePerNumber[Automation]
    webhooks: Webhooks

    async def all_of(self, caller: Number, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return every number of the caller's account, with the wanted fields. Any: JSON objects. Raises Refusal."""
        wanted = asked_fields(query, DEFAULT_FIELDS, NUMBER_FIELDS)
        return [picked(await self.object(number, caller), wanted) for number in self.of_account(caller)]

    def of_account(self, caller: Number) -> list[Number]:
        """Return the numbers of the caller's account, in order."""
        return sorted(self.directory.of_account(caller.waba_id), key=lambda number: number.digits)

    async def object(self, number: Number, caller: Number) -> NumberObject:
        """Return everything that there is to know of a number; where its events go, only its own caller learns."""
        standing = number.standing
        return NumberObject(
            id=number.digits,
            display_phone_number=phone.display(number.digits),
            verified_name=number.name,
            quality_rating=standing.quality,
            code_verification_status="VERIFIED" if standing.verified else "NOT_VERIFIED",
            name_status=standing.name_status,
            new_display_name=standing.new_name,
            new_name_status=standing.new_name_status,
            throughput={"level": "HIGH" if standing.throughput >= 1_000 else "STANDARD"},
            status="CONNECTED" if standing.registered else "DISCONNECTED",
            account_mode="LIVE" if standing.test_recipients is None else "SANDBOX",
            platform_type="CLOUD_API" if standing.registered else "NOT_APPLICABLE",
            whatsapp_business_manager_messaging_limit=standing.tier,
            messaging_limit_tier=standing.tier,
            is_pin_enabled=standing.pin is not None,
            health_status=msgspec.to_builtins(self.accounts.health(number)),
            webhook_configuration=self.webhooks.configuration(number) if number.id == caller.id else {},
            conversational_automation={"id": number.digits, **msgspec.to_builtins(await self.automations.get(number))},
        )


class Numbers(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    shown: Shown
    registration: Registration
    standings: Standings
    settings: DocumentCollection[Settings]

    def meta(self) -> Topic:
        """Return what Meta's graph offers."""
        number = "/{phone_number_id}"
        route, counted = self.callers.route, self.callers.counted
        return Topic(
            [
                route("GET", "/{waba_id}/phone_numbers", self.list, "meta.numbers"),
                route("POST", f"{number}/request_code", self.request_code, "meta.request_code"),
                route("POST", f"{number}/verify_code", self.verify_code, "meta.verify_code"),
                route("POST", f"{number}/register", self.register, "meta.register"),
                route("POST", f"{number}/deregister", self.deregister, "meta.deregister"),
                route("GET", f"{number}/settings", self.get_settings, "meta.settings"),
                route("POST", f"{number}/settings", self.post_settings, "meta.change_settings"),
            ],
            [Node(self.is_number, get=counted(self.get), post=counted(self.post))],
        )

    def proxy(self) -> Topic:
        """Return what 360dialog offers: the key's number and its health.

        # spec: on-premises-api.md#10
        """
        route = self.callers.route
        return Topic(
            [
                route("GET", "/health_status", self.health, "proxy.health"),
                route("GET", "/v1/configs/phone_number", self.get, "proxy.number"),
            ]
        )

    def is_number(self, request: Request) -> bool:
        """Return whether the path names a number of the caller's account."""
        caller = self.callers.number(request)
        return self._sibling(caller, request.params["id"]) is not None

    async def get(self, request: Request) -> Response:
        """Return a number's `fields`; where the path names none, those of the caller's own."""
        caller = self.callers.number(request)
        number = self._sibling(caller, request.params.get("id", "")) or caller
        wanted = asked_fields(request.query, DEFAULT_FIELDS, NUMBER_FIELDS)
        return json_response(picked(await self.shown.object(number, caller), wanted))

    async def list(self, request: Request) -> Response:
        """List the numbers of an account, page by page."""
        caller = self.callers.account(request)
        wanted = asked_fields(request.query, DEFAULT_FIELDS, NUMBER_FIELDS)
        numbers, paging = paged(request, [(number.digits, number) for number in self.shown.of_account(caller)])
        data = [picked(await self.shown.object(number, caller), wanted) for number in numbers]
        return page_answer(data, paging)

    async def health(self, request: Request) -> Response:
        """Return how well the number is, with the account, the business and the app.

        # spec: cloud-api.md#13.10
        """
        number = self.callers.number(request)
        return json_response({"health_status": self.shown.accounts.health(number), "id": number.digits})

    async def post(self, request: Request) -> Response:
        """Set the two-step PIN, ask for another display name, or set the webhook of the number alone."""
        number = self._own(request)
        wish = await parameters(request, NumberWish)
        if wish == NumberWish():
            raise Refusal(MISSING_PARAMETER, "Give pin, new_display_name or webhook_configuration.")
        if wish.webhook_configuration:
            await self.shown.webhooks.override(number, wish.webhook_configuration)
        if wish.pin:
            await self.registration.set_pin(number, wish.pin)
            await self.standings.tell_of_pin(number)
        if wish.new_display_name:
            await self.standings.ask_for_name(self._own(request), wish.new_display_name)
        return Response(200, cloud.SUCCESS)

    async def request_code(self, request: Request) -> Response:
        """Ask for a verification code; no phone rings: the control API shows it."""
        number = self.callers.number(request)
        await parameters(request, CodeRequest)
        await self.registration.request_code(number)
        return Response(200, cloud.SUCCESS)

    async def verify_code(self, request: Request) -> Response:
        """Give the verification code back."""
        number = self.callers.number(request)
        await self.registration.verify_code(number, (await parameters(request, CodeGiven)).code)
        return json_response({"success": True, "id": number.digits})

    async def register(self, request: Request) -> Response:
        """Register the number with its PIN, so that it can send."""
        number = self.callers.number(request)
        await self.registration.register(number, (await parameters(request, RegisterRequest)).pin)
        return Response(200, cloud.SUCCESS)

    async def deregister(self, request: Request) -> Response:
        """Take the number off the platform."""
        await self.registration.deregister(self.callers.number(request))
        return Response(200, cloud.SUCCESS)

    async def get_settings(self, request: Request) -> Response:
        """Return the settings as they were stored."""
        number = self.callers.number(request)
        return json_response(await self.settings.get(number.id) or Settings())

    async def post_settings(self, request: Request) -> Response:
        """Store settings; a member that is given replaces the one there was.

        # spec: cloud-api.md#2: `recipient_identity_key_hash` counts only when the check of identities is on
        """
        number = self.callers.number(request)
        change = await parameters(request, Settings)
        if change == Settings():
            raise Refusal(MISSING_PARAMETER, f"Give at least one of {', '.join(Settings.__struct_fields__)}.")
        await self.settings.change(number.id, lambda now: changed(now or Settings(), change))
        if (wanted := change.checks_identities) is not None and wanted != number.identity_check:
            await self.callers.directory.change_number(number, lambda now: replace(now, identity_check=wanted))
        return Response(200, cloud.SUCCESS)

    def _own(self, request: Request) -> Number:
        number = self.callers.number(request)
        named = request.params["id"]
        if named != number.digits:
            raise unknown_object(named)
        return number

    def _sibling(self, caller: Number, name: str) -> Number | None:
        """Return the number of the caller's account that a path names."""
        found = self.callers.directory.number_named(name)
        return found if found and found.waba_id == caller.waba_id else None
