"""P7 and P8: files in and files out."""

import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic
from urllib.parse import urlsplit

import msgspec
from bench import processes, stand
from bench.framing import content_length
from bench.load import CONNECTIONS, Outcome, Plan
from bench.requests import Uploads, upload
from bench.results import Figure, Result, middle
from bench.stand import Server

_LARGE = 5_000_000
_SMALL = 100_000
_HUGE = 100_000_000
_LARGE_AT_ONCE = 8
_READERS = 4
_BUFFER = 1 << 20
_LOOK_SECONDS = 0.02

_UPLOAD_METHOD = """Multipart uploads of JPEG files that are really decodable, no two alike, closed loop.
Each is streamed, hashed, checked, written, fsynced and has its row when it is answered.
Files of 5 MB over 8 connections, files of 100 KB over 48.
Growth is the most memory that the process tree has while it takes a document of 100 MB, less what it had before.
"""
_DOWNLOAD_METHOD = """One document of 100 MB, 4 connections that read as fast as they can and throw away what they read.
The bytes are in the page cache. Contents and ranges are checked outside the measured time.
"""


class Uploaded(msgspec.Struct):
    """One load of uploads."""

    size: int
    outcome: Outcome
    cpu_us: float
    """For each file."""

    @property
    def megabytes_per_second(self) -> float:
        """Of file contents."""
        return self.outcome.rate * self.size / 1e6


class Downloaded(msgspec.Struct):
    """One load of downloads."""

    gigabytes_per_second: float
    cpu_seconds_per_gigabyte: float


def measure_uploads(seconds: float, repetitions: int) -> Result:
    """P7."""
    with stand.folder() as data, stand.waypost(data) as server:
        growth = _growth(server)
        large = [_upload(server, _LARGE, seconds, number) for number in range(repetitions)]
        small = [_upload(server, _SMALL, seconds, number) for number in range(repetitions)]
    refused = sum(r.outcome.unanswered + sum(r.outcome.refused.values()) for r in (*large, *small))
    figures = [
        Figure("files of 5 MB", middle(r.megabytes_per_second for r in large), "MB/s", 300, "more"),
        Figure("CPU a file of 5 MB", middle(r.cpu_us for r in large) / 1000, "ms"),
        Figure("files of 100 KB", middle(r.outcome.rate for r in small), "/s", 1500, "more"),
        Figure("CPU a file of 100 KB", middle(r.cpu_us for r in small) / 1000, "ms"),
        Figure("memory growth during a document of 100 MB", growth, "MiB", 20),
        Figure("uploads refused or unanswered", refused, "", 0),
    ]
    return Result("p7", "upload", _UPLOAD_METHOD, figures, {"large": large, "small": small})


def measure_downloads(seconds: float, repetitions: int) -> Result:
    """P8."""
    document = _document()
    with stand.folder() as data, stand.waypost(data) as server:
        request = _download_request(server, _stored(server, document))
        wrong = _wrong_answers(server, request, document)
        runs = [_download(server, request, seconds) for _ in range(repetitions)]
    figures = [
        Figure("a document of 100 MB", middle(r.gigabytes_per_second for r in runs), "GB/s", 1.5, "more"),
        Figure("CPU", middle(r.cpu_seconds_per_gigabyte for r in runs), "s/GB"),
        Figure("answers with wrong bytes: whole, first, middle, last, behind the end", wrong, "", 0),
    ]
    return Result("p8", "download", _DOWNLOAD_METHOD, figures, {"runs": runs})


def _upload(server: Server, size: int, seconds: float, number: int) -> Uploaded:
    before = processes.cpu_seconds(server.pid)
    connections = _LARGE_AT_ONCE if size == _LARGE else CONNECTIONS
    requests = Uploads(stand.NUMBER, stand.TOKEN, size, run=number)
    outcome = stand.drive(Plan(server.port, requests, seconds, connections=connections))
    return Uploaded(size, outcome, round(stand.cpu_microseconds(server, before, outcome.ok), 1))


def _growth(server: Server) -> float:
    document = _document()
    _stored(server, document[:_SMALL])  # whatever the first upload loads once is no growth
    before = processes.rss_mib(server.pid)
    with _peak_of(server.pid) as peak:
        _stored(server, document)
    return peak() - before


