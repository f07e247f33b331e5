"""A program written for the On-Premises API: it logs in, sends a text and pictures, fetches one back, reads callbacks.

    waypost serve --token my-token --callback-dialect onprem --fetch-allow 127.0.0.0/8
    python examples/onprem_client.py --base-url http://127.0.0.1:8360 --token my-token --to 15550001111

Nothing in it knows of Waypost: Meta shut the client down that it was written for on 2025-10-23. The token is the
password of `admin`. Callbacks are not signed in this dialect; the path of the webhook is the secret.
"""

import argparse
import base64
import json
import queue
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOOK_PATH = "/hook-2f8c11d0"
TIMEOUT_SECONDS = 10
PICTURE = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////////////////////"
    "////////////////wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8A"
    "P//Z"
)


class Hook(ThreadingHTTPServer):
    """The program's web server: it takes callbacks, and serves the picture that links lead to."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), HookHandler)
        self.statuses: queue.Queue[tuple[str, str]] = queue.Queue()
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class HookHandler(BaseHTTPRequestHandler):
    """One request of the client's."""

    server: Hook

    def do_GET(self) -> None:
        """Answer with the picture."""
        self._answer(200, PICTURE)

    def do_POST(self) -> None:
        """Take a callback, the bare value without an envelope: note it, then answer, or the next may overtake it."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != HOOK_PATH:
            self._answer(404)
            return
        for status in json.loads(body).get("statuses", []):
            self.server.statuses.put((status["id"], status["status"]))
        self._answer(200)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Say nothing."""

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class OnPremises:
    """The calls of the On-Premises API that this program makes."""

    def __init__(self, base_url: str, user: str, password: str) -> None:
        self.v1 = f"{base_url}/v1"
        self.authorization = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        token = self._json("POST", "/users/login", {})["users"][0]["token"]
        self.authorization = f"Bearer {token}"

    def subscribe(self, url: str) -> None:
        """Have callbacks sent to `url`, those of `sent` too."""
        self._json("PATCH", "/settings/application", {"webhooks": {"url": url, "message": {"sent": True}}})

    def wa_id_of(self, number: str) -> str:
        """Ask who answers under a phone number."""
        checked = self._json("POST", "/contacts", {"blocking": "wait", "contacts": [number]})
        return str(checked["contacts"][0]["wa_id"])

    def send(self, to: str, kind: str, content: dict[str, Any]) -> str:
        """Send a message; return its id."""
        message = {"recipient_type": "individual", "to": to, "type": kind, kind: content}
        return str(self._json("POST", "/messages", message)["messages"][0]["id"])

    def upload(self, data: bytes, mime: str) -> str:
        """Upload a file as the body of the request; return its id."""
        return str(json.loads(self._ask("POST", "/media", data, mime))["media"][0]["id"])

    def download(self, media_id: str) -> bytes:
        """Fetch a file."""
        return self._ask("GET", f"/media/{media_id}")

    def _json(self, method: str, path: str, body: dict[str, Any]) -> Any:
        return json.loads(self._ask(method, path, json.dumps(body).encode(), "application/json"))

    def _ask(self, method: str, path: str, body: bytes | None = None, content_type: str = "") -> bytes:
        headers = {"Authorization": self.authorization} | ({"Content-Type": content_type} if body else {})
        request = urllib.request.Request(self.v1 + path, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            return bytes(answer.read())


def main() -> None:
    """Do everything once and say how it went."""
    parser = argparse.ArgumentParser(description="Talk to the On-Premises API.")
    for name in ("base-url", "token", "to"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--listen", type=int, default=0, help="port of the webhook")
    asked = parser.parse_args()

    hook = Hook(asked.listen)
    client = OnPremises(asked.base_url, "admin", asked.token)
    client.subscribe(hook.url + HOOK_PATH)
    to = client.wa_id_of(f"+{asked.to}")
    media_id = client.upload(PICTURE, "image/jpeg")
    sent = {
        client.send(to, "text", {"body": "Hello from a program for On-Premises"}): "text",
        client.send(to, "image", {"id": media_id, "caption": "by id"}): "image by id",
        client.send(to, "image", {"link": f"{hook.url}/picture.jpg", "caption": "by link"}): "image by link",
    }
    print("fetched", len(client.download(media_id)), "bytes, the same:", client.download(media_id) == PICTURE)
    unread = set(sent)
    while unread:
        message_id, status = hook.statuses.get(timeout=TIMEOUT_SECONDS)
        print(sent.get(message_id, message_id), status)
        if status == "read":
            unread.discard(message_id)
    print("all read")


if __name__ == "__main__":
    main()
