"""Hops: what was asked and answered on the way of a link."""

from msgspec import Struct


class Hop(Struct, frozen=True, omit_defaults=True):
    """One request on the way of a link, and the head of its answer."""

    url: str
    status: int | None = None
    """None: nothing was asked, or nothing was answered."""
    headers: dict[str, str] = {}
    """Those of the answer that say where to go and what comes, as `RELEVANT`; each shortened."""
    note: str | None = None
    """Why nothing came of it, completing a sentence that begins "It"."""


RELEVANT = (
    "location", "content-type", "content-length", "content-encoding", "content-disposition", "retry-after", "server",
    "www-authenticate",
)  # fmt: skip
"""The headers of an answer that a hop keeps."""
