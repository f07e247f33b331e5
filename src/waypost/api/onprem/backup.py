"""Backup and restore: what a number is set to, in one blob that only a password opens; and two-step verification.

# spec: on-premises-api.md#7.4, on-premises-api.md#7.5
"""

from dataclasses import dataclass, replace
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from waypost.api.bodies import json_body
from waypost.api.onprem.callers import Callers
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.directory import Directory
from waypost.flows.profile import Profiles
from waypost.flows.subscribe import Subscribe
from waypost.lib import sealed
from waypost.model import Number, OnPremSettings, Provider, Webhook
from waypost.ports import Records
from waypost.wire import onprem
from waypost.wire.profile import Profile
from waypost.wire.reading import parse

MAX_BLOB_BYTES = 8 * 1024 * 1024

_TWO_STEP = "/v1/settings/account/two-step"

_Password = Annotated[str, Meta(min_length=1, max_length=256)]


class _Backup(Struct):
    password: _Password


class _Restore(Struct):
    password: _Password
    data: Annotated[str, Meta(min_length=1)]


class _Pin(Struct):
    pin: Annotated[str, Meta(pattern=r"^[0-9]{6}$(?!\n)")]


class _Contents(Struct):
    """What a blob holds."""

    settings: OnPremSettings
    profile: Profile
    providers: list[Provider] = []
    webhook: Webhook | None = None
    pin: str | None = None


@dataclass(frozen=True, slots=True)
class Backup:
    """The handlers."""

    callers: Callers
    directory: Directory
    records: Records
    profiles: Profiles
    subscribe: Subscribe

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("POST", "/v1/settings/backup", self.backup, "onprem.backup"),
            Route("POST", "/v1/settings/restore", self.restore, "onprem.restore"),
            Route("POST", _TWO_STEP, self.set_pin, "onprem.set_two_step"),
            Route("DELETE", _TWO_STEP, self.delete_pin, "onprem.delete_two_step"),
        ]

    async def backup(self, request: Request) -> Response:
        """Return the settings, the profile, the media providers and the PIN, sealed with the password."""
        number = self.callers.admin(request)
        password = parse(_Backup, await json_body(request)).password
        contents = _Contents(
            settings=number.onprem,
            profile=await self.profiles.get(number),
            providers=await self.records.load_providers(number.id),
            webhook=number.webhook,
            pin=number.standing.pin,
        )
        blob = await sealed.seal(msgspec.json.encode(contents), password)
        return Response(200, onprem.answer(settings={"data": blob}))

    async def restore(self, request: Request) -> Response:
        """Bring back what a backup holds; everything else stays."""
        number = self.callers.admin(request)
        given = parse(_Restore, await json_body(request, max_bytes=MAX_BLOB_BYTES))
        text = await sealed.unseal(given.data, given.password)
        if text is None:
            raise Refusal(
                INVALID_VALUE, "Parameter 'data' is no backup, or 'password' is not the one that it was made with."
            )
        await self._bring_back(number, msgspec.json.decode(text, type=_Contents))
        return Response(200, onprem.DONE)

    async def set_pin(self, request: Request) -> Response:
        """Set the PIN of the two-step verification."""
        number = self.callers.admin(request)
        await self._save_pin(number, parse(_Pin, await json_body(request)).pin)
        return Response(200, onprem.DONE)

    async def delete_pin(self, request: Request) -> Response:
        """Switch the two-step verification off."""
        await self._save_pin(self.callers.admin(request), None)
        return Response(200, onprem.DONE)

    async def _bring_back(self, number: Number, contents: _Contents) -> None:
        """Set everything; the webhook is checked anew, as a blob may come from where other addresses were allowed."""
        webhook = contents.webhook
        if webhook is not None and (number.webhook is None or number.webhook.url != webhook.url):
            await self.subscribe.unverified(number, webhook.url, dict(webhook.headers))
        for provider in contents.providers:
            await self.records.save_provider(number.id, provider)
        await self.profiles.drawer.put(number.id, contents.profile)
        now = self.directory.number(number.id) or number
        standing = replace(now.standing, pin=contents.pin)
        await self.directory.save_number(replace(now, onprem=contents.settings, standing=standing))

    async def _save_pin(self, number: Number, pin: str | None) -> None:
        now = self.directory.number(number.id) or number
        await self.directory.save_number(replace(now, standing=replace(now.standing, pin=pin)))
