"""Further endpoints: places beside a number's own callback that are told of all its events."""

from collections.abc import Sequence

from msgspec import UNSET, Struct
from msgspec.structs import replace

from waypost.api.control.answers import answer, body_of, known_number, unknown
from waypost.api.control.topics import ABSENT, V1
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.directory import Directory
from waypost.flows.subscribe import Subscribe
from waypost.lib.ids import KeyMaker
from waypost.model import Endpoint, Number, Webhook
from waypost.rules import callbacks
from waypost.wire.control.base import Success
from waypost.wire.control.endpoints import EndpointChange, EndpointList, EndpointView, EndpointWish
from waypost.wire.webhooks import FIELDS

_MOST_ENDPOINTS = 20


class Endpoints(Struct, frozen=True):
    """The handlers, with the flows they use; `subscribe` is the operator's, which trusts every address."""

    directory: Directory
    subscribe: Subscribe
    keys: KeyMaker

    def routes(self) -> list[Route]:
        """Return the paths."""
        place = f"{V1}/numbers/{{phone_number_id}}/webhooks"
        one = f"{place}/{{webhook_id}}"
        return [
            Route("GET", place, self.list, "webhooks", None, EndpointList, ABSENT),
            Route("POST", place, self.add, "add_webhook", EndpointWish, EndpointView, ABSENT),
            Route("PATCH", one, self.change, "change_webhook", EndpointChange, EndpointView, ABSENT),
            Route("DELETE", one, self.remove, "delete_webhook", None, Success, ABSENT),
        ]

    async def list(self, request: Request) -> Response:
        """List the further endpoints of a number; its own callback is not among them."""
        return answer(EndpointList([_view(one) for one in self._number(request).callbacks.further]))

    async def add(self, request: Request) -> Response:
        """Add an endpoint: it is told of every event from now on, whatever becomes of the others."""
        number, wish = self._number(request), await body_of(request, EndpointWish)
        if len(number.callbacks.further) >= _MOST_ENDPOINTS:
            raise Refusal(INVALID_VALUE, f"A number has at most {_MOST_ENDPOINTS} further endpoints; remove one first.")
        fields = _known_fields(wish.fields)
        webhook = await self._webhook(number, wish.url, wish.verify_token, wish.headers)
        one = Endpoint(f"ep_{self.keys.next()}", webhook, wish.secret, wish.callback_dialect, fields)
        await self.subscribe.change_further(number, lambda there: (*there, one))
        return answer(_view(one))

    async def change(self, request: Request) -> Response:
        """Change an endpoint; what waits for it goes where it is now."""
        number, before, change = self._number(request), self._endpoint(request), await body_of(request, EndpointChange)
        fields = before.fields if change.fields is UNSET else _known_fields(change.fields)
        webhook = await self._changed(number, before.webhook, change)
        one = replace(
            before,
            webhook=webhook,
            secret=before.secret if change.secret is UNSET else change.secret,
            dialect=before.dialect if change.callback_dialect is UNSET else change.callback_dialect,
            fields=fields,
        )
        await self.subscribe.change_further(
            number, lambda there: tuple(one if each.id == one.id else each for each in there)
        )
        return answer(_view(one))

    async def remove(self, request: Request) -> Response:
        """Remove an endpoint; what waits for it is cancelled when its time comes."""
        number, gone = self._number(request), self._endpoint(request)
        await self.subscribe.change_further(number, lambda there: tuple(each for each in there if each.id != gone.id))
        return answer(Success())

    async def _changed(self, number: Number, before: Webhook, change: EndpointChange) -> Webhook:
        if change.url is UNSET and change.headers is UNSET and change.verify_token is None:
            return before
        url = before.url if change.url is UNSET else change.url
        kept = {} if change.verify_token is not None else dict(before.headers)
        headers = kept if change.headers is UNSET else change.headers
        return await self._webhook(number, url, change.verify_token, headers)

    async def _webhook(self, number: Number, url: str, verify_token: str | None, headers: dict[str, str]) -> Webhook:
        webhook = self.subscribe.unasked(url, headers)
        if verify_token is not None:
            await self.subscribe.asked(number, url, verify_token)
        return webhook

    def _number(self, request: Request) -> Number:
        return known_number(self.directory, request.params["phone_number_id"])

    def _endpoint(self, request: Request) -> Endpoint:
        endpoint_id = request.params["webhook_id"]
        found = callbacks.endpoint(self._number(request), endpoint_id)
        if found is None:
            raise unknown("webhook", endpoint_id)
        return found


def _known_fields(names: Sequence[str] | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    for name in names:
        if name not in FIELDS:
            raise Refusal(INVALID_VALUE, f"fields: there is no {name[:60]!r}; there are {', '.join(FIELDS)}.")
    return tuple(dict.fromkeys(names))


def _view(one: Endpoint) -> EndpointView:
    return EndpointView(
        one.id,
        one.webhook.url,
        [name for name, _ in one.webhook.headers],
        has_secret=one.secret is not None,
        callback_dialect=one.dialect,
        fields=None if one.fields is None else list(one.fields),
        disabled=one.webhook.disabled,
    )
