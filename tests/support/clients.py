"""A client for each face, written as programs for it are written: base URL, credential, paths, bodies.

They answer in one vocabulary, so that a journey is told once and walked on every face.
"""

import base64
import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

Body = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """What every face can do."""

    face: str
    dialect: str
    sent_status: int

    def __init__(self, session: aiohttp.ClientSession, base_url: str, number: str, token: str) -> None:
        self.session = session
        self.base = base_url
        self.number = number
        self.key = token
        self.token = token

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def call(self, method: str, path: str, **given: Any) -> Answer:
        """Make any request with the face's credential; given headers win."""
        headers = {**self.headers, **given.pop("headers", {})}
        url = path if path.startswith("http") else self.base + path
        async with self.session.request(method, url, headers=headers, allow_redirects=False, **given) as answer:
            return Answer(answer.status, await answer.read(), answer.headers)

    def message(self, to: str, kind: str, body: Any, **more: Any) -> Body:
        return {"recipient_type": "individual", "to": to, "type": kind, kind: body, **more}

    async def send(self, to: str, kind: str, body: Any, **more: Any) -> Answer:
        return await self.call("POST", self.messages_path, json=self.message(to, kind, body, **more))

    @property
    def messages_path(self) -> str:
        raise NotImplementedError

    @property
    def aliases(self) -> list[str]:
        """Other spellings of `messages_path` that the face knows."""
        return []

    async def upload(self, data: bytes, mime: str, filename: str = "file") -> Answer:
        raise NotImplementedError

    def media_id(self, answer: Answer) -> str:
        return str(answer.json["id"])

    async def download(self, media_id: str, **given: Any) -> Answer:
        raise NotImplementedError

    async def delete(self, media_id: str) -> Answer:
        raise NotImplementedError

    async def mark_read(self, message_id: str) -> Answer:
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
        return await self.call("POST", self.messages_path, json=body)

    def error_code(self, answer: Answer) -> int:
        return int(answer.json["error"]["code"])

    def statuses(self, callback: Any) -> list[Body]:
        """Return the statuses in a webhook body of the face's dialect."""
        values = [change["value"] for entry in callback["entry"] for change in entry["changes"]]
        return [status for value in values for status in value.get("statuses", [])]

    def inbound(self, callback: Any) -> list[Body]:
        values = [change["value"] for entry in callback["entry"] for change in entry["changes"]]
        return [message for value in values for message in value.get("messages", [])]


class MetaClient(Client):
    """A program for Meta's graph."""

    face = "meta"
    dialect = "cloud"
    sent_status = 200
    version = "v24.0"

    def message(self, to: str, kind: str, body: Any, **more: Any) -> Body:
        return {"messaging_product": "whatsapp", **super().message(to, kind, body, **more)}

    @property
    def messages_path(self) -> str:
        return f"/{self.version}/{self.number}/messages"

    def media_path(self, media_id: str) -> str:
        return f"/{self.version}/{media_id}"

    @property
    def upload_path(self) -> str:
        return f"/{self.version}/{self.number}/media"

    async def upload(self, data: bytes, mime: str, filename: str = "file") -> Answer:
        form = aiohttp.FormData()
        form.add_field("messaging_product", "whatsapp")
        form.add_field("type", mime)
        form.add_field("file", io.BytesIO(data), filename=filename, content_type=mime)
        return await self.call("POST", self.upload_path, data=form)

    async def look_up(self, media_id: str) -> Answer:
        return await self.call("GET", self.media_path(media_id))

    async def download(self, media_id: str, **given: Any) -> Answer:
        found = await self.look_up(media_id)
        return await self.call("GET", found.json["url"], **given) if found.status == 200 else found

    async def delete(self, media_id: str) -> Answer:
        return await self.call("DELETE", self.media_path(media_id))


