"""What is tried with another business's things: every route that names one in its path, query, body or a header.

Routes with a part in their path are tried by themselves with every kind of thing that the part can name; what a route
needs besides to be answered well is in `NEEDS`. What a path does not show is listed in `FURTHER`. A route that is in
neither, and not said to name nothing, fails the test.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.hostile.tenants import PASSWORD, PNG, PROVIDER
from tests.support.templates import definition

from waypost.api.routing import Route

IT = "$it"
"""Stands for the thing that is tried; `$kind` stands for the caller's own of a kind."""
_PLACE = re.compile(r"\$(\w+)")
_PART = re.compile(r"\{(\w+)\}")
MESSAGE = {"messaging_product": "whatsapp", "to": "$contact"}


@dataclass(frozen=True)
class Needs:
    """What goes with a request besides its path."""

    json: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    data: bytes | None = None
    token: str | None = None
    """In place of the caller's own credential."""
    alike: bool = False
    """Whether the caller's own thing is answered as everybody else's."""


@dataclass(frozen=True)
class Try:
    """One request that names a thing."""

    route: Route
    kind: str
    path: str
    needs: Needs = Needs()

    @property
    def name(self) -> str:
        return f"{self.route.name} {self.kind}"


KINDS: Mapping[str, tuple[str, ...]] = {
    "phone_number_id": ("number",),
    "waba_id": ("account",),
    "app_id": ("app",),
    "business_id": ("account",),  # the business itself is the same for all
    "flow_id": ("app",),  # there are no flows and no groups
    "group_id": ("app",),
    "id": ("number", "account", "app", "media", "template", "upload"),
    "code": ("link",),
    "name": ("template_name",),
    "username": ("username",),
    "media_id": ("file",),
    "provider": ("provider",),
    "phone_number": ("contact",),
    "pack_id": ("pack",),
    # Of the control API, to which no number's credential opens anything.
    "wa_id": ("contact",),
    "message_id": ("sent", "received"),
    "webhook_id": ("provider",),
    "delivery_id": ("provider",),
    "token_id": ("provider",),
    "refusal_id": ("provider",),
    "rule_id": ("provider",),
    "template_id": ("template",),
}
"""What each part of a path can name."""
OTHER_KINDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "onprem.mark_read": {"message_id": ("received_onprem",)},
    "proxy.look_up": {"id": ("number", "account", "media", "template")},
    "proxy.change": {"id": ("template",)},
    "meta.delete": {"id": ("media",)},
    "proxy.delete": {"id": ("media",)},
}
OWN = {"id": "media"}
"""What stands for the caller's own in a part of a path that is not the one tried."""
FIXED = {"version": "v24.0", "index": "0", "error": "window_closed"}
"""Parts of paths that name nothing of anybody's."""

_CODE = {"code_method": "SMS", "language": "en_US"}
_BLOCK = {"messaging_product": "whatsapp", "block_users": [{"user": "$contact"}]}
_HSM = {"category": "AUTHENTICATION", "languages": ["en_US"], "name": "codes", "components": [{"type": "BODY"}]}
_SUBSCRIBED = {"object": "whatsapp_business_account", "fields": "messages"}
NEEDS: Mapping[str, Needs] = {
    "meta.send": Needs({**MESSAGE, "type": "text", "text": {"body": "Hi"}}),
    "meta.send_marketing": Needs({**MESSAGE, "type": "text", "text": {"body": "Hi"}}),
    "meta.begin_upload": Needs(query={"file_length": "9", "file_type": "image/png"}, alike=True),  # of whichever app
    "meta.subscribe_app": Needs({}),
    "meta.set_subscription": Needs(_SUBSCRIBED),
    "meta.delete_subscription": Needs(query={**_SUBSCRIBED, "fields": "flows"}),
    "meta.request_code": Needs(_CODE),
    "meta.verify_code": Needs({"code": "123456"}),
    "meta.register": Needs({"messaging_product": "whatsapp", "pin": "123456"}),
    "meta.change_settings": Needs({"user_identity_change": {"enable_identity_key_check": False}}),
    "meta.change_automation": Needs({"enable_welcome_message": True}),
    "meta.change_commerce": Needs({"is_cart_enabled": True}),
    "meta.save_link": Needs({"prefilled_message": "Hi"}),
    "meta.create_template": Needs(definition("made_by_b")),
    "meta.delete_templates": Needs(query={"name": "$template_name"}),
    "meta.upsert_templates": Needs(_HSM),
    "meta.change_profile": Needs({"messaging_product": "whatsapp", "about": "Open"}),
    "meta.block_users": Needs(_BLOCK),
    "meta.unblock_users": Needs(_BLOCK),
    "meta.upload": Needs(data=PNG.data),
    "meta.change number": Needs({"pin": "123456"}),
    "meta.change template": Needs({"category": "MARKETING"}),
    "meta.change upload": Needs(data=PNG.data, headers={"file_offset": "0"}),
    "proxy.change template": Needs({"category": "MARKETING"}),
    "onprem.set_user": Needs({"password": PASSWORD}),
    "onprem.mark_read": Needs({"status": "read"}),
    "onprem.acknowledge": Needs({"hash": "x"}, alike=True),
    "onprem.set_stickerpack": Needs({"name": "Big waves"}),
    "onprem.add_sticker": Needs({"image_data_id": "$file"}),
    "onprem.set_sticker": Needs({"emojis": []}),
    "control.send": Needs({**MESSAGE, "type": "text", "text": {"body": "Hi"}}),
}
"""By the route's name, or by that and the kind of the thing."""


