"""The control API as a test calls it: the client of the commands, and a form with a file."""

import json
from typing import Any
from urllib.parse import quote

from waypost.lib.control_client import ControlClient

API = "/_waypost/v1"
_BOUNDARY = "waypost-testing-5d1c7f0e9a"


class Control(ControlClient):
    """Calls of a running server, for any thread. Every method raises ControlError for what is refused."""

    def get(self, path: str, **query: object) -> Any:  # Any: JSON
        """Return what the control API shows at `path`."""
        return self.call("GET", path, **query)

    def put_bytes(self, path: str, data: bytes) -> None:
        """PUT a JSON document as it is."""
        self.ask("PUT", f"{API}{path}", data, {"Content-Type": "application/json"})

    def post_form(self, path: str, message: object, file: bytes, *, filename: str, mime: str) -> Any:  # Any: JSON
        """POST a message with its file."""
        form = _part('name="message"', "application/json", json.dumps(message).encode())
        form += _part(f'name="file"; filename="{quote(filename, safe=" .-_()")}"', mime, file)
        form += f"--{_BOUNDARY}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
        return json.loads(self.ask("POST", f"{API}{path}", form, headers))


def _part(disposition: str, content_type: str, body: bytes) -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: {content_type}\r\n\r\n"
    return head.encode() + body + b"\r\n"
