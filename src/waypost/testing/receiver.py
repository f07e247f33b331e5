"""The kit's own webhook receiver: it notes every call and answers as it is told."""

import hmac
from collections import deque
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from waypost.lib.signing import hub_signature
from waypost.testing.events import Call

_LARGEST_BYTES = 64 * 1024 * 1024
_SIGNATURE = "x-hub-signature-256"


class Receiver:
    """A web server in a thread, on a free port of this machine, that takes the events of a number."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls: list[Call] = []
        self._answers: deque[int] = deque()
        self._secret = ""
        self._is_mute = False
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhook"
        # Looks for its end often: a test run must not wait half a second for it.
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True, name="waypost-receiver")
        self._thread.start()

    @property
    def calls(self) -> list[Call]:
        """The calls so far, oldest first."""
        with self._lock:
            return list(self._calls)

    def knows(self, app_secret: str) -> None:
        """Check signatures with this secret from now on."""
        self._secret = app_secret

    def answer(self, status: int, times: int) -> None:
        """Answer the next `times` calls with this status."""
        with self._lock:
            self._answers.extend([status] * times)

    def mute(self) -> None:
        """Forget everything, and take what comes without noting it."""
        with self._lock:
            self._is_mute = True
            self._calls.clear()
            self._answers.clear()

    def unmute(self) -> None:
        """Note what comes from now on."""
        with self._lock:
            self._is_mute = False

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Note a call and return the status that answers it."""
        with self._lock:
            if self._is_mute:
                return 200
            is_ok = hmac.compare_digest(
                headers.get(_SIGNATURE, "").encode(), hub_signature(self._secret, body).encode()
            )
            status = self._answers.popleft() if self._answers else 200
            self._calls.append(Call(body, headers, status, is_ok))
            return status


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """Echo the challenge of a handshake."""
        asked = parse_qs(urlsplit(self.path).query)
        self._answer(200, asked.get("hub.challenge", [""])[0].encode())

    def do_POST(self) -> None:
        """Take a call."""
        length = min(int(self.headers.get("Content-Length") or 0), _LARGEST_BYTES)
        body = self.rfile.read(length)
        self._answer(self.server.receiver.take(body, {name.lower(): value for name, value in self.headers.items()}))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Say nothing."""

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