def _image(name: str) -> dict[str, Any]:
    return {**MESSAGE, "type": "image", "image": {name: IT}}


def _sends(dialect: str) -> list[tuple[str, Needs]]:
    """Return messages that name a thing, with its kind."""
    file = "media" if dialect == "cloud" else "file"
    interactive = {
        "type": "button",
        "header": {"type": "image", "image": {"id": IT}},
        "body": {"text": "Choose"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "A"}}]},
    }
    named = {"name": IT, "language": {"code": "en_US"}}
    if dialect == "onprem":
        named = {"name": IT, "namespace": "x", "language": {"policy": "deterministic", "code": "en_US"}}
    text = {"type": "text", "text": {"body": "Hi"}}
    reaction = {"message_id": IT, "emoji": "\U0001f44d"}
    made: list[tuple[str, Any]] = [
        *((file, {**MESSAGE, "type": kind, kind: {"id": IT}}) for kind in ("image", "video", "audio", "document")),
        (file, {**MESSAGE, "type": "sticker", "sticker": {"id": IT}}),
        (file, {**MESSAGE, "type": "interactive", "interactive": interactive}),
        ("template_name", {**MESSAGE, "type": "template", "template": named}),
        ("contact", {**MESSAGE, **text, "to": IT}),
        ("number", {**MESSAGE, **text, "to": IT}),
        ("sent", {**MESSAGE, **text, "context": {"message_id": IT}}),
        ("received", {**MESSAGE, **text, "context": {"message_id": IT}}),
        ("received", {**MESSAGE, "type": "reaction", "reaction": reaction}),
        ("sent", {**MESSAGE, "type": "reaction", "reaction": reaction}),
    ]
    if dialect == "cloud":
        read = {"messaging_product": "whatsapp", "status": "read", "message_id": IT}
        made += [("received", read), ("sent", read), ("received", {**read, "typing_indicator": {"type": "text"}})]
        made.append(("user_id", {"messaging_product": "whatsapp", "recipient": IT, **text}))
    else:
        link = {"link": "http://127.0.0.1/x.jpg", "provider": {"name": IT}}
        made.append(("provider", {**MESSAGE, "type": "image", "image": link}))
    tries = [(kind, Needs(body, alike=kind == "sent" or _quotes(body))) for kind, body in made]
    return [*tries, ("repeat_key", Needs({**MESSAGE, **text}, headers={"Idempotency-Key": IT}))]


def _quotes(body: Mapping[str, Any]) -> bool:
    """Return whether a message is about another: it is taken, whatever that is, and the phone shows what it knows."""
    return "context" in body or "reaction" in body


