"""Runs a module with cProfile in every thread; `python -m bench.profiled OUT waypost serve ...` writes OUT at last."""

import cProfile
import pstats
import runpy
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def main() -> None:
    """Run the module with the rest of the command line as its own."""
    _, out, module, *rest = sys.argv
    sys.argv = [module, *rest]
    profiles: list[cProfile.Profile] = []
    _profile_threads(profiles)
    try:
        _profiled(profiles, lambda: runpy.run_module(module, run_name="__main__", alter_sys=True))
    finally:
        stats = pstats.Stats(profiles[0])
        for profile in profiles[1:]:
            stats.add(profile)
        stats.dump_stats(out)


def _profile_threads(profiles: list[cProfile.Profile]) -> None:
    run = threading.Thread.run

    def profiled_run(thread: threading.Thread) -> None:
        _profiled(profiles, lambda: run(thread))

    threading.Thread.run = profiled_run  # type: ignore[method-assign,assignment]  # for this process, before any thread starts


def _profiled(profiles: list[cProfile.Profile], work: Callable[[], Result]) -> Result:
    profile = cProfile.Profile()
    profiles.append(profile)
    return profile.runcall(work)


if __name__ == "__main__":
    main()
