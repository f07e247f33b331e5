"""Where a number's events go, as the Cloud faces set it.

# spec: cloud-api.md#13.3
"""

from msgspec import Struct

from waypost.api import auth
from waypost.api.bodies import json_body
from waypost.api.cloud.callers import Callers
from waypost.api.cloud.errors import kept_by_proxy, unknown_object
from waypost.api.cloud.parameters import parameters
from waypost.api.cloud.topics import Topic
from waypost.api.routing import Request, Response, Route, json_response
from waypost.errors import Refusal
from waypost.errors.callers import UNKNOWN_OBJECT
from waypost.errors.requests import INVALID_PARAMETER
from waypost.flows.subscribe import Subscribe
from waypost.lib.sameness import is_same_secret
from waypost.model import Number, Webhook
from waypost.wire import cloud
from waypost.wire.reading import parse
from waypost.wire.webhooks import (
    FIELDS,
    OBJECT,
    AccountConfiguration,
    AppSubscription,
    Configuration,
    Subscription,
    WebhookConfiguration,
    field_names,
    subscribed_apps_answer,
    subscriptions_answer,
)


class Webhooks(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    subscribe: Subscribe

    def meta(self) -> Topic:
        """Return what Meta's graph offers."""
        apps, subscriptions = "/{waba_id}/subscribed_apps", "/{app_id}/subscriptions"
        return Topic(
            [
                Route("GET", apps, self.get_apps, "meta.subscribed_apps"),
                Route("POST", apps, self.post_apps, "meta.subscribe_app"),
                Route("DELETE", apps, self.delete_apps, "meta.unsubscribe_app"),
                Route("GET", subscriptions, self.get_subscriptions, "meta.subscriptions"),
                Route("POST", subscriptions, self.post_subscriptions, "meta.set_subscription"),
                Route("DELETE", subscriptions, self.delete_subscriptions, "meta.delete_subscription"),
            ]
        )

    def proxy(self) -> Topic:
        """Return what 360dialog offers."""
        return Topic(
            [
                Route("GET", "/v1/configs/webhook", kept_by_proxy(self.get_configuration), "proxy.get_webhook"),
                Route("POST", "/v1/configs/webhook", kept_by_proxy(self.post_configuration), "proxy.set_webhook"),
                Route(
                    "GET", "/waba_webhook", kept_by_proxy(self.get_account_configuration), "proxy.get_account_webhook"
                ),
                Route(
                    "POST", "/waba_webhook", kept_by_proxy(self.post_account_configuration), "proxy.set_account_webhook"
                ),
            ]
        )

    def configuration(self, number: Number) -> dict[str, str]:
        """Return the callbacks of a number in the order in which they come before each other."""
        own = number.callbacks
        named = {"phone_number": own.number, "whatsapp_business_account": own.account, "application": number.webhook}
        return {name: webhook.url for name, webhook in named.items() if webhook is not None}

    async def override(self, number: Number, wanted: WebhookConfiguration) -> None:
        """Set or remove the number's override. The handshake runs first. Raises Refusal."""
        webhook = await self._asked(number, wanted.override_callback_uri, wanted.verify_token)
        await self.subscribe.override_number(number, webhook)

    async def get_apps(self, request: Request) -> Response:
        """Return whether the token's app is subscribed to the account, and the account's override."""
        number = self.callers.account(request)
        subscribed, override = number.callbacks.subscribed, number.callbacks.account
        url = override.url if override else None
        return Response(
            200, subscribed_apps_answer(number.app_id, number.name, subscribed=subscribed, override_url=url)
        )

    async def post_apps(self, request: Request) -> Response:
        """Subscribe the token's app to the account, and set the account's override or, without a URL, lift it.

        The handshake runs first.
        """
        number = self.callers.account(request)
        wish = await parameters(request, AppSubscription)
        webhook = await self._asked(number, wish.override_callback_uri, wish.verify_token)
        await self.subscribe.override_account(number, webhook)
        await self.subscribe.subscribe_app(number, subscribed=True)
        return Response(200, cloud.SUCCESS)

    async def delete_apps(self, request: Request) -> Response:
        """Unsubscribe the token's app from the account: it is told nothing any more."""
        number = self.callers.account(request)
        await self.subscribe.override_account(number, None)
        await self.subscribe.subscribe_app(number, subscribed=False)
        return Response(200, cloud.SUCCESS)

    async def get_subscriptions(self, request: Request) -> Response:
        """Return the app's own callback and the fields that it is told of."""
        number = self._of_app(request)
        fields = FIELDS if number.callbacks.fields is None else number.callbacks.fields
        url = number.webhook.url if number.webhook else None
        return Response(200, subscriptions_answer(url, fields, number.graph_version))

    async def post_subscriptions(self, request: Request) -> Response:
        """Set the app's own callback and its fields. The handshake runs first."""
        number = self._of_app(request)
        wish = await parameters(request, Subscription)
        _check_object(wish.object)
        fields = None if wish.fields is None else _known_fields(field_names(wish.fields))
        webhook = await self.subscribe.asked(number, wish.callback_url, wish.verify_token)
        await self.subscribe.set_app(number, webhook, fields)
        return Response(200, cloud.SUCCESS)

    async def delete_subscriptions(self, request: Request) -> Response:
        """Take fields away from the app's subscription, or without `fields` the whole of it."""
        number = self._of_app(request)
        _check_object(request.query.get("object", OBJECT))
        gone = _known_fields(field_names(request.query.get("fields")))
        if not gone:
            await self.subscribe.set_app(number, None, None)
            return Response(200, cloud.SUCCESS)
        there = FIELDS if number.callbacks.fields is None else number.callbacks.fields
        await self.subscribe.set_app(number, number.webhook, tuple(name for name in there if name not in gone))
        return Response(200, cloud.SUCCESS)

    async def post_configuration(self, request: Request) -> Response:
        """Set the webhook of a 360dialog key: URL, and headers that every call carries. There is no handshake.

        # spec: cloud-api.md#7.3
        """
        number = self.callers.number(request)
        wanted = parse(Configuration, await json_body(request))
        await self.subscribe.override_number(number, self.subscribe.unasked(wanted.url, wanted.headers))
        return json_response(wanted)

    async def get_configuration(self, request: Request) -> Response:
        """Return what was set."""
        number = self.callers.number(request)
        return _configuration(number.callbacks.number or number.webhook, "this number")

    async def post_account_configuration(self, request: Request) -> Response:
        """Set the webhook of every number of the account that has none of its own, or with `override_all` of all."""
        number = self.callers.number(request)
        wanted = parse(AccountConfiguration, await json_body(request))
        webhook = self.subscribe.unasked(wanted.url, wanted.headers)
        await self.subscribe.override_account(number, webhook, override_all=wanted.override_all)
        return json_response(wanted)

    async def get_account_configuration(self, request: Request) -> Response:
        """Return what was set for the account."""
        return _configuration(self.callers.number(request).callbacks.account, "this account")

    async def _asked(self, number: Number, url: str, verify_token: str) -> Webhook | None:
        """Return the callback once it has answered; None for an empty URL. Raises Refusal."""
        return await self.subscribe.asked(number, url, verify_token) if url else None

    def _of_app(self, request: Request) -> Number:
        """Return the number whose app is named: to its token, or to the app's own, `id|secret`. Raises Refusal."""
        token = auth.bearer_token(request) or request.query.get("access_token") or ""
        app_id, bar, secret = token.partition("|")
        if bar:
            for number in self.callers.directory.numbers():
                if app_id == str(number.app_id) and is_same_secret(secret, number.app_secret):
                    return _with_app(number, request.params["app_id"])
        number = self.callers.number(request)
        return _with_app(number, request.params["app_id"])


def _with_app(number: Number, named: str) -> Number:
    if named != str(number.app_id):
        raise unknown_object(named)
    return number


def _configuration(webhook: Webhook | None, whose: str) -> Response:
    if webhook is None:
        raise Refusal(UNKNOWN_OBJECT, f"No webhook is configured for {whose}.")
    return json_response(Configuration(webhook.url, dict(webhook.headers)))


def _check_object(name: str) -> None:
    if name != OBJECT:
        raise Refusal(INVALID_PARAMETER, f"Parameter 'object' is {name[:40]!r}; it must be '{OBJECT}'.")


def _known_fields(names: list[str]) -> tuple[str, ...]:
    for name in names:
        if name not in FIELDS:
            raise Refusal(INVALID_PARAMETER, f"Parameter 'fields': there is no field {name[:60]!r}.")
    return tuple(dict.fromkeys(names))