_HEADER = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [IT]}}
_WITH_HANDLE = definition("with_handle", components=[_HEADER, *definition()["components"]])
_PICTURE = {"messaging_product": "whatsapp", "profile_picture_handle": IT}
_BLOCK_IT = {"messaging_product": "whatsapp", "block_users": [{"user": IT}]}
_BOTH_CLOUDS: Mapping[str, list[tuple[str, Needs]]] = {
    "send": _sends("cloud"),
    "send_marketing": [("template_name", _sends("cloud")[6][1])],
    "templates": [("template_name", Needs(query={"name": IT}))],
    "create_template": [("template_name", Needs({**definition(), "name": IT})), ("handle", Needs(_WITH_HANDLE))],
    "delete_templates": [
        ("template_name", Needs(query={"name": IT})),
        ("template", Needs(query={"name": "$template_name", "hsm_id": IT})),
        ("template", Needs(query={"hsm_ids": f"[{IT}]"})),
    ],
    "change_profile": [("handle", Needs(_PICTURE))],
    "profile_picture": [("picture_url", Needs(query={"": IT}))],
    "download": [("media_url", Needs(query={"": IT}))],
    "look_up": [("number", Needs(query={"phone_number_id": IT}))],
    "delete": [("number", Needs(query={"phone_number_id": IT}))],
    "block_users": [("contact", Needs(_BLOCK_IT))],
    "unblock_users": [("contact", Needs(_BLOCK_IT))],
}
_EXCHANGE = {"grant_type": "fb_exchange_token", "client_id": "$app", "client_secret": "x", "fb_exchange_token": IT}
_HOSTS = {"client_id": IT, "grant_type": "fb_exchange_token", "client_secret": "x", "fb_exchange_token": "$token"}
FURTHER: Mapping[str, list[tuple[str, Needs]]] = {
    **{f"{face}.{name}": tries for face in ("meta", "proxy") for name, tries in _BOTH_CLOUDS.items()},
    "proxy.send_alias": _sends("cloud"),
    "proxy.create_template_config": _BOTH_CLOUDS["create_template"],
    "proxy.template_configs": [("template_name", Needs(query={"filters": f'{{"name":"{IT}"}}'}))],
    "meta.debug_token": [("token", Needs(query={"input_token": IT})), ("login", Needs(query={"input_token": IT}))],
    "meta.exchange_token": [("token", Needs(query=_EXCHANGE, alike=True)), ("app", Needs(query=_HOSTS, alike=True))],
    "meta.exchange_token_post": [("token", Needs(_EXCHANGE, alike=True)), ("app", Needs(_HOSTS, alike=True))],
    "meta.subscriptions": [("app", Needs(token=f"{IT}|secret", alike=True))],
    "meta.links": [("link", Needs(query={"code": IT}))],
    "meta.save_link": [("link", Needs({"code": IT, "prefilled_message": "Mine"}))],
    "onprem.send": _sends("onprem"),
    "onprem.send_alias": _sends("onprem"),
    "onprem.add_user": [("username", Needs({"username": IT, "password": PASSWORD}))],
    "onprem.set_provider": [("provider", Needs([{"name": IT, **PROVIDER}]))],
    "onprem.check_contacts": [("contact", Needs({"contacts": [f"+{IT}"], "blocking": "wait"}))],
    "onprem.add_sticker": [("file", Needs({"image_data_id": IT}))],
    "onprem.set_sticker": [("file", Needs({"image_data_id": IT}))],
}

ALIKE = ("meta.denied_", "meta.owned_accounts", "meta.client_accounts", "control.")
"""Routes that answer the same whatever they are asked about, the caller's own included."""
OTHERWISE_ALIKE = frozenset({
    # What is stored in the caller's own name, whether or not somebody else has a thing of that name.
    "meta.create_template template_name", "proxy.create_template template_name",
    "proxy.create_template_config template_name", "onprem.set_provider provider",
    # What has no such method, or is no part of the face.
    "meta.change account", "meta.change app", "meta.change media", "proxy.look_up number", "proxy.look_up account",
    # Users are the network's, and the same for every business.
    "onprem.check_contacts contact", "onprem.identity contact", "onprem.unblock contact",
    "meta.unblock_users contact", "proxy.unblock_users contact",
})  # fmt: skip
SPENT = frozenset({"meta.deregister", "meta.change upload", "meta.register", "onprem.set_user"})
"""What uses the caller's own things up, besides deleting them."""
MAKING = ("create_template", "create_template_config", "add_user", "set_provider", "save_link")
"""These give the caller a thing of its own under the name that was tried; so they come last."""

