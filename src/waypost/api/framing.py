"""How a body in chunks may be framed: what is well-formed HTTP, and still nothing that a server waits for.

llhttp reads the chunks and says where each begins and ends; it does not say how large one is, so its line is read here.
"""

import re

import httptools
from msgspec import Struct

from waypost.api.guard import CHUNK_TOO_LARGE, MALFORMED, OVERHEAD, Limits, Refusal

_FRAMING_BYTES = 64 * 1024  # chunk heads and trailers that a body may bring whatever its size
_LINE_BYTES = 1024  # of a line that comes in pieces; behind the size there may be extensions, which nobody sends
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]++)[ \t]*+(?:;.*)?\r\n")
_LARGER_THAN_LLHTTP_COUNTS = ("Chunk size overflow",)


class Framing(Struct):
    """What is known of the framing of the body that is coming."""

    chunk_began: int | None = None
    """How much of the body came before the chunk whose line has come just now; None if no new one is open."""
    _wire_bytes: int = 0
    _line: bytes | None = b""
    """What has come of the line that has not ended; None if that is more than is kept."""

    def fault(self, data: bytes, body_bytes: int, limits: Limits, *, is_first: bool) -> Refusal | None:
        """Return what is wrong with a body that is not complete after `data`, of which `body_bytes` have come in all.

        `is_first` says that the head of its request came with `data`.
        """
        self._wire_bytes = 0 if is_first else self._wire_bytes + len(data)
        if self._wire_bytes > _FRAMING_BYTES + 8 * body_bytes:
            return OVERHEAD
        began, self.chunk_began = self.chunk_began, None
        line = b"" if is_first else self._line
        text = line + data if line else data
        self._line = _unended(text, is_whole=line is not None)
        if began is None or _chunk_bytes(text, body_bytes - began, is_whole=line is not None) <= limits.chunk_bytes:
            return None
        return CHUNK_TOO_LARGE


def fault_of(error: httptools.HttpParserError) -> Refusal:
    """Return what is wrong with the bytes at which llhttp has stopped."""
    return CHUNK_TOO_LARGE if error.args == _LARGER_THAN_LLHTTP_COUNTS else MALFORMED


def _unended(text: bytes, *, is_whole: bool) -> bytes | None:
    """Return the line at the end of `text`; None if it is long, or begins before a text that is not whole."""
    begin = text.rfind(b"\n") + 1
    is_known = is_whole or begin > 0
    return text[begin:] if is_known and len(text) - begin <= _LINE_BYTES else None


def _chunk_bytes(text: bytes, came_bytes: int, *, is_whole: bool) -> int:
    """Return the size of the chunk of which the last `came_bytes` of `text` are.

    `is_whole` says that `text` does not begin inside of a line. A line of which the beginning was not kept is not read:
    such a chunk ends as a slow body does.
    """
    end = len(text) - came_bytes
    begin = text.rfind(b"\n", 0, end - 1) + 1
    if begin == 0 and not is_whole:
        return 0
    line = _CHUNK_LINE.match(text, begin, end)  # none: the last chunk has come, and trailers behind it
    return int(line[1], 16) if line else 0
