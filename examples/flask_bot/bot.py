"""A photo booth: it takes pictures, and sends them back as a document.

Run it with the variables that `waypost env` prints: `flask --app bot:from_environment run`.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import Any

import requests
from flask import Flask, Response, request

TIMEOUT_SECONDS = 10


def from_environment() -> Flask:
    """Make the application from the environment's variables."""
    return create_app(os.environ)


def create_app(env: Mapping[str, str]) -> Flask:
    """Make the application."""
    app = Flask(__name__)
    seen: set[str] = set()

    @app.post("/webhook")
    def events() -> Response:
        expected = hmac.new(env["WHATSAPP_APP_SECRET"].encode(), request.get_data(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"sha256={expected}", request.headers.get("X-Hub-Signature-256", "")):
            return Response(status=401)
        for message in messages_of(request.get_json()):
            if message["id"] not in seen:  # an update may come twice
                answer(Graph(env), message)  # what goes wrong answers 500, so that the update comes again
                seen.add(message["id"])
        return Response(status=200)

    return app


def messages_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the messages in a call of the webhook, whichever entry they are in."""
    changes = [change["value"] for entry in body["entry"] for change in entry["changes"]]
    return [message for value in changes for message in value.get("messages", [])]


def answer(graph: "Graph", message: dict[str, Any]) -> None:
    """Answer a message: a picture comes back as a document, quoted."""
    if message["type"] != "image":
        graph.send(message["from"], "text", {"body": "Send me a picture."})
        return
    picture = message["image"]
    copy = graph.upload(graph.download(picture["id"]), picture["mime_type"])
    document = {"id": copy, "filename": "your-picture.jpg", "caption": picture.get("caption", "Here it is.")}
    graph.send(message["from"], "document", document, context={"message_id": message["id"]})


class Graph:
    """The calls of the platform that the booth makes."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.base = f"{env['WHATSAPP_BASE_URL']}/v24.0"
        self.number = env["WHATSAPP_PHONE_NUMBER_ID"]
        self.headers = {"Authorization": f"Bearer {env['WHATSAPP_ACCESS_TOKEN']}"}

    def send(self, to: str, kind: str, content: dict[str, Any], **more: Any) -> None:
        """Send a message."""
        body = {"messaging_product": "whatsapp", "to": to, "type": kind, kind: content, **more}
        self._post("messages", json=body)

    def upload(self, data: bytes, mime: str) -> str:
        """Upload a file; return its id."""
        form = {"messaging_product": "whatsapp", "type": mime}
        return str(self._post("media", data=form, files={"file": ("file", data, mime)})["id"])

    def download(self, media_id: str) -> bytes:
        """Return a file that a user has sent."""
        found = requests.get(f"{self.base}/{media_id}", headers=self.headers, timeout=TIMEOUT_SECONDS)
        found.raise_for_status()
        file = requests.get(found.json()["url"], headers=self.headers, timeout=TIMEOUT_SECONDS)
        file.raise_for_status()
        return file.content

    def _post(self, path: str, **given: Any) -> Any:
        url = f"{self.base}/{self.number}/{path}"
        answered = requests.post(url, headers=self.headers, timeout=TIMEOUT_SECONDS, **given)
        answered.raise_for_status()
        return answered.json()
