"""A server for clients that block: it takes one request, in a thread, and answers it as it was told."""

import socket
from threading import Thread
from types import TracebackType
from typing import Self


class OneAnswer:
    """Listens on loopback. `say` first, then let the client ask."""

    def __init__(self) -> None:
        self.heard = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(10)
        self._thread: Thread | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def say(self, status: int, body: bytes) -> None:
        """Answer the next request with these, and hang up."""
        head = b"HTTP/1.1 %d Said\r\nConnection: close\r\n\r\n" % status
        self._thread = Thread(target=self._serve, args=(head + body,))
        self._thread.start()

    def _serve(self, answer: bytes) -> None:
        connection, _ = self._listener.accept()
        with connection:
            connection.settimeout(10)
            while not _is_whole(self.heard):
                self.heard += connection.recv(65536)
            connection.sendall(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._thread.join()
        self._listener.close()


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    lengths = [
        int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    ]
    return bool(end) and len(body) >= sum(lengths)