class ProxyClient(MetaClient):
    """A program for 360dialog's Cloud host: the key is the number."""

    face = "proxy"

    @property
    def headers(self) -> dict[str, str]:
        return {"D360-API-KEY": self.token}

    @property
    def messages_path(self) -> str:
        return "/messages"

    @property
    def aliases(self) -> list[str]:
        return ["/message"]

    @property
    def upload_path(self) -> str:
        return "/media"

    def media_path(self, media_id: str) -> str:
        return f"/{media_id}"


class OnPremClient(Client):
    """A program for the On-Premises client, after its login."""

    face = "onprem"
    dialect = "onprem"
    sent_status = 201

    async def log_in(self, user: str = "admin") -> Answer:
        basic = base64.b64encode(f"{user}:{self.key}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}"}
        async with self.session.post(f"{self.base}/v1/users/login", headers=headers) as answer:
            got = Answer(answer.status, await answer.read())
        self.token = got.json["users"][0]["token"]
        return got

    @property
    def messages_path(self) -> str:
        return "/v1/messages"

    @property
    def aliases(self) -> list[str]:
        return ["/v1/message"]

    async def upload(self, data: bytes, mime: str, filename: str = "file") -> Answer:  # noqa: ARG002 - no names here
        return await self.call("POST", "/v1/media", data=data, headers={"Content-Type": mime})

    def media_id(self, answer: Answer) -> str:
        return str(answer.json["media"][0]["id"])

    async def download(self, media_id: str, **given: Any) -> Answer:
        return await self.call("GET", f"/v1/media/{media_id}", **given)

    async def delete(self, media_id: str) -> Answer:
        return await self.call("DELETE", f"/v1/media/{media_id}")

    async def mark_read(self, message_id: str) -> Answer:
        return await self.call("PUT", f"/v1/messages/{message_id}", json={"status": "read"})

    def error_code(self, answer: Answer) -> int:
        return int(answer.json["errors"][0]["code"])

    def statuses(self, callback: Any) -> list[Body]:
        return list(callback.get("statuses", []))

    def inbound(self, callback: Any) -> list[Body]:
        return list(callback.get("messages", []))


class OnPremKeyClient(OnPremClient):
    """A program for 360dialog's On-Premises host: a key on every request instead of a login."""

    face = "onprem-key"

    @property
    def headers(self) -> dict[str, str]:
        return {"D360-API-KEY": self.key}


class Control:
    """The control API."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, admin_token: str) -> None:
        self.session = session
        self.base = f"{base_url}/_waypost/v1"
        self.headers = {"Authorization": f"Bearer {admin_token}"}
        self.skips_network = False
        """Whether a test ends where it needs what processes that share a database do not have."""

    async def call(self, method: str, path: str, **given: Any) -> Answer:
        async with self.session.request(method, self.base + path, headers=self.headers, **given) as answer:
            told = Answer(answer.status, await answer.read(), answer.headers)
        if self.skips_network and told.status == 409 and told.json["error"]["code"] == "not_in_this_process":
            pytest.skip("it plays with the embedded network, which is in no process that accepts")
        return told

    async def get(self, path: str) -> Any:
        answer = await self.call("GET", path)
        assert answer.status == 200, answer
        return answer.json

    async def write(self, phone: str, body: str) -> Any:
        """Let a phone's user write a text; its window is open from then on."""
        answer = await self.call("POST", f"/phones/{phone}/messages", json={"type": "text", "text": {"body": body}})
        assert answer.status == 200, answer
        return answer.json


FACES = {client.face: client for client in (MetaClient, ProxyClient, OnPremClient)}
"""What every journey runs on."""
CLIENTS = {**FACES, OnPremKeyClient.face: OnPremKeyClient}


@asynccontextmanager
async def client_for(face: str, base_url: str, number: str, token: str) -> AsyncIterator[Client]:
    """Open a client of a face, logged in where the face has a login."""
    async with aiohttp.ClientSession() as session:
        client = CLIENTS[face](session, base_url, number, token)
        if isinstance(client, OnPremClient):
            await client.log_in()
        yield client
