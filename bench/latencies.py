"""What a run's latencies look like: quantiles from every sample, and a histogram to keep."""

from collections import Counter
from collections.abc import Sequence

import msgspec

_QUANTILES = {"p50": 0.50, "p90": 0.90, "p95": 0.95, "p99": 0.99, "p99_9": 0.999, "max": 1.0}


class Latency(msgspec.Struct):
    """Milliseconds. Quantiles are exact, the histogram has two significant digits; both are empty without samples."""

    samples: int
    quantiles: dict[str, float]
    histogram: list[tuple[float, int]]
    """Latency and how many had it, ascending."""


def summary(seconds: Sequence[float]) -> Latency:
    """Return what there is to say of these latencies, given in seconds."""
    ordered = sorted(1000 * each for each in seconds)
    return Latency(
        samples=len(ordered),
        quantiles={name: round(quantile(ordered, share), 3) for name, share in _QUANTILES.items()} if ordered else {},
        histogram=sorted(Counter(float(f"{each:.2g}") for each in ordered).items()),
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the smallest value that is not below this share of the ascending values; nan when there are none."""
    if not ordered:
        return float("nan")
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]
