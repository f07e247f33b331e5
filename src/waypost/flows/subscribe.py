"""Subscribe: set where a number's events go, after the receiver has shown that it wants them.

# spec: cloud-api.md#7.1
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_PARAMETER
from waypost.flows.directory import Directory
from waypost.lib.ids import new_secret
from waypost.lib.links import BadLink, FetchPolicy, Link, parse_link
from waypost.lib.poster import NotPosted, Posted, Poster, Vet
from waypost.lib.targets import target_of
from waypost.lib.vetting import Resolver, vetted_addresses
from waypost.model import Endpoint, Number, NumberId, Webhook
from waypost.rules import callbacks

_HANDSHAKE_TIMEOUT = timedelta(seconds=10)
_MAX_HEADERS = 20
_OURS = {"host", "content-length", "content-type", "transfer-encoding", "connection"}

Endpoints = tuple[Endpoint, ...]
"""The further endpoints of a number."""


class Subscribe(Struct, frozen=True):
    """The flow, with the ports it uses."""

    directory: Directory
    poster: Poster
    policy: FetchPolicy
    fails_handshake: Callable[[NumberId], bool] = lambda _: False
    """Whether a fault rule wants the next verification to fail."""
    trusted: bool = False
    """The webhooks are the operator's wish, so that private and loopback addresses are allowed."""

    async def verified(self, number: Number, url: str, verify_token: str) -> None:
        """Set the number's one webhook once it has answered the challenge. Raises Refusal if it has not."""
        await self._set(number, await self.asked(number, url, verify_token))

    async def unverified(self, number: Number, url: str, headers: Mapping[str, str]) -> None:
        """Set the number's one webhook without asking it. Raises Refusal."""
        await self._set(number, self.unasked(url, headers))

    async def remove(self, number: Number) -> None:
        """Send the number's events nowhere, unless its account has an override; those that wait are cancelled."""
        await self._set(number, None)

    async def asked(self, number: Number, url: str, verify_token: str) -> Webhook:
        """Return a callback that has answered the challenge; nothing is set. Raises Refusal if it has not."""
        self._check(url)
        await self._handshake(number, url, verify_token)
        return Webhook(url, trusted=self.trusted)

    def unasked(self, url: str, headers: Mapping[str, str]) -> Webhook:
        """Return a callback that is not asked, and is sent these headers; nothing is set. Raises Refusal.

        # spec: cloud-api.md#7.3
        """
        self._check(url)
        _check_headers(headers)
        return Webhook(url, tuple(headers.items()), trusted=self.trusted)

    async def override_number(self, number: Number, webhook: Webhook | None) -> None:
        """Set or lift the number's override; without one its account's decides, or the app's own callback."""
        await self._change(number, number=webhook)

    async def override_account(self, number: Number, webhook: Webhook | None, *, override_all: bool = False) -> None:
        """Set or lift the override of the number's account; `override_all` takes the numbers' own away.

        # spec: cloud-api.md#7.3
        """
        changes = {"account": webhook, "number": None} if override_all else {"account": webhook}
        for each in self.directory.of_account(number.waba_id):
            await self._change(each, **changes)

    async def subscribe_app(self, number: Number, *, subscribed: bool) -> None:
        """Subscribe the number's app to its account, or end that."""
        await self._change(number, subscribed=subscribed)

    async def set_app(self, number: Number, webhook: Webhook | None, fields: tuple[str, ...] | None) -> None:
        """Set or take away the app's own callback, and the fields that it is told of."""
        await self.directory.change_number(
            number, lambda now: replace(now, webhook=webhook, callbacks=replace(now.callbacks, fields=fields))
        )

    async def change_further(self, number: Number, change: Callable[[Endpoints], Endpoints]) -> None:
        """Have `change` make other further endpoints of those there are, whoever else changes them.

        What waits for one that is gone is cancelled.
        """

        def changed(now: Number) -> Number:
            return replace(now, callbacks=replace(now.callbacks, further=change(now.callbacks.further)))

        await self.directory.change_number(number, changed)

    async def _set(self, number: Number, webhook: Webhook | None) -> None:
        await self.directory.change_number(number, lambda now: pointed(now, webhook))

    async def _change(self, of: Number, /, **changes: Any) -> None:  # Any: fields of Callbacks
        await self.directory.change_number(of, lambda now: replace(now, callbacks=replace(now.callbacks, **changes)))

    def _check(self, url: str) -> None:
        link = parse_link(url, self.policy)
        if isinstance(link, BadLink):
            raise Refusal(INVALID_PARAMETER, f"The webhook URL {link.reason}.")

    async def _handshake(self, number: Number, url: str, verify_token: str) -> None:
        challenge = new_secret()
        query = (("hub.mode", "subscribe"), ("hub.challenge", challenge), ("hub.verify_token", verify_token))
        roots = callbacks.roots_pem(number, number.callback_dialect)
        answer = await self.poster.get(url, query=query, timeout=_HANDSHAKE_TIMEOUT, roots_pem=roots)
        if self.fails_handshake(number.id):
            raise Refusal(INVALID_PARAMETER, "The webhook failed the verification request: a fault rule demands it.")
        if isinstance(answer, NotPosted):
            raise Refusal(INVALID_PARAMETER, f"The webhook did not answer the verification request: {answer.reason}.")
        if not _is_echo(answer, challenge):
            details = f"it answered {answer.status}, not 200 with the bare hub.challenge as its body"
            raise Refusal(INVALID_PARAMETER, f"The webhook failed the verification request: {details}.")


def pointed(number: Number, webhook: Webhook | None) -> Number:
    """Return a number whose one webhook is this; None: its events go nowhere, unless its account has an override."""
    return replace(number, webhook=webhook, callbacks=replace(number.callbacks, number=None))


def _is_echo(answer: Posted, challenge: str) -> bool:
    return answer.status == 200 and answer.body.strip() == challenge.encode("ascii")


def _check_headers(headers: Mapping[str, str]) -> None:
    if len(headers) > _MAX_HEADERS:
        raise Refusal(INVALID_PARAMETER, f"headers: {len(headers)} were given, at most {_MAX_HEADERS} are allowed.")
    for name, value in headers.items():
        token = name.replace("-", "").replace("_", "")
        if not (token.isascii() and token.isalnum()) or name.lower() in _OURS:
            raise Refusal(INVALID_PARAMETER, f"headers: '{name}' cannot be set.")
        if not (value.isascii() and value.isprintable()):
            raise Refusal(INVALID_PARAMETER, f"headers: the value of '{name}' is not printable ASCII.")


def webhook_vet(directory: Directory, policy: FetchPolicy, resolver: Resolver) -> Vet:
    """Return what decides where webhooks may go: where the operator said, and to public addresses.

    What the operator has set, on the command line or by the control API, may be on loopback or in a private network.
    """

    async def vet(host: str, port: int) -> str | None:
        if any(_is_at(hook, host, port) for number in directory.numbers() for hook in callbacks.callbacks(number)):
            return (await resolver.resolve(host))[0]
        addresses = await vetted_addresses(Link("https", host, port, "/"), policy, resolver)
        return addresses[0] if isinstance(addresses, list) else None

    return vet


def _is_at(webhook: Webhook, host: str, port: int) -> bool:
    if not webhook.trusted:
        return False
    target = target_of(webhook.url)
    return target is not None and (target.host, target.port) == (host, port)
