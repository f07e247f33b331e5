"""The settings of a number: where its callbacks go, and which.

# spec: on-premises-api.md#7.1
"""

from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from waypost.api.bodies import json_body
from waypost.api.onprem.callers import Callers
from waypost.api.routing import Request, Response, Route
from waypost.flows.directory import Directory
from waypost.flows.subscribe import Subscribe, pointed
from waypost.model import Number, OnPremSettings, Webhook
from waypost.rules.callbacks import main_callback
from waypost.wire import onprem
from waypost.wire.onprem_settings import ApplicationPatch, application, parse_application

_APPLICATION = "/v1/settings/application"


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
        with_patch = partial(_with_patch, patch=patch, webhook=self._webhook(number, patch))
        await self.directory.change_number(number, with_patch)
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


def _with_patch(number: Number, patch: ApplicationPatch, webhook: Webhook | None) -> Number:
    """Return a number as a patch makes it. A webhook at the URL that it has keeps its headers and the trust in it."""
    now = main_callback(number, "message")
    is_there = now is not None and now.url == patch.webhook_url
    if patch.webhook_url is not None and not is_there:
        number = pointed(number, webhook)
    dialect = "onprem" if patch.webhook_url else number.callback_dialect
    return replace(number, onprem=patch.applied(number.onprem), callback_dialect=dialect)


def as_at_first(number: Number) -> OnPremSettings:
    """Return the settings as before any was set; what is set elsewhere, by other paths, stays."""
    return OnPremSettings(contacts_mode=number.onprem.contacts_mode, shards=number.onprem.shards)
