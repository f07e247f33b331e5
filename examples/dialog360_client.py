"""A program written for 360dialog's Cloud API: it sends a text and pictures, fetches one back, and reads its webhook.

    waypost serve --token my-key --fetch-allow 127.0.0.0/8
    python examples/dialog360_client.py --base-url http://127.0.0.1:8360 --token my-key --to 15550001111

Nothing in it knows of Waypost: with another base URL it talks to https://waba-v2.360dialog.io. The key is the number,
so no path names one. 360dialog signs nothing; a header that was set with the webhook shows who calls.
"""

import argparse
import base64
import hmac
import json
import queue
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOOK_SECRET = "only 360dialog and this program know it"
LOOKASIDE = "https://lookaside.fbsbx.com"
BOUNDARY = "boundary-of-the-form"
TIMEOUT_SECONDS = 10
PICTURE = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////////////////////"
    "////////////////wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8A"
    "P//Z"
)


class Hook(ThreadingHTTPServer):
    """The program's web server: it takes events, and serves the picture that links lead to."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), HookHandler)
        self.statuses: queue.Queue[tuple[str, str]] = queue.Queue()
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class HookHandler(BaseHTTPRequestHandler):
    """One request of 360dialog's."""

    server: Hook

    def do_GET(self) -> None:
        """Answer with the picture."""
        self._answer(200, PICTURE)

    def do_POST(self) -> None:
        """Take an event that brings the secret: note it, then answer 200 at once, or the next may overtake it."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not hmac.compare_digest(self.headers.get("X-Hook-Secret", ""), HOOK_SECRET):
            self._answer(401)
            return
        for entry in json.loads(body)["entry"]:
            for change in entry["changes"]:
                for status in change["value"].get("statuses", []):
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


class Dialog360:
    """The calls of 360dialog's host that this program makes."""

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url = base_url
        self.key = key

    def subscribe(self, url: str) -> None:
        """Have the number's events sent to `url`, each with our secret."""
        self._post("/v1/configs/webhook", {"url": url, "headers": {"X-Hook-Secret": HOOK_SECRET}})

    def send(self, to: str, kind: str, content: dict[str, Any]) -> str:
        """Send a message; return its id."""
        message = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": to, "type": kind}
        return str(self._post("/messages", {**message, kind: content})["messages"][0]["id"])

    def upload(self, data: bytes, mime: str) -> str:
        """Upload a file; return its id."""
        product = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n'
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="picture"\r\n'
        form = f"{product}{head}Content-Type: {mime}\r\n\r\n".encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()
        return str(json.loads(self._ask("/media", form, f"multipart/form-data; boundary={BOUNDARY}"))["id"])

    def download(self, media_id: str) -> bytes:
        """Look a file up, and fetch it with the key: Meta's host in the URL is replaced by 360dialog's."""
        url = str(json.loads(self._ask(f"/{media_id}"))["url"])
        return self._ask(url.replace(LOOKASIDE, self.base_url).removeprefix(self.base_url))

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return json.loads(self._ask(path, json.dumps(body).encode(), "application/json"))

    def _ask(self, path: str, body: bytes | None = None, content_type: str = "") -> bytes:
        headers = {"D360-API-KEY": self.key} | ({"Content-Type": content_type} if body else {})
        request = urllib.request.Request(self.base_url + path, body, headers)
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            return bytes(answer.read())


def main() -> None:
    """Do everything once and say how it went."""
    parser = argparse.ArgumentParser(description="Talk to 360dialog's Cloud API.")
    for name in ("base-url", "token", "to"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--listen", type=int, default=0, help="port of the webhook")
    asked = parser.parse_args()

    hook = Hook(asked.listen)
    host = Dialog360(asked.base_url, asked.token)
    host.subscribe(f"{hook.url}/hook")
    media_id = host.upload(PICTURE, "image/jpeg")
    sent = {
        host.send(asked.to, "text", {"body": "Hello from a program for 360dialog"}): "text",
        host.send(asked.to, "image", {"id": media_id, "caption": "by id"}): "image by id",
        host.send(asked.to, "image", {"link": f"{hook.url}/picture.jpg", "caption": "by link"}): "image by link",
    }
    print("fetched", len(host.download(media_id)), "bytes, the same:", host.download(media_id) == PICTURE)
    unread = set(sent)
    while unread:
        message_id, status = hook.statuses.get(timeout=TIMEOUT_SECONDS)
        print(sent.get(message_id, message_id), status)
        if status == "read":
            unread.discard(message_id)
    print("all read")


if __name__ == "__main__":
    main()
