"""`make bench ARGS="p1 p3"`: runs the benchmarks of some goals, or of all, and writes results and page."""

import argparse
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import (
    accepting,
    compare,
    databases,
    end_to_end,
    footprint,
    growth,
    media,
    neighbours,
    overload,
    profile,
    report,
    scale_page,
    selftest,
    soak,
)
from bench.results import Result, Watch, save, show


@dataclass(frozen=True, slots=True)
class Wish:
    """How long to measure, and how often."""

    seconds: float
    repetitions: int
    minutes: float | None
    processes: int
    stored: int
    waiting: int


GOALS: Mapping[str, Callable[[Wish], Result]] = {
    "p1": lambda wish: accepting.measure(wish.seconds, wish.repetitions),
    "p2": lambda wish: databases.measure_accept(wish.seconds, wish.repetitions),
    "p3": lambda wish: end_to_end.measure_whole_way(wish.seconds, wish.repetitions),
    "p4": lambda wish: end_to_end.measure_latency(wish.seconds, wish.repetitions),
    "p5": lambda wish: end_to_end.measure_one_number(wish.seconds, wish.repetitions),
    "p6": lambda wish: databases.measure_whole_way(wish.seconds, wish.repetitions, processes=wish.processes),
    "p7": lambda wish: media.measure_uploads(wish.seconds, wish.repetitions),
    "p8": lambda wish: media.measure_downloads(wish.seconds, wish.repetitions),
    "p9": lambda wish: growth.measure(wish.seconds, wish.repetitions, stored=wish.stored, waiting=wish.waiting),
    "p10": lambda wish: footprint.measure(wish.seconds, wish.repetitions),
    "p11": lambda wish: neighbours.measure(wish.seconds, wish.repetitions),
    "p12": lambda wish: overload.measure(wish.minutes or 10),
}
BY_HAND: Mapping[str, Callable[[Wish], Result]] = {"soak": lambda wish: soak.measure(wish.minutes or 30)}
"""Measured only when they are asked for by name: they take long."""
OTHERS: Mapping[str, Callable[[Wish], None]] = {
    "report": lambda _: report.main(),
    "selftest": lambda wish: selftest.main(wish.seconds),
    "profile": lambda _: profile.main(),
    "scale": lambda _: scale_page.main(),
}


def main() -> None:
    """Do what was asked for, one after another."""
    given = _arguments()
    wish = Wish(given.seconds, given.repetitions, given.minutes, given.processes, given.stored, given.waiting)
    load_before = os.getloadavg()[0]  # before the first: later ones would see our own load
    if given.against is not None:
        compare.main(given.against.resolve(), given.pairs)
        return
    measured = {**GOALS, **BY_HAND}
    for name in given.what or GOALS:
        if name in OTHERS:
            OTHERS[name](wish)
            continue
        watch = Watch(load_before)
        result = measured[name](wish)
        result.conditions = watch.conditions()
        if not given.trial:
            save(result)
        show(result)
        if not result.conditions.is_quiet:
            print("  preliminary: the machine was busy with other things")
    if not given.trial and (not given.what or set(given.what) & measured.keys()):
        report.main()
        scale_page.main()  # its plan begins with these results


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("what", nargs="*", help=f"{', '.join(_names())}; nothing means all goals")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each load")
    parser.add_argument("--repetitions", type=int, default=3, help="how often each is repeated; the median counts")
    parser.add_argument("--stored", type=int, default=growth.STORED, help="messages in the full database of p9")
    parser.add_argument("--waiting", type=int, default=growth.WAITING, help="rows that wait when p9 starts a server")
    parser.add_argument("--minutes", type=float, help="length of p12 (10) and of the soak (30)")
    parser.add_argument(
        "--processes", type=int, default=1, help="of Waypost, for p6: one of several accepts, the others deliver"
    )
    parser.add_argument("--trial", action="store_true", help="show the figures, and write no results and no page")
    parser.add_argument("--against", type=Path, help="compare with the checkout in this folder, and do nothing else")
    parser.add_argument("--pairs", type=int, default=20, help="how often the two checkouts are loaded in turn")
    given = parser.parse_args()
    unknown = set(given.what) - set(_names())
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; choose from {', '.join(_names())}")
    return given


def _names() -> list[str]:
    return [*GOALS, *BY_HAND, *OTHERS]


if __name__ == "__main__":
    main()
