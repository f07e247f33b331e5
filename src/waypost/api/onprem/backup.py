"""Backup and restore: what a number is set to, in one blob that only a password opens.

# spec: on-premises-api.md#7.4
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct
from msgspec.structs import replace

from waypost.api.bodies import json_body
from waypost.api.onprem.callers import Callers
from waypost.api.onprem.certificates import MAX_BYTES as MAX_ROOTS_BYTES
from waypost.api.onprem.certificates import certificates
from waypost.api.onprem.profile import MAX_PHOTO_BYTES, Line, Photo, photo_of, picture
from waypost.api.onprem.settings import as_at_first
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE
from waypost.flows.directory import Directory
from waypost.flows.documents import DocumentCollection, OnePerNumber
from waypost.flows.media_urls import MediaURLs
from waypost.flows.subscribe import Subscribe
from waypost.lib import sealed
from waypost.model import Number, Webhook
from waypost.ports import Records
from waypost.wire import onprem
from waypost.wire.changes import changed
from waypost.wire.numbers import Pin
from waypost.wire.onprem.verticals import word_of
from waypost.wire.onprem_settings import application, parse_application
from waypost.wire.profile import Profile, ProfileChange
from waypost.wire.providers import parse_provider, providers_shown
from waypost.wire.reading import parse

MAX_BLOB_BYTES = 20 * 1024 * 1024
"""Room for the largest photo, which is in base64 three times, and as much again for the rest."""

_Password = Annotated[str, Meta(min_length=1, max_length=256)]


class _Backup(Struct):
    password: _Password


class _Restore(Struct):
    password: _Password
    data: Annotated[str, Meta(min_length=1)]


class _Contents(Struct):
    """What a blob holds: nothing that a client could not set otherwise, since anybody can seal what they like."""

    application: Raw
    profile: Raw
    providers: list[Raw] = []
    webhook: Webhook | None = None
    pin: Pin | None = None
    line: Annotated[str, Meta(max_length=128)] | None = None
    """The line of business as it was written, of which the profile has a word."""
    photo: Annotated[bytes, Meta(max_length=MAX_PHOTO_BYTES)] | None = None
    webhook_roots: Annotated[str, Meta(max_length=MAX_ROOTS_BYTES)] | None = None
    """What the TLS of the webhook may rest on, as PEM."""


class Backup(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    directory: Directory
    records: Records
    profiles: OnePerNumber[Profile]
    photos: DocumentCollection[Photo]
    lines: DocumentCollection[Line]
    urls: MediaURLs
    subscribe: Subscribe

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("POST", "/v1/settings/backup", self.backup, "onprem.backup"),
            Route("POST", "/v1/settings/restore", self.restore, "onprem.restore"),
        ]

    async def backup(self, request: Request) -> Response:
        """Return settings, profile, photo, providers, webhook, its trust anchor and PIN, sealed with the password."""
        number = self.callers.admin(request)
        password = parse(_Backup, await json_body(request)).password
        shown = application(number.onprem, wa_id=number.digits, webhook_url="")
        del shown["wa_id"]
        line, photo = await self.lines.get(number.id), await self.photos.get(number.id)
        providers = providers_shown(await self.records.load_providers(number.id), masked=False)
        contents = _Contents(
            application=Raw(msgspec.json.encode(shown)),
            profile=Raw(msgspec.json.encode(await self.profiles.get(number))),
            providers=[Raw(msgspec.json.encode([provider])) for provider in providers],
            webhook=number.webhook,
            pin=number.standing.pin,
            line=line.text if line is not None else None,
            photo=photo.data if photo is not None else None,
            webhook_roots=number.webhook_roots,
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
        await self._bring_back(number, _read(text))
        return Response(200, onprem.DONE)

    async def _bring_back(self, number: Number, contents: _Contents) -> None:
        """Set everything; the webhook is checked anew, as a blob may come from where other addresses were allowed."""
        patch = parse_application(bytes(contents.application), wa_id=number.digits)
        profile = changed(Profile(), parse(ProfileChange, bytes(contents.profile)))
        providers = [parse_provider(bytes(each)) for each in contents.providers]
        photo = photo_of(contents.photo) if contents.photo is not None else None
        roots = certificates(contents.webhook_roots.encode(), key=False) if contents.webhook_roots else None
        webhook = contents.webhook
        if webhook is not None and (number.webhook is None or number.webhook.url != webhook.url):
            await self.subscribe.unverified(number, webhook.url, dict(webhook.headers))
        for provider in providers:
            await self.records.save_provider(number.id, provider)
        if photo is not None:
            await self.photos.put(number.id, photo)
            profile = changed(profile, picture(self.urls))
        await self.profiles.put(number, profile)
        if contents.line:
            await self.lines.put(number.id, Line(contents.line, word_of(contents.line)))

        def change(now: Number) -> Number:
            standing = replace(now.standing, pin=contents.pin)
            settings = patch.applied(as_at_first(now))
            return replace(now, onprem=settings, standing=standing, webhook_roots=roots or now.webhook_roots)

        await self.directory.change_number(number, change)


def _read(text: bytes) -> _Contents:
    try:
        return msgspec.json.decode(text, type=_Contents)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refusal(INVALID_VALUE, "Parameter 'data' is no backup of this server.") from None
