"""The control API as a test calls it: the client of the commands, and a form with a file."""

import json
from typing import Any

from waypost.lib.control_client import ControlClient
from waypost.lib.forms import form_of

API = "/_waypost/v1"


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
        form = form_of({"message": json.dumps(message)}, file, filename=filename, mime=mime)
        return json.loads(self.ask("POST", f"{API}{path}", form.body, {"Content-Type": form.content_type}))
