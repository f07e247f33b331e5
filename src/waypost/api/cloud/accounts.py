"""Accounts, the business that owns them, the app, and whom a token belongs to.

# spec: cloud-api.md#13.11
"""

import msgspec
from msgspec import Struct

from waypost.api.cloud.callers import Callers
from waypost.api.cloud.errors import unknown_object
from waypost.api.cloud.numbers import Shown
from waypost.api.cloud.parameters import parameters
from waypost.api.cloud.topics import Node, Topic
from waypost.api.routing import Request, Response, Route, json_response
from waypost.errors import Refusal
from waypost.errors.callers import NO_TOKEN
from waypost.errors.requests import INVALID_PARAMETER, MISSING_PARAMETER
from waypost.flows.accounts import BUSINESS_ID, USER_ID, BusinessAccounts
from waypost.lib.sameness import is_same_secret
from waypost.model import Number
from waypost.wire.accounts import (
    ACCOUNT_FIELDS,
    APP_FIELDS,
    DEFAULT_FIELDS,
    NUMBERS_FIELD,
    AccountObject,
    AppObject,
    Exchange,
    no_token_answer,
    token_answer,
)
from waypost.wire.definitions import namespace
from waypost.wire.fields import asked_fields, nested_query, picked


class Accounts(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    accounts: BusinessAccounts
    numbers: Shown

    def meta(self) -> Topic:
        """Return what Meta's graph offers."""
        route, counted = self.callers.route, self.callers.counted
        return Topic(
            [
                route("GET", "/{business_id}/owned_whatsapp_business_accounts", self.owned, "meta.owned_accounts"),
                route("GET", "/{business_id}/client_whatsapp_business_accounts", self.clients, "meta.client_accounts"),
                route("GET", "/debug_token", self.debug_token, "meta.debug_token"),
                route("GET", "/me", self.me, "meta.me"),
                Route("GET", "/oauth/access_token", self.exchange, "meta.exchange_token"),
                Route("POST", "/oauth/access_token", self.exchange, "meta.exchange_token_post"),
            ],
            [
                Node(self._is_account, get=counted(self.get)),
                Node(self._is_app, get=counted(self.get_app)),
                Node(lambda request: request.params["id"] == str(BUSINESS_ID), get=counted(self.get_business)),
            ],
        )

    def proxy(self) -> Topic:
        """Return what 360dialog offers: nothing of this, a key is one number."""
        return Topic()

    async def get(self, request: Request) -> Response:
        """Return an account's `fields`."""
        number = self.callers.number(request)
        account = self._shown(number, request)
        if NUMBERS_FIELD in asked_fields(request.query, (), ACCOUNT_FIELDS):
            account[NUMBERS_FIELD] = {
                "data": await self.numbers.all_of(number, nested_query(request.query, NUMBERS_FIELD))
            }
        return json_response(account)

    async def get_app(self, request: Request) -> Response:
        """Return the app that the token belongs to."""
        number = self.callers.number(request)
        wanted = asked_fields(request.query, ("name", "category", "link"), APP_FIELDS)
        return json_response(picked(AppObject(id=str(number.app_id)), wanted))

    async def get_business(self, request: Request) -> Response:
        """Return the business that owns every account."""
        self.callers.number(request)
        wanted = asked_fields(request.query, ("name",), ("name", "verification_status"))
        shown = {"name": "Waypost", "verification_status": "verified"}
        return json_response({"id": str(BUSINESS_ID), **{name: shown[name] for name in wanted if name != "id"}})

    async def owned(self, request: Request) -> Response:
        """List the accounts of the business that the token may see: its own."""
        number = self._business(request)
        return json_response({"data": [self._shown(number, request)]})

    async def clients(self, request: Request) -> Response:
        """List the accounts of clients: the embedded network has none."""
        self._business(request)
        return json_response({"data": []})

    async def me(self, request: Request) -> Response:
        """Return the system user that the token belongs to."""
        self.callers.number(request)
        return json_response({"id": str(USER_ID), "name": "Waypost"})

    async def debug_token(self, request: Request) -> Response:
        """Tell what a token is: its account and what it may do, or that it is none."""
        caller = self.callers.number(request)
        token = request.query.get("input_token")
        if not token:
            raise Refusal(MISSING_PARAMETER, "Give the token to look at as input_token.")
        holder = self.callers.directory.holder(token)
        number = self.callers.directory.number(holder.number_id) if holder else None
        if number is None or number.waba_id != caller.waba_id:
            return Response(200, no_token_answer())
        return Response(200, token_answer(str(number.app_id), str(USER_ID), str(number.waba_id)))

    async def exchange(self, request: Request) -> Response:
        """Exchange a token for a long-lived one: with the app secret, the same, since it has no end."""
        wish = await parameters(request, Exchange)
        if wish.grant_type != "fb_exchange_token":
            raise Refusal(INVALID_PARAMETER, "Param grant_type must be 'fb_exchange_token'; there is no login here.")
        token = wish.fb_exchange_token
        holder = self.callers.directory.holder(token)
        number = self.callers.directory.number(holder.number_id) if holder and holder.kind == "key" else None
        if (
            number is None
            or not is_same_secret(wish.client_secret, number.app_secret)
            or wish.client_id != str(number.app_id)
        ):
            raise Refusal(NO_TOKEN, "The token, the app's id or its secret is wrong.")
        return json_response({"access_token": token, "token_type": "bearer"})

    def _is_account(self, request: Request) -> bool:
        return request.params["id"] == str(self.callers.number(request).waba_id)

    def _is_app(self, request: Request) -> bool:
        return request.params["id"] == str(self.callers.number(request).app_id)

    def _business(self, request: Request) -> Number:
        number = self.callers.number(request)
        if request.params["business_id"] != str(BUSINESS_ID):
            raise unknown_object(request.params["business_id"])
        return number

    def _shown(self, number: Number, request: Request) -> dict[str, object]:
        wanted = asked_fields(request.query, DEFAULT_FIELDS, ACCOUNT_FIELDS)
        account = self.accounts.get(number.waba_id)
        shown = AccountObject(
            id=str(number.waba_id),
            name=account.name,
            currency=account.currency,
            timezone_id=account.timezone_id,
            message_template_namespace=namespace(number.waba_id),
            account_review_status=account.review,
            status="DISABLED" if account.disabled else "ACTIVE",
            owner_business_info={"name": "Waypost", "id": str(BUSINESS_ID)},
            health_status=msgspec.to_builtins(self.accounts.account_health(number)),
        )
        return picked(shown, wanted)
