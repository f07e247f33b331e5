"""`make bench ARGS="p1 p3"`: runs the benchmarks of some goals, or of all, and writes results and page."""

import argparse
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from bench import accepting, compare, end_to_end, footprint, growth, media, profile, report, scale_sim, selftest
from bench.results import Result, Watch, save, show

GOALS: Mapping[str, Callable[[float, int], Result]] = {
    "p1": accepting.measure,
    "p3": end_to_end.measure_whole_way,
    "p4": end_to_end.measure_latency,
    "p5": end_to_end.measure_one_number,
    "p7": media.measure_uploads,
    "p8": media.measure_downloads,
    "p9": growth.measure,
    "p10": footprint.measure,
}
OTHERS: Mapping[str, Callable[[], None]] = {
    "report": report.main,
    "selftest": selftest.main,
    "profile": profile.main,
    "scale": scale_sim.main,
}


def main() -> None:
    """Do what was asked for, one after another."""
    given = _arguments()
    load_before = os.getloadavg()[0]  # before the first: later ones would see our own load
    if given.against is not None:
        compare.main(given.against.resolve(), given.pairs)
        return
    growing = partial(growth.measure, stored=given.stored, waiting=given.waiting)
    goals: Mapping[str, Callable[[float, int], Result]] = {**GOALS, "p9": growing}
    for name in given.what or GOALS:
        if name in OTHERS:
            OTHERS[name]()
            continue
        watch = Watch(load_before)
        result = goals[name](given.seconds, given.repetitions)
        result.conditions = watch.conditions()
        save(result)
        show(result)
        if not result.conditions.is_quiet:
            print("  preliminary: the machine was busy with other things")
    if not given.what or set(given.what) & GOALS.keys():
        report.main()
        scale_sim.main()  # its plan begins with these results


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("what", nargs="*", help=f"{', '.join([*GOALS, *OTHERS])}; nothing means all goals")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each load")
    parser.add_argument("--repetitions", type=int, default=3, help="how often each is repeated; the median counts")
    parser.add_argument("--stored", type=int, default=growth.STORED, help="messages in the full database of p9")
    parser.add_argument("--waiting", type=int, default=growth.WAITING, help="rows that wait when p9 starts a server")
    parser.add_argument("--against", type=Path, help="compare with the checkout in this folder, and do nothing else")
    parser.add_argument("--pairs", type=int, default=20, help="how often the two checkouts are loaded in turn")
    given = parser.parse_args()
    unknown = set(given.what) - GOALS.keys() - OTHERS.keys()
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; choose from {', '.join([*GOALS, *OTHERS])}")
    return given


if __name__ == "__main__":
    main()
