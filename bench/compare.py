"""Compares this checkout with another: `make bench ARGS="--against ../before"` says what a change has gained.

Both run at once and are loaded in turn, a second each, many times. A busy machine adds to a measurement and never
takes away, and it adds to neighbours alike: so the lower quartiles are compared, and neighbours with each other.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import processes, stand
from bench.latencies import quantile
from bench.load import Plan
from bench.requests import Texts
from bench.stand import ROOT, Receiver, Server

_SLICE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Side:
    server: Server
    receiver: Receiver | None

    def cpu_us(self) -> float:
        """Load for a moment, until everything is told, and return the CPU of each message."""
        before = processes.cpu_seconds(self.server.pid)
        told = self.receiver.counts().statuses if self.receiver is not None else 0
        plan = Plan(self.server.port, Texts(stand.NUMBER, stand.TOKEN), _SLICE_SECONDS)
        accepted = stand.drive(plan).ok
        if self.receiver is not None:
            self.receiver.wait_for(told + 3 * accepted)
        return stand.cpu_microseconds(self.server, before, accepted)


def main(other: Path, pairs: int) -> None:
    """Compare accept alone and the whole way."""
    for title, launcher, is_told in (("accept alone", "bench.accept_only", False), ("end to end", "waypost", True)):
        with _side(other, launcher, is_told=is_told) as theirs, _side(ROOT, launcher, is_told=is_told) as ours:
            _warm(theirs, ours)
            measured = [_pair(theirs, ours, turn) for turn in range(pairs)]
        _print(title, measured)


@contextmanager
def _side(checkout: Path, launcher: str, *, is_told: bool) -> Iterator[_Side]:
    with ExitStack() as stack:
        data = stack.enter_context(stand.folder())
        receiver = stack.enter_context(stand.receiver(data)) if is_told else None
        flags = () if receiver is None else ("--webhook", receiver.url)
        server = stand.waypost(data / "waypost", *flags, launcher=(launcher,), checkout=checkout)
        yield _Side(stack.enter_context(server), receiver)


def _warm(*sides: _Side) -> None:
    for side in sides:
        side.cpu_us()


def _pair(theirs: _Side, ours: _Side, turn: int) -> tuple[float, float]:
    """Measure both; who comes first changes from turn to turn."""
    if turn % 2:
        return theirs.cpu_us(), ours.cpu_us()
    own = ours.cpu_us()
    return theirs.cpu_us(), own


def _print(title: str, measured: Sequence[tuple[float, float]]) -> None:
    theirs, ours = (sorted(side) for side in zip(*measured, strict=True))
    ratios = sorted(own / other for other, own in measured)
    low = quantile(ours, 0.25) / quantile(theirs, 0.25)
    print(f"{title}: {quantile(theirs, 0.25):.0f} -> {quantile(ours, 0.25):.0f} µs a message (lower quartiles)")
    print(f"  ratio {low:.3f}; of neighbours {quantile(ratios, 0.5):.3f}, half of them", end=" ")
    print(f"{quantile(ratios, 0.25):.3f} to {quantile(ratios, 0.75):.3f}", flush=True)