@contextmanager
def _peak_of(pid: int) -> Iterator[Callable[[], float]]:
    """Watch a process tree's memory; what is given returns the most seen."""
    seen = [processes.rss_mib(pid)]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_SECONDS):
            seen.append(processes.rss_mib(pid))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield lambda: max(seen)
    finally:
        over.set()
        thread.join()


def _document() -> bytes:
    line = b"%07d The quick brown fox jumps over the lazy dog, again and again, until the file is full. \n"
    block = b"".join(line % number for number in range(10_000))
    return (block * (_HUGE // len(block) + 1))[:_HUGE]


def _stored(server: Server, document: bytes) -> str:
    """Upload a document and return its id."""
    request = upload(stand.NUMBER, stand.TOKEN, f"127.0.0.1:{server.port}", document, "text/plain")
    head, body = stand.ask(server.port, request, timeout=120)
    if not head.startswith(b"http/1.1 200"):
        raise SystemExit(f"the upload was refused: {body.decode()}")
    media_id: str = msgspec.json.decode(body)["id"]
    return media_id


def _download_request(server: Server, media_id: str) -> bytes:
    """Look the medium up and return the request for its bytes, without the blank line at its end."""
    _, body = stand.ask(server.port, _get(server, f"/v24.0/{media_id}") + b"\r\n")
    url = urlsplit(msgspec.json.decode(body)["url"])
    return _get(server, f"{url.path}?{url.query}")


def _get(server: Server, target: str) -> bytes:
    host = f"127.0.0.1:{server.port}"
    return f"GET {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {stand.TOKEN}\r\n".encode()


def _wrong_answers(server: Server, request: bytes, document: bytes) -> int:
    size = len(document)
    wanted: list[tuple[bytes, bytes, bytes]] = [
        (b"", b"200", document),
        (b"Range: bytes=0-99\r\n", b"206", document[:100]),
        (b"Range: bytes=50000000-50999999\r\n", b"206", document[50_000_000:51_000_000]),
        (b"Range: bytes=-100\r\n", b"206", document[-100:]),
        (b"Range: bytes=%d-\r\n" % size, b"416", b""),
    ]
    return sum(not _is_right(server, request + line, status, body) for line, status, body in wanted)


def _is_right(server: Server, request: bytes, status: bytes, wanted: bytes) -> bool:
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(request + b"\r\n")
        digest = hashlib.sha256()
        head = _read_answer(connection, bytearray(_BUFFER), digest.update)
    return head[9:12] == status and digest.digest() == hashlib.sha256(wanted).digest()


def _download(server: Server, request: bytes, seconds: float) -> Downloaded:
    before, started = processes.cpu_seconds(server.pid), monotonic()
    end = started + seconds
    with ThreadPoolExecutor(_READERS) as pool:
        read = sum(pool.map(lambda _: _read_until(end, server, request + b"\r\n"), range(_READERS)))
    elapsed = monotonic() - started
    cpu = processes.cpu_seconds(server.pid) - before
    return Downloaded(round(read / elapsed / 1e9, 3), round(cpu / (read / 1e9), 3))


def _read_until(end: float, server: Server, request: bytes) -> int:
    """Download again and again on one connection; return how many bytes came."""
    buffer, total = bytearray(_BUFFER), 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        while monotonic() < end:
            connection.sendall(request)
            total += content_length(_read_answer(connection, buffer, lambda _: None))
    return total


def _read_answer(connection: socket.socket, buffer: bytearray, take: Callable[[memoryview], object]) -> bytes:
    """Read one answer, hand its body to `take` piece by piece, and return its head in lower case."""
    view, filled = memoryview(buffer), 0
    while (head_end := buffer.find(b"\r\n\r\n", 0, filled)) < 0:
        filled += _some(connection, view[filled:])
    head = bytes(view[:head_end]).lower()
    take(view[head_end + 4 : filled])
    left = content_length(head) - (filled - head_end - 4)
    while left > 0:
        count = _some(connection, view)
        take(view[:count])
        left -= count
    return head


def _some(connection: socket.socket, into: memoryview) -> int:
    count = connection.recv_into(into)
    if not count:
        raise ConnectionError("the server hung up in the middle of an answer")
    return count
