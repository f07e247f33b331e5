"""The demo's conversation: a JPEG by id and a PDF by link on every face, and a message into a closed window.

Each face is spoken to as its programs do it; nothing here knows the server from the inside.
"""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from waypost.cli.demo_peer import Peer
from waypost.lib.forms import form_of
from waypost.lib.poster import NotPosted, Poster
from waypost.lib.samples import SAMPLE_PHONE
from waypost.settings import ReadyInfo

_TIMEOUT = timedelta(seconds=5)
_STRANGER = "15550002222"  # has never written: no window is open

_PRODUCT = {"messaging_product": "whatsapp"}

Body = dict[str, Any]  # Any: JSON of three dialects


class DemoError(Exception):
    """The server did not answer as it should."""


class Step(Struct, frozen=True):
    """One thing that was sent, how it was answered, and what the webhook heard of it."""

    face: str
    what: str
    request: str
    answer: str
    callbacks: list[Body]


class Face(Struct, frozen=True):
    """How programs of one face talk: their paths, and what they put around a body."""

    name: str
    base_url: str
    poster: Poster
    credential: tuple[str, str]
    messages: str
    media: str
    common: Body
    """What every JSON body of the face has."""

    async def post(self, path: str, body: Body) -> Any:
        """POST JSON; return the decoded answer. Raises DemoError."""
        return await self.send(path, msgspec.json.encode(self.common | body), "application/json")

    async def upload(self, jpeg: bytes) -> str:
        """Upload a JPEG, as a form or as the raw body; return its id."""
        if self.common:
            fields = {"messaging_product": "whatsapp", "type": "image/jpeg"}
            form = form_of(fields, jpeg, filename="bike.jpg", mime="image/jpeg")
            return str((await self.send(self.media, *form))["id"])
        return str((await self.send(self.media, jpeg, "image/jpeg"))["media"][0]["id"])

    async def send(self, path: str, body: bytes, content_type: str) -> Any:
        """POST anything; return the decoded answer. Raises DemoError."""
        headers = [self.credential, ("content-type", content_type)]
        answer = await self.poster.post(f"{self.base_url}{path}", body, headers, timeout=_TIMEOUT)
        if isinstance(answer, NotPosted):
            raise DemoError(f"{path}: {answer.reason}")
        if answer.status not in (200, 201):
            raise DemoError(f"{path} answered {answer.status}: {answer.body.decode('utf-8', 'replace')}")
        return msgspec.json.decode(answer.body)


class Conversation(Struct, frozen=True):
    """Everything that the conversation needs; `speak_onprem` turns the number's callbacks to that dialect."""

    ready: ReadyInfo
    peer: Peer
    poster: Poster
    jpeg: bytes
    speak_onprem: Callable[[], Awaitable[None]]

    async def steps(self) -> AsyncIterator[Step]:
        """Hold the conversation, step by step. Raises DemoError, and TimeoutError if a callback stays out."""
        text = {"body": "Still there?"}
        yield await self._send(self._meta(), "a text into a closed window", "text", text, to=_STRANGER)
        async for face in self._faces():
            media_id = await face.upload(self.jpeg)
            yield await self._send(face, "a JPEG by id", "image", {"id": media_id, "caption": "Your bike"})
            link = {"link": f"{self.peer.base_url}/invoice.pdf", "filename": "invoice.pdf"}
            yield await self._send(face, "a PDF by link", "document", link)

    async def _faces(self) -> AsyncIterator[Face]:
        yield self._meta()
        yield self._proxy()
        yield await self._onprem()

    async def _send(self, face: Face, what: str, kind: str, body: Body, *, to: str = SAMPLE_PHONE) -> Step:
        message = {"recipient_type": "individual", "to": to, "type": kind, kind: body}
        answer = await face.post(face.messages, message)
        callbacks = await self.peer.statuses_of(answer["messages"][0]["id"], "failed" if to == _STRANGER else "read")
        return Step(face.name, what, f"POST {face.messages}  {_json(face.common | message)}", _json(answer), callbacks)

    def _meta(self) -> Face:
        number = self.ready.phone_number_id
        credential = ("authorization", f"Bearer {self.ready.token}")
        paths = (f"/v24.0/{number}/messages", f"/v24.0/{number}/media")
        return Face("Cloud API, Meta's paths", self.ready.base_url, self.poster, credential, *paths, _PRODUCT)

    def _proxy(self) -> Face:
        credential = ("d360-api-key", self.ready.token)
        name = "Cloud API, 360dialog's paths"
        return Face(name, self.ready.base_url, self.poster, credential, "/messages", "/media", _PRODUCT)

    async def _onprem(self) -> Face:
        await self.speak_onprem()
        pair = base64.b64encode(f"admin:{self.ready.token}".encode()).decode("ascii")
        paths = ("/v1/messages", "/v1/media")
        before = Face(
            "On-Premises API", self.ready.base_url, self.poster, ("authorization", f"Basic {pair}"), *paths, {}
        )
        token = (await before.post("/v1/users/login", {}))["users"][0]["token"]
        return replace(before, credential=("authorization", f"Bearer {token}"))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