OPEN = frozenset({"meta.link_picture"})
"""Whoever has the address of a link's picture sees it, as on the platform."""

NAMES_NOTHING = frozenset({
    "meta.me",
    "proxy.get_webhook", "proxy.set_webhook", "proxy.get_account_webhook", "proxy.set_account_webhook", "proxy.health",
    "proxy.number", "proxy.denied_get_flows", "proxy.denied_post_flows", "proxy.denied_post_calls",
    "proxy.denied_get_groups", "proxy.denied_post_groups", "proxy.profile", "proxy.blocked_users", "proxy.upload",
    "onprem.login", "onprem.logout", "onprem.upload", "onprem.get_settings", "onprem.set_settings",
    "onprem.reset_settings", "onprem.get_providers", "onprem.get_profile", "onprem.set_profile", "onprem.get_about",
    "onprem.set_about", "onprem.get_photo", "onprem.set_photo", "onprem.delete_photo", "onprem.backup",
    "onprem.restore", "onprem.set_two_step", "onprem.delete_two_step", "onprem.register", "onprem.verify",
    "onprem.get_shards", "onprem.set_shards", "onprem.set_certificate", "onprem.get_certificate",
    "onprem.set_webhook_ca", "onprem.get_webhook_ca", "onprem.delete_webhook_ca", "onprem.health", "onprem.stats_app",
    "onprem.stats_app_internal", "onprem.stats_db", "onprem.stats_db_internal", "onprem.metrics", "onprem.support",
    "onprem.gc", "onprem.stickerpacks", "onprem.add_stickerpack",
})  # fmt: skip
"""Routes whose requests name no thing: they are about the caller's own number."""


def tries(routes: Iterable[Route], prefix: str) -> list[Try]:
    """Return what is tried on a face, in an order in which nothing makes way for what comes later."""
    found = [one for route in routes if not names_nothing(route) for one in _tries_of(route, prefix)]
    return sorted(found, key=_turn)


def names_nothing(route: Route) -> bool:
    """Return whether a route is said to name no thing of anybody's."""
    return route.name in NAMES_NOTHING | OPEN or route.name.startswith("open.")


def is_alike(one: Try) -> bool:
    """Return whether the caller's own thing is answered as everybody else's."""
    return one.needs.alike or one.route.name.startswith(ALIKE) or one.name in OTHERWISE_ALIKE


def is_spent(one: Try) -> bool:
    """Return whether the caller's own things are to be made anew before this one is tried on them."""
    return one.route.method == "DELETE" or one.route.name in SPENT or one.name in SPENT


def filled(value: Any, it: str, own: Mapping[str, str]) -> Any:
    """Return a path, a body or a query with the things in their places."""
    match value:
        case str():
            return _PLACE.sub(lambda match: it if match[0] == IT else own[match[1]], value)
        case list():
            return [filled(each, it, own) for each in value]
        case dict():
            return {filled(name, it, own): filled(each, it, own) for name, each in value.items()}
        case _:
            return value


def _turn(one: Try) -> int:
    return 2 if one.route.name.endswith(MAKING) else int(is_spent(one))


def _tries_of(route: Route, prefix: str) -> Iterator[Try]:
    parts = [part for part in _PART.findall(prefix + route.path) if part not in FIXED]
    for part in parts:
        for kind in OTHER_KINDS.get(route.name, {}).get(part) or KINDS[part]:
            needs = NEEDS.get(f"{route.name} {kind}") or NEEDS.get(route.name) or Needs()
            yield Try(route, kind, _path(route, prefix, part), needs)
    for kind, needs in FURTHER.get(route.name, ()):
        yield Try(route, kind, _path(route, prefix, ""), needs)
    if route.name.startswith("control.") and not parts:
        yield Try(route, "number", prefix + route.path + "?phone_number_id=" + IT)


def _path(route: Route, prefix: str, tried: str) -> str:
    """Return a path with the thing in one of its parts, and the caller's own in the others."""

    def fill(match: re.Match[str]) -> str:
        part = match[1]
        return IT if part == tried else FIXED.get(part) or "$" + OWN.get(part, KINDS.get(part, (part,))[0])

    return _PART.sub(fill, prefix + route.path)
