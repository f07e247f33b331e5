"""A program under test in the fewest lines: it sends what a test tells it to send."""

import json
from typing import Any

from tests.support.media import Sample

from waypost.testing import Waypost


class Program:
    """A program for Meta's paths that blocks."""

    def __init__(self, waypost: Waypost) -> None:
        self._waypost = waypost

    def send(self, to: str, kind: str, body: Any, **more: Any) -> str:
        """Send a message; return its id."""
        message = {"messaging_product": "whatsapp", "to": to, "type": kind, kind: body, **more}
        answer = self._ask("messages", json.dumps(message).encode(), "application/json")
        return str(answer["messages"][0]["id"])

    def text(self, to: str, body: str, **more: Any) -> str:
        """Send a text; return its id."""
        return self.send(to, "text", {"body": body}, **more)

    def buttons(self, to: str, text: str, **titles: str) -> str:
        """Send reply buttons, by their ids; return the id of the message."""
        replies = [{"type": "reply", "reply": {"id": id_, "title": title}} for id_, title in titles.items()]
        content = {"type": "button", "body": {"text": text}, "action": {"buttons": replies}}
        return self.send(to, "interactive", content)

    def list(self, to: str, text: str, **titles: str) -> str:
        """Send a list of one section, by the ids of its rows; return the id of the message."""
        rows = [{"id": id_, "title": title} for id_, title in titles.items()]
        action = {"button": "Choose", "sections": [{"title": "All", "rows": rows}]}
        return self.send(to, "interactive", {"type": "list", "body": {"text": text}, "action": action})

    def upload(self, sample: Sample) -> str:
        """Upload a file; return its id."""
        parts = [("messaging_product", b"whatsapp", ""), ("type", sample.mime.encode(), ""), ("file", sample.data, "f")]
        form = b"".join(_part(name, body, filename, sample.mime) for name, body, filename in parts) + b"--b--\r\n"
        return str(self._ask("media", form, "multipart/form-data; boundary=b")["id"])

    def _ask(self, path: str, body: bytes, content_type: str) -> Any:
        waypost = self._waypost
        target = f"/v24.0/{waypost.phone_number_id}/{path}"
        headers = {"Authorization": f"Bearer {waypost.token}", "Content-Type": content_type}
        return json.loads(waypost.control.ask("POST", target, body, headers))


def _part(name: str, body: bytes, filename: str, mime: str) -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"'
    head += f'; filename="{filename}"\r\nContent-Type: {mime}' if filename else ""
    return f"{head}\r\n\r\n".encode() + body + b"\r\n"
