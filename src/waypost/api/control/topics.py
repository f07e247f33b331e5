"""What the control API is made of: topics, each of which brings its paths.

To add a topic, write its file with `routes`, and name it in `app/faces/control.py`.
"""

from typing import Protocol

from waypost.api.routing import Route

V1 = "/_waypost/v1"
REFUSED = (400, 401, 403)
"""The statuses of refusals on every path."""
ABSENT = (*REFUSED, 404)
"""Those on a path that names something, or whose body does."""


class Topic(Protocol):
    """A group of handlers that brings its own paths."""

    def routes(self) -> list[Route]:
        """Return them; they are put behind the gate."""
        ...
