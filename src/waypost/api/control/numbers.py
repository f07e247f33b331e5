"""Management: numbers and their webhooks."""

from collections.abc import Callable
from functools import partial

from msgspec import UNSET, Struct, structs
from msgspec.structs import asdict, replace

from waypost.api.control.answers import answer, body_of, known_number, number_in
from waypost.api.control.topics import ABSENT, REFUSED, V1
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE, MISSING_PARAMETER
from waypost.flows.directory import Directory
from waypost.flows.registration import Registration
from waypost.flows.standing import Standings
from waypost.flows.subscribe import Subscribe
from waypost.lib import phone
from waypost.lib.clock import at
from waypost.lib.ids import new_secret
from waypost.model import Callbacks, Number, NumberId
from waypost.rules.callbacks import main_callback
from waypost.wire.changes import changed, given
from waypost.wire.control.base import Success
from waypost.wire.control.numbers import (
    AddedNumber,
    NewNumber,
    NumberChange,
    NumberDetail,
    NumberList,
    NumberPatch,
    NumberView,
    PatchedNumber,
    PlatformView,
    WebhookView,
    WebhookWish,
)

GoOn = Callable[[], None]
"""Starts the deliveries that had to wait for no reason but a pause."""


class Numbers(Struct, frozen=True):
    """The handlers, with the flows they use; `subscribe` is the operator's, which trusts every address."""

    directory: Directory
    subscribe: Subscribe
    registration: Registration
    standings: Standings
    go_on: GoOn

    def routes(self) -> list[Route]:
        """Return the paths."""
        place = f"{V1}/numbers"
        one = f"{place}/{{phone_number_id}}"
        return [
            Route("GET", place, self.list, "numbers", None, NumberList, REFUSED),
            Route("POST", place, self.add, "add_number", NewNumber, AddedNumber, REFUSED),
            Route("PUT", one, self.put, "change_number", NumberChange, NumberView, ABSENT),
            Route("GET", one, self.get, "number", None, NumberDetail, ABSENT),
            Route("PATCH", one, self.patch, "patch_number", NumberPatch, PatchedNumber, ABSENT),
            Route("DELETE", f"{one}/webhook", self.remove_webhook, "remove_webhook", None, Success, ABSENT),
        ]

    async def list(self, request: Request) -> Response:
        """List the business numbers."""
        _ = request
        return answer(NumberList([_view(number) for number in self.directory.numbers()]))

    async def add(self, request: Request) -> Response:
        """Add a number, to the account of the first unless another is named.

        The answer has its token and app secret, this once.
        """
        wish = await body_of(request, NewNumber)
        number = self._new(wish)
        if await self.directory.change_number(number, lambda now: now) != number:  # another request was sooner
            raise _is_there(number.digits)
        token = new_secret()
        await self.directory.grant(token, number.id)
        view = _view(number)
        return answer(AddedNumber(**structs.asdict(view), token=token, app_secret=number.app_secret))

    async def put(self, request: Request) -> Response:
        """Change a number's name, callback dialect, webhook, or how the platform regards it.

        A webhook with a verify_token is asked for its hub.challenge first. It may be on loopback or in a private
        network: who has the admin token decides that.
        """
        number = self._number(request)
        change = await body_of(request, NumberChange)
        if change.webhook is None:
            await self.subscribe.remove(number)
        elif isinstance(change.webhook, WebhookWish):
            await self._subscribe(number, change.webhook)
        return answer(_view(await self.directory.change_number(number, partial(_changed, change=change))))

    async def get(self, request: Request) -> Response:
        """Show a number as the platform regards it, with the verification code that waits to be given back."""
        return answer(await self._detail(self._number(request)))

    async def patch(self, request: Request) -> Response:
        """Play the platform for a number: quality, limits, registration, name, test list; its app secret; its pause.

        For 24 h of platform time `webhook-signature` carries both signatures, the new one first;
        `X-Hub-Signature-256` has room for the new one only. A secret in the settings counts again at the next start.
        """
        number = self._number(request)
        change = await body_of(request, NumberPatch)
        is_given = change.app_secret is not UNSET
        if change == NumberPatch() or (is_given and change.rotate_app_secret):
            raise Refusal(INVALID_VALUE, "Give something to change; of a secret app_secret or rotate_app_secret: true.")
        number = await self._regard(self.directory.number(number.id) or number, change)
        made = new_secret() if change.rotate_app_secret else None
        if is_given or made:
            number = await self.directory.change_secret(number, made or str(change.app_secret))
        if isinstance(change.webhook_paused, bool):
            rest = partial(replace, webhook_paused=change.webhook_paused)
            number = await self.directory.change_number(number, rest)
            self.go_on()
        until = at(number.former_secret.until_ms) if number.former_secret else None
        detail = structs.asdict(await self._detail(number))
        return answer(PatchedNumber(**detail, app_secret=made, former_secret_until=until))

    async def remove_webhook(self, request: Request) -> Response:
        """Send a number's events nowhere; those that wait are cancelled."""
        await self.subscribe.remove(self._number(request))
        return answer(Success())

    def _new(self, wish: NewNumber) -> Number:
        """Return the number that is wished for. Raises Refusal if it is there."""
        digits = number_in(wish)
        if digits is None:
            raise Refusal(MISSING_PARAMETER, "Parameter 'number' is mandatory")
        number_id = NumberId(int(digits))
        if str(number_id) != digits or self.directory.number(number_id) is not None:
            raise _is_there(digits)
        there = self.directory.numbers()
        return Number(
            id=number_id,
            waba_id=_account_of(wish.waba_id, there) or number_id,
            name=wish.name,
            app_secret=new_secret(),
            callback_dialect=wish.callback_dialect,
            callbacks=Callbacks(account=there[0].callbacks.account if there else None),
        )

    async def _subscribe(self, number: Number, wish: WebhookWish) -> None:
        if wish.verify_token is None:
            await self.subscribe.unverified(number, wish.url, wish.headers)
            return
        if wish.headers:
            raise Refusal(
                INVALID_VALUE, "webhook.headers: leave them out beside a verify_token, or the token beside them."
            )
        await self.subscribe.verified(number, wish.url, wish.verify_token)

    async def _regard(self, number: Number, change: NumberPatch) -> Number:
        """Let the platform think of a number as the change says."""
        known = asdict(number.standing)
        plain = {name: value for name, value in given(change).items() if name in known}
        if (listed := plain.get("test_recipients")) is not None:
            plain["test_recipients"] = tuple(phone.wa_id(digits) for digits in listed)
        decision = plain.pop("name_status", None)
        is_decision = decision in ("APPROVED", "DECLINED")
        if decision and not is_decision:
            plain["name_status"] = decision
        if plain:
            number = await self.standings.change(number, replace(number.standing, **plain))
        if change.deleted:
            await self.registration.deleted(number)
        if is_decision:
            approved = decision == "APPROVED"
            number = await self.standings.decide_on_name(number, approved=approved, reason=change.name_reason)
        return number

    async def _detail(self, number: Number) -> NumberDetail:
        view, standing = _view(number), number.standing
        return NumberDetail(
            **structs.asdict(view),
            quality=standing.quality,
            throughput=standing.throughput,
            tier=standing.tier,
            registered=standing.registered,
            verified=standing.verified,
            name_status=standing.name_status,
            new_name=standing.new_name,
            has_pin=standing.pin is not None,
            missing_products=list(standing.missing_products),
            verification_code=await self.registration.pending_code(number),
            test_recipients=None if standing.test_recipients is None else list(standing.test_recipients),
        )

    def _number(self, request: Request) -> Number:
        return known_number(self.directory, request.params["phone_number_id"])


def _is_there(digits: str) -> Refusal:
    return Refusal(INVALID_VALUE, f"number: {digits} is there already, or begins with a zero.")


def _account_of(wanted: str | None, there: list[Number]) -> int | None:
    if wanted is not None:
        return int(wanted)
    return there[0].waba_id if there else None


def _view(number: Number) -> NumberView:
    hook = main_callback(number, "message")
    webhook = WebhookView(hook.url, [name for name, _ in hook.headers], hook.disabled) if hook else None
    platform = PlatformView(number.graph_version, number.webhook_shape, number.identity_check)
    return NumberView(
        number.digits,
        str(number.waba_id),
        number.name,
        number.callback_dialect,
        webhook,
        number.webhook_paused,
        platform,
    )


def _changed(number: Number, change: NumberChange) -> Number:
    if change.name is not UNSET:
        number = replace(number, name=change.name)
    if change.callback_dialect is not UNSET:
        number = replace(number, callback_dialect=change.callback_dialect)
    if change.contacts_mode is not UNSET:
        number = replace(number, onprem=replace(number.onprem, contacts_mode=change.contacts_mode))
    return number if change.platform is UNSET else changed(number, change.platform)
