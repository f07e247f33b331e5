"""Cuts a stream of HTTP/1.1 bytes into whole messages; for the load generator and the receiver alike."""

from collections.abc import Iterator


class Splitter:
    """Collects what arrives on one connection; only bodies with a Content-Length, or none, are understood."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield head (in lower case, without its blank line) and body of every message that is now complete."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            total = end + 4 + content_length(head)
            if len(self._buffer) < total:
                return
            body = self._buffer[end + 4 : total]
            self._buffer = self._buffer[total:]
            yield head, body


def content_length(head: bytes) -> int:
    """Return the length of the body behind a lower-case head. Raises ValueError for a chunked one."""
    text = header(head, b"content-length")
    if text is None and header(head, b"transfer-encoding") is not None:
        raise ValueError("chunked bodies are not understood here")
    return int(text or b"0")


def header(head: bytes, name: bytes) -> bytes | None:
    """Return the value of a header line, or None; `head` and `name` are in lower case."""
    at = head.find(b"\r\n" + name + b":")
    if at < 0:
        return None
    start = at + len(name) + 3
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else len(head)].strip()
