"""A program written for Meta's Cloud API: it sends a text and pictures, fetches one back, and reads its webhook.

    waypost serve --token my-token --app-secret my-secret --fetch-allow 127.0.0.0/8
    python examples/meta_client.py --base-url http://127.0.0.1:8360 --token my-token --app-secret my-secret \
        --phone-number-id 15550100900 --to 15550001111

Nothing in it knows of Waypost: with another base URL it talks to https://graph.facebook.com.
"""

import argparse
import base64
import hashlib
import hmac
import json
import queue
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

VERIFY_TOKEN = "open sesame"
BOUNDARY = "boundary-of-the-form"
TIMEOUT_SECONDS = 10
PICTURE = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////////////////////"
    "////////////////wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8A"
    "P//Z"
)


class Hook(ThreadingHTTPServer):
    """The program's web server: it answers Meta's handshake, takes events, and serves what links lead to."""

    daemon_threads = True

    def __init__(self, port: int, app_secret: str) -> None:
        super().__init__(("127.0.0.1", port), HookHandler)
        self.app_secret = app_secret.encode()
        self.statuses: queue.Queue[tuple[str, str]] = queue.Queue()
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class HookHandler(BaseHTTPRequestHandler):
    """One request of Meta's."""

    server: Hook

    def do_GET(self) -> None:
        """Answer the handshake with the bare challenge, and anything else with the picture."""
        asked = parse_qs(urlsplit(self.path).query)
        if asked.get("hub.mode") != ["subscribe"]:
            self._answer(200, PICTURE, "image/jpeg")
        elif asked["hub.verify_token"] == [VERIFY_TOKEN]:
            self._answer(200, asked["hub.challenge"][0].encode())
        else:
            self._answer(403)

    def do_POST(self) -> None:
        """Take an event whose signature fits: note it, then answer 200 at once, or the next may overtake it."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signature = "sha256=" + hmac.new(self.server.app_secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, self.headers.get("X-Hub-Signature-256", "")):
            self._answer(401)
            return
        for entry in json.loads(body)["entry"]:
            for change in entry["changes"]:
                for status in change["value"].get("statuses", []):
                    self.server.statuses.put((status["id"], status["status"]))
        self._answer(200)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Say nothing."""

    def _answer(self, status: int, body: bytes = b"", content_type: str = "text/plain") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Meta:
    """The calls of the Cloud API that this program makes."""

    def __init__(self, base_url: str, phone_number_id: str, token: str) -> None:
        self.graph = f"{base_url}/v24.0"
        self.number = f"{self.graph}/{phone_number_id}"
        self.token = token

    def subscribe(self, url: str) -> None:
        """Have the number's events sent to `url`."""
        override = {"override_callback_uri": url, "verify_token": VERIFY_TOKEN}
        self._post(self.number, {"webhook_configuration": override})

    def send(self, to: str, kind: str, content: dict[str, Any]) -> str:
        """Send a message; return its id."""
        message = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": to, "type": kind}
        return str(self._post(f"{self.number}/messages", {**message, kind: content})["messages"][0]["id"])

    def upload(self, data: bytes, mime: str) -> str:
        """Upload a file; return its id."""
        fields = {"messaging_product": "whatsapp", "type": mime}
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="picture"\r\n'
        form = "".join([*parts, head, f"Content-Type: {mime}\r\n\r\n"]).encode() + data
        form += f"\r\n--{BOUNDARY}--\r\n".encode()
        return str(
            json.loads(self._ask(f"{self.number}/media", form, f"multipart/form-data; boundary={BOUNDARY}"))["id"]
        )

    def download(self, media_id: str) -> bytes:
        """Look a file up, and fetch it from the URL that the answer names."""
        return self._ask(json.loads(self._ask(f"{self.graph}/{media_id}"))["url"])

    def _post(self, url: str, body: dict[str, Any]) -> Any:
        return json.loads(self._ask(url, json.dumps(body).encode(), "application/json"))

    def _ask(self, url: str, body: bytes | None = None, content_type: str = "") -> bytes:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Content-Type": content_type} if body else {})
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=TIMEOUT_SECONDS) as answer:
            return bytes(answer.read())


def main() -> None:
    """Do everything once and say how it went."""
    parser = argparse.ArgumentParser(description="Talk to Meta's Cloud API.")
    for name in ("base-url", "token", "app-secret", "phone-number-id", "to"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--listen", type=int, default=0, help="port of the webhook")
    asked = parser.parse_args()

    hook = Hook(asked.listen, asked.app_secret)
    meta = Meta(asked.base_url, asked.phone_number_id, asked.token)
    meta.subscribe(f"{hook.url}/hook")
    media_id = meta.upload(PICTURE, "image/jpeg")
    sent = {
        meta.send(asked.to, "text", {"body": "Hello from a program for Meta"}): "text",
        meta.send(asked.to, "image", {"id": media_id, "caption": "by id"}): "image by id",
        meta.send(asked.to, "image", {"link": f"{hook.url}/picture.jpg", "caption": "by link"}): "image by link",
    }
    print("fetched", len(meta.download(media_id)), "bytes, the same:", meta.download(media_id) == PICTURE)
    unread = set(sent)
    while unread:
        message_id, status = hook.statuses.get(timeout=TIMEOUT_SECONDS)
        print(sent.get(message_id, message_id), status)
        if status == "read":
            unread.discard(message_id)
    print("all read")


if __name__ == "__main__":
    main()
