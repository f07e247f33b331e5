"""The settings of a number: where its callbacks go and which, and the credentials for media links.

# spec: on-premises-api.md#7.1, on-premises-api.md#3.4
"""

from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from waypost.api.bodies import json_body
from waypost.api.onprem.callers import Callers
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.callers import UNKNOWN_OBJECT
from waypost.flows.directory import Directory
from waypost.flows.subscribe import Subscribe, pointed
from waypost.model import Number, OnPremSettings, Provider, Webhook
from waypost.ports import Records
from waypost.rules.callbacks import main_callback
from waypost.wire import onprem
from waypost.wire.onprem_settings import ApplicationPatch, application, parse_application, parse_provider

_APPLICATION = "/v1/settings/application"
_PROVIDERS = "/v1/settings/application/media/providers"


class Settings(Struct, frozen=True):
    """The handlers of `/v1/settings/application`.

    A client that sets `webhooks.url` here reads On-Premises callbacks, so the number's callbacks take that form from
    then on. Through `/v1/configs/webhook` the form stays as it is.
    """

    callers: Callers
    directory: Directory
    subscribe: Subscribe

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("GET", _APPLICATION, self.get, "onprem.get_settings"),
            Route("PATCH", _APPLICATION, self.patch, "onprem.set_settings"),
            Route("DELETE", _APPLICATION, self.delete, "onprem.reset_settings"),
        ]

    async def get(self, request: Request) -> Response:
        """Return every setting, set or not."""
        number = self.callers.admin(request)
        webhook = main_callback(number, "message")
        url = webhook.url if webhook else ""
        return Response(200, onprem.settings_answer(application(number.onprem, wa_id=number.digits, webhook_url=url)))

    async def patch(self, request: Request) -> Response:
        """Change the settings that the body holds; nothing is changed if one of them is wrong."""
        number = self.callers.admin(request)
        patch = parse_application(await json_body(request), wa_id=number.digits)
        await self.directory.change_number(number, partial(_patched, patch=patch, webhook=self._webhook(number, patch)))
        return Response(200, onprem.DONE)

    async def delete(self, request: Request) -> Response:
        """Go back to the defaults; the webhook is removed, as an empty URL is the default."""
        number = self.callers.admin(request)
        await self.directory.change_number(number, lambda now: replace(pointed(now, None), onprem=as_at_first(now)))
        return Response(200, onprem.DONE)

    def _webhook(self, number: Number, patch: ApplicationPatch) -> Webhook | None:
        """Return the webhook that a patch wants; one that is set already need not be allowed anew. Raises Refusal."""
        now = main_callback(number, "message")
        if now is not None and now.url == patch.webhook_url:
            return now
        return self.subscribe.unasked(patch.webhook_url, {}) if patch.webhook_url else None


class Providers(Struct, frozen=True):
    """The handlers of `/v1/settings/application/media/providers`, which 360dialog's host passes on too."""

    callers: Callers
    records: Records
    masked: bool = False

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("GET", _PROVIDERS, self.get, "onprem.get_providers"),
            Route("POST", _PROVIDERS, self.post, "onprem.set_provider"),
            Route("DELETE", f"{_PROVIDERS}/{{provider}}", self.delete, "onprem.delete_provider"),
        ]

    async def get(self, request: Request) -> Response:
        """Return the providers, passwords in clear text: this dialect does so, unless the operator masks them."""
        number = self.callers.owner(request)
        return Response(200, onprem.providers_answer(await self.records.load_providers(number.id), masked=self.masked))

    async def post(self, request: Request) -> Response:
        """Add one provider; one of the same name is overwritten."""
        number = self.callers.owner(request)
        given = parse_provider(await json_body(request))
        provider = Provider.of(given)
        await self.records.save_provider(number.id, provider)
        return Response(200, onprem.DONE)

    async def delete(self, request: Request) -> Response:
        """Delete one provider."""
        number = self.callers.owner(request)
        name = request.params["provider"]
        if not await self.records.delete_provider(number.id, name):
            raise Refusal(UNKNOWN_OBJECT, f"There is no media provider '{name[:200]}'.")
        return Response(200, onprem.DONE)


def _patched(number: Number, patch: ApplicationPatch, webhook: Webhook | None) -> Number:
    """Return a number as a patch makes it. A webhook at the URL that it has keeps its headers and the trust in it."""
    now = main_callback(number, "message")
    is_there = now is not None and now.url == patch.webhook_url
    if patch.webhook_url is not None and not is_there:
        number = pointed(number, webhook)
    dialect = "onprem" if patch.webhook_url else number.callback_dialect
    return replace(number, onprem=patched(number.onprem, patch), callback_dialect=dialect)


def as_at_first(number: Number) -> OnPremSettings:
    """Return the settings as before any was set; what is set elsewhere, by other paths, stays."""
    return OnPremSettings(contacts_mode=number.onprem.contacts_mode, shards=number.onprem.shards)


def patched(settings: OnPremSettings, patch: ApplicationPatch) -> OnPremSettings:
    """Return the settings with the changes that are not None."""
    names = (
        "backoff_step_ms", "backoff_max_ms", "max_concurrent_requests", "sent", "delivered", "read", "auto_download",
        "notify_number_change", "security_notifications", "callback_persist", "collect_messages", "collect_media",
    )  # fmt: skip
    given = {name: getattr(patch, name) for name in names if getattr(patch, name) is not None}
    return replace(settings, other=patch.merged(settings.other), **given)
