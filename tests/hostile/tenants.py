"""Two businesses on one server, one of everything that either can name, and ids of the same form that nobody has."""

import base64
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from tests.support import media
from tests.support.clients import Answer, MetaClient, OnPremClient
from tests.support.operator import Operator
from tests.support.templates import definition

from waypost.lib import ids
from waypost.upstreams.simulated.phones import user_id

JPEG = media.jpeg()
PNG = media.png()
STICKER = media.sticker()
PROVIDER = {"type": "www", "config": {"basic": {"username": "u", "password": "p"}}}
PACK = {"publisher": "Demo Art", "name": "Waves"}
PASSWORD = "Some-b0dy-Secret"

Things = Mapping[str, str]
"""What a business has, by its kind: the id of one, as a program names it."""


@dataclass(frozen=True)
class Tenant:
    """A business number of its own account, with the programs that act for it."""

    number: str
    account: str
    token: str
    meta: MetaClient
    onprem: OnPremClient
    contact: str
    """A user who has written to this number only."""
    things: dict[str, str] = field(default_factory=dict)

    async def make(self, op: Operator) -> None:
        """Make one thing of each kind anew; the ids of what was there before are forgotten.

        The number can send afterwards, and to its contact.
        """
        forget_requests(op)
        await op.call("PATCH", f"/numbers/{self.number}", json={"registered": True})
        done(await self.onprem.call("DELETE", f"/v1/contacts/{self.contact}/block"))
        self.things.update(await _made_by_the_graph(self))
        self.things.update(await _made_on_premises(self))
        self.things.update(await _made_by_the_operator(self, op))


async def opened(op: Operator, session: aiohttp.ClientSession, number: str, account: str, contact: str) -> Tenant:
    """Return a business; its number is added if it is not there yet."""
    added = await op.call("POST", "/numbers", json={"number": number, "waba_id": account})
    token, base = str(added["token"]), op.server.base_url
    onprem = OnPremClient(session, base, number, token)
    await onprem.log_in()
    return Tenant(number, account, token, MetaClient(session, base, number, token), onprem, contact)


async def _made_by_the_graph(tenant: Tenant) -> Things:
    meta, number = tenant.meta, f"/v24.0/{tenant.number}"
    app = str(5_000_000_000_000_000 + int(tenant.number))
    name = "t" + "".join(secrets.choice(string.ascii_lowercase) for _ in range(11))
    medium = str(done(await meta.upload(JPEG.data, JPEG.mime)).json["id"])
    looked_up = done(await meta.look_up(medium)).json["url"]
    handle = await _uploaded(meta, app)
    picture = {"messaging_product": "whatsapp", "profile_picture_handle": handle}
    done(await meta.call("POST", f"{number}/whatsapp_business_profile", json=picture))
    profile = done(await meta.call("GET", f"{number}/whatsapp_business_profile?fields=profile_picture_url")).json
    wish = definition(name, category="UTILITY")
    template = done(await meta.call("POST", f"/v24.0/{tenant.account}/message_templates", json=wish)).json
    link = done(await meta.call("POST", f"{number}/message_qrdls", json={"prefilled_message": "Hi"})).json
    return {
        "number": tenant.number,
        "account": tenant.account,
        "app": app,
        "token": tenant.token,
        "media": medium,
        "media_url": looked_up.partition("?")[2],
        "picture_url": profile["data"][0]["profile_picture_url"].partition("?")[2],
        "upload": await _begun(meta, app),
        "handle": handle,
        "template": template["id"],
        "template_name": name,
        "link": link["code"],
        "user_id": user_id(int(tenant.number), tenant.contact),  # type: ignore[arg-type]  # a NumberId is an int
    }


