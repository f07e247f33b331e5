"""Hops: what was asked and answered on the way of a link."""

from collections.abc import Mapping

from msgspec import Struct, structs

_MAX_URL = 2_048
_MAX_VALUE = 512


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


class Trail:
    """The hops of a link, in order; whoever fetches it tells each step as it is made."""

    def __init__(self) -> None:
        self.hops: list[Hop] = []

    def ask(self, url: str) -> None:
        """Note that a URL is asked for."""
        self.hops.append(Hop(url[:_MAX_URL]))

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Note the head of an answer, with names in lower case."""
        kept = {name: headers[name][:_MAX_VALUE] for name in RELEVANT if name in headers}
        self.hops[-1] = structs.replace(self.hops[-1], status=status, headers=kept)

    def ended(self, note: str) -> None:
        """Note why it goes no further."""
        if self.hops:
            self.hops[-1] = structs.replace(self.hops[-1], note=note)
