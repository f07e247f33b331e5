"""How a body in chunks may be framed: what is well-formed HTTP, and still nothing that a server waits for.

llhttp reads the chunks and says where each begins and ends; it does not say how large one is, so its line is read here.
"""

import re

import httptools
from msgspec import Struct

from waypost.api.guard import CHUNK_TOO_LARGE, MALFORMED, OVERHEAD, Limits, Refusal

_FRAMING_BYTES = 64 * 1024  # chunk heads and trailers that a body may bring whatever its size
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]++)[ \t]*+(?:;.*)?\r\n")
_LARGER_THAN_LLHTTP_COUNTS = ("Chunk size overflow",)


class Framing(Struct):
    """What is known of the framing of the body that is coming."""

    chunk_began: int | None = None
    """How much of the body came before the chunk whose line has come just now; None if no new one is open."""
    _wire_bytes: int = 0
    _has_ended_line: bool = False

    def fault(self, data: bytes, body_bytes: int, limits: Limits, *, is_first: bool) -> Refusal | None:
        """Return what is wrong with a body that is not complete after `data`, of which `body_bytes` have come in all.

        `is_first` says that the head of its request came with `data`.
        """
        self._wire_bytes = 0 if is_first else self._wire_bytes + len(data)
        if self._wire_bytes > _FRAMING_BYTES + 8 * body_bytes:
            return OVERHEAD
        began, self.chunk_began = self.chunk_began, None
        is_whole, self._has_ended_line = is_first or self._has_ended_line, data.endswith(b"\n")
        if began is None or _chunk_bytes(data, body_bytes - began, is_whole=is_whole) <= limits.chunk_bytes:
            return None
        return CHUNK_TOO_LARGE


def fault_of(error: httptools.HttpParserError) -> Refusal:
    """Return what is wrong with the bytes at which llhttp has stopped."""
    return CHUNK_TOO_LARGE if error.args == _LARGER_THAN_LLHTTP_COUNTS else MALFORMED


def _chunk_bytes(data: bytes, came_bytes: int, *, is_whole: bool) -> int:
    """Return the size of the chunk of which the last `came_bytes` of `data` are.

    `is_whole` says that `data` does not begin inside of a line. A line that came in two pieces is not read: such a
    chunk ends as a slow body does.
    """
    end = len(data) - came_bytes
    begin = data.rfind(b"\n", 0, end - 1) + 1
    if begin == 0 and not is_whole:
        return 0
    line = _CHUNK_LINE.match(data, begin, end)  # none: the last chunk has come, and trailers behind it
    return int(line[1], 16) if line else 0
