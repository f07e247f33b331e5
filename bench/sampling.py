"""Looks at a running server once a second: memory, open files, threads, what waits, and how soon it answers."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import msgspec
from bench import processes, stand
from bench.latencies import quantile
from bench.stand import Server

_MIB = 2**20
_METRICS_EVERY = 10  # looks: counting what waits costs the server a query


class Look(msgspec.Struct):
    """One look. What only every tenth has is None in the others."""

    at: float
    """Seconds since the first."""
    rss_mib: float
    files: int
    threads: int
    wal_mib: float
    health_ms: float
    """How long `GET /health` took, connection included: what the event loop lets others wait."""
    store_queue: float | None = None
    messages_held: float | None = None
    webhooks_held: float | None = None
    webhooks_waiting: float | None = None


class Trend(msgspec.Struct):
    """What looks at a server tell."""

    looks: list[Look]

    def most(self, of: Callable[[Look], float | None]) -> float:
        """Return the highest of what was seen; 0 if it was never looked for."""
        return max((seen for look in self.looks if (seen := of(look)) is not None), default=0.0)

    def slope(self, of: Callable[[Look], float]) -> float:
        """Return how much it grows in an hour, by least squares over the last half."""
        half = self.looks[len(self.looks) // 2 :]
        return 3600 * slope([look.at for look in half], [of(look) for look in half])

    def p99(self, of: Callable[[Look], float]) -> float:
        """Return the 99th percentile."""
        return quantile(sorted(map(of, self.looks)), 0.99)


def slope(at: Sequence[float], values: Sequence[float]) -> float:
    """Return the slope of the straight line that fits best; 0 for fewer than two moments."""
    if len(at) < 2:
        return 0.0
    middle_at, middle = sum(at) / len(at), sum(values) / len(values)
    spread = sum((each - middle_at) ** 2 for each in at)
    return sum((x - middle_at) * (y - middle) for x, y in zip(at, values, strict=True)) / spread if spread else 0.0


@contextmanager
def watched(server: Server, data: Path, *, every_seconds: float = 1.0) -> Iterator[Trend]:
    """Look at a server for the length of the block; `data` is its folder."""
    trend, stopped = Trend([]), threading.Event()

    def watch() -> None:
        began = monotonic()
        while not stopped.wait(every_seconds):
            asks = len(trend.looks) % _METRICS_EVERY == 0
            trend.looks.append(_look(server, data, monotonic() - began, asks_metrics=asks))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield trend
    finally:
        stopped.set()
        thread.join()


def _look(server: Server, data: Path, at: float, *, asks_metrics: bool) -> Look:
    wal = data / "waypost.db-wal"
    look = Look(
        at=round(at, 2),
        rss_mib=round(processes.rss_mib(server.pid), 1),
        files=processes.open_files(server.pid),
        threads=processes.threads(server.pid),
        wal_mib=round(wal.stat().st_size / _MIB, 1) if wal.exists() else 0.0,
        health_ms=_health_ms(server),
    )
    if asks_metrics:
        found = metrics(stand.ask(server.port, _get(server, "/metrics"))[1].decode())
        look.store_queue = found.get("waypost_store_queue")
        look.messages_held = found.get('waypost_lanes_held{lanes="messages"}')
        look.webhooks_held = found.get('waypost_lanes_held{lanes="webhooks"}')
        look.webhooks_waiting = found.get('waypost_waiting{kind="deliveries"}')
    return look


def metrics(text: str) -> dict[str, float]:
    """Read what `/metrics` says: each name with its labels, and its value."""
    lines = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def _health_ms(server: Server) -> float:
    began = monotonic()
    stand.ask(server.port, _get(server, "/health"))
    return round(1000 * (monotonic() - began), 2)


def _get(server: Server, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode("ascii")
