"""How the On-Premises face is put together: each topic brings its paths; the number is in the credential, not in them.

To add a topic, write its file with `routes`, and name it in `app/faces/onprem.py`.
"""

from collections.abc import Iterable
from typing import Protocol

from waypost.api.routing import Route


class Topic(Protocol):
    """A group of handlers that brings its own paths."""

    def routes(self) -> list[Route]:
        """Return them."""
        ...


def routes_of(topics: Iterable[Topic]) -> list[Route]:
    """Return the routes of the face."""
    return [route for topic in topics for route in topic.routes()]
