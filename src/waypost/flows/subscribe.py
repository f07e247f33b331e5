"""Subscribe: set where a number's events go, after the receiver has shown that it wants them.

# spec: cloud-api.md#7.1
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from waypost.errors import Refusal
from waypost.errors.requests import INVALID_PARAMETER
from waypost.flows.directory import Directory
from waypost.lib.ids import new_secret
from waypost.lib.links import BadLink, FetchPolicy, Link, parse_link
from waypost.lib.poster import NotPosted, Posted, Poster, Vet
from waypost.lib.vetting import Resolver, vetted_addresses
from waypost.model import Number, Webhook

_HANDSHAKE_TIMEOUT = timedelta(seconds=10)
_MAX_HEADERS = 20
_OURS = {"host", "content-length", "content-type", "transfer-encoding", "connection"}


@dataclass(frozen=True, slots=True)
class Subscribe:
    """The flow, with the ports it uses."""

    directory: Directory
    poster: Poster
    policy: FetchPolicy
    trusted: bool = False
    """The webhooks are the operator's wish, so that private and loopback addresses are allowed."""

    async def verified(self, number: Number, url: str, verify_token: str) -> None:
        """Set a webhook once it has answered the challenge. Raises Refusal if it has not."""
        self._check(url)
        await self._handshake(url, verify_token)
        await self._set(number, Webhook(url, trusted=self.trusted))

    async def unverified(self, number: Number, url: str, headers: Mapping[str, str]) -> None:
        """Set a webhook that is known by the headers we send, as 360dialog and On-Premises do it. Raises Refusal."""
        self._check(url)
        _check_headers(headers)
        await self._set(number, Webhook(url, tuple(headers.items()), trusted=self.trusted))

    async def remove(self, number: Number) -> None:
        """Send the number's events nowhere; those that wait become dead letters."""
        await self._set(number, None)

    async def _set(self, number: Number, webhook: Webhook | None) -> None:
        current = self.directory.number(number.id) or number
        await self.directory.save_number(replace(current, webhook=webhook))

    def _check(self, url: str) -> None:
        link = parse_link(url, self.policy)
        if isinstance(link, BadLink):
            raise Refusal(INVALID_PARAMETER, f"The webhook URL {link.reason}.")

    async def _handshake(self, url: str, verify_token: str) -> None:
        challenge = new_secret()
        query = (("hub.mode", "subscribe"), ("hub.challenge", challenge), ("hub.verify_token", verify_token))
        answer = await self.poster.get(url, query=query, timeout=_HANDSHAKE_TIMEOUT)
        if isinstance(answer, NotPosted):
            raise Refusal(INVALID_PARAMETER, f"The webhook did not answer the verification request: {answer.reason}.")
        if not _is_echo(answer, challenge):
            details = f"it answered {answer.status}, not 200 with the bare hub.challenge as its body"
            raise Refusal(INVALID_PARAMETER, f"The webhook failed the verification request: {details}.")


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
        if any(_is_at(number.webhook, host, port) for number in directory.numbers()):
            return (await resolver.resolve(host))[0]
        addresses = await vetted_addresses(Link("https", host, port, "/"), policy, resolver)
        return addresses[0] if isinstance(addresses, list) else None

    return vet


def _is_at(webhook: Webhook | None, host: str, port: int) -> bool:
    if webhook is None or not webhook.trusted:
        return False
    parts = urlsplit(webhook.url)
    return (parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)) == (host, port)