async def _made_on_premises(tenant: Tenant) -> Things:
    onprem = tenant.onprem
    file = str(done(await onprem.upload(STICKER.data, STICKER.mime)).json["media"][0]["id"])
    pack = done(await onprem.call("POST", "/v1/stickerpacks", json=PACK)).json["stickerpacks"][0]["id"]
    sticker = {"image_data_id": file, "emojis": []}
    done(await onprem.call("POST", f"/v1/stickerpacks/{pack}/stickers", json=sticker))
    username, provider = f"u{secrets.token_hex(6)}", f"p{secrets.token_hex(6)}"
    done(await onprem.call("POST", "/v1/users", json={"username": username, "password": PASSWORD}))
    providers = [{"name": provider, **PROVIDER}]
    done(await onprem.call("POST", "/v1/settings/application/media/providers", json=providers))
    return {"file": file, "pack": pack, "username": username, "provider": provider, "login": onprem.token}


async def _made_by_the_operator(tenant: Tenant, op: Operator) -> Things:
    text = {"type": "text", "text": {"body": "Hello"}, "number": tenant.number}
    written = await op.call("POST", f"/phones/{tenant.contact}/messages", json=text)
    key = secrets.token_hex(8)
    message = tenant.meta.message(tenant.contact, "text", {"body": "Secret of this business"})
    sent = done(
        await tenant.meta.call("POST", tenant.meta.messages_path, json=message, headers={"Idempotency-Key": key})
    ).json["messages"][0]["id"]
    look = f"/messages/{sent}"
    await op.settled(look, lambda shown: shown["status"] in ("delivered", "read"))
    return {
        "received": written["id"],
        "received_onprem": written["onprem_id"],
        "sent": sent,
        "repeat_key": key,
        "contact": tenant.contact,
    }


def forget_requests(op: Operator) -> None:
    """Count the requests of On-Premises anew: its platform takes fewer in a second than these tests make."""
    op.server.parts.limits.onprem_requests.forget()


async def _begun(meta: MetaClient, app: str) -> str:
    query = {"file_length": str(len(PNG.data)), "file_type": PNG.mime}
    return str(done(await meta.call("POST", f"/v24.0/{app}/uploads", params=query)).json["id"]).partition("?")[0]


async def _uploaded(meta: MetaClient, app: str) -> str:
    path = f"/v24.0/{await _begun(meta, app)}"
    return str(done(await meta.call("POST", path, data=PNG.data, headers={"file_offset": "0"})).json["h"])


def done(answer: Answer) -> Answer:
    """Return an answer that says yes."""
    assert answer.status < 300, answer
    return answer


def nobodys(things: Things) -> Things:
    """Return for each thing an id of exactly its form that is nobody's."""
    return {kind: _OTHERS.get(kind, _alike)(text) for kind, text in things.items()}


def _alike(text: str) -> str:
    """Return other letters and digits in the place of those there are."""
    return "".join(_other(sign) if place else sign for place, sign in enumerate(text))


def _other(sign: str) -> str:
    for signs in (string.digits, string.ascii_lowercase, string.ascii_uppercase):
        if sign in signs:
            return secrets.choice(signs)
    return sign


def _other_file(text: str) -> str:
    ref = ids.parse_media_id(text)
    assert ref is not None
    return ids.media_uuid(ref.key + 7, ids.new_media_tag())


def _other_message(text: str) -> str:
    """Return the Cloud id of a message with the same user that there is not."""
    raw = base64.b64decode(text.removeprefix("wamid."))
    other = raw[:-5] + secrets.token_hex(2).upper().encode() + raw[-1:]
    return "wamid." + base64.b64encode(other).decode()


def _other_onprem_message(text: str) -> str:
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return base64.urlsafe_b64encode(raw[:-2] + secrets.token_bytes(2)).rstrip(b"=").decode()


def _other_query(text: str) -> str:
    """Return the query of an address of ours for another object, which its hash does not fit."""
    fields = dict(pair.split("=", 1) for pair in text.split("&"))
    return "&".join(f"{name}={_alike(value) if name in ('mid', 'hash') else value}" for name, value in fields.items())


_OTHERS: Mapping[str, Any] = {
    "file": _other_file,
    "received": _other_message,
    "received_onprem": _other_onprem_message,
    "sent": _other_message,
    "media_url": _other_query,
    "picture_url": _other_query,
    "handle": lambda text: ":".join([*text.split(":")[:3], *map(_alike, text.split(":")[3:])]),
    "upload": lambda text: "upload:" + _alike(text.removeprefix("upload:")),
}
