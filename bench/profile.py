"""Says where the CPU of P1 and P3 goes: with py-spy where it is installed, else with cProfile.

py-spy samples from outside and changes nothing; cProfile slows small functions down more than large ones, so its
shares are a hint only. Waiting is in neither.
"""

import pstats
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import processes, stand
from bench.load import Plan
from bench.requests import Texts
from bench.stand import Server

_SECONDS = 10.0
_SAMPLES_A_SECOND = 400
_SHOWN = 40


def main() -> None:
    """Profile both loads and print what is most expensive."""
    how = _with_py_spy if shutil.which("py-spy") else _with_cprofile
    how("accept alone (P1)", "bench.accept_only", webhook=False)
    how("end to end (P3)", "waypost", webhook=True)


def _with_py_spy(title: str, module: str, *, webhook: bool) -> None:
    with stand.folder() as data:
        stacks = data / "stacks"
        with _server(data, [module], webhook=webhook) as server:
            before = processes.cpu_seconds(server.pid)
            command = ["py-spy", "record", "--pid", str(server.pid), "--duration", str(int(_SECONDS)), "--native"]
            more = ["--rate", str(_SAMPLES_A_SECOND), "--format", "raw", "--output", str(stacks)]
            with subprocess.Popen([*command, *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
                accepted = _load(server)
            processes.settle(server.pid)
            total_us = stand.cpu_microseconds(server, before, accepted)
        lines = stacks.read_text("utf-8", errors="replace").splitlines()
    print(f"\n{title}: {total_us:.0f} µs of CPU a message under py-spy")
    _print_shares("in the function itself", _own(lines), total_us)
    _print_shares("in the function of ours and all it calls", _of_ours(lines), total_us)


def _with_cprofile(title: str, module: str, *, webhook: bool) -> None:
    with stand.folder() as data:
        out = data / "profile"
        if module != "waypost":
            print(f"\n{title}: left out; only py-spy can look into {module}")
            return
        with _server(data, ["bench.profiled", str(out)], webhook=webhook) as server:
            accepted = _load(server)
            processes.settle(server.pid)
        print(f"\n{title}: {accepted} messages under cProfile")
        pstats.Stats(str(out)).sort_stats("tottime").print_stats(_SHOWN)


@contextmanager
def _server(data: Path, launcher: Sequence[str], *, webhook: bool) -> Iterator[Server]:
    with stand.receiver(data) as receiver:
        flags = ("--webhook", receiver.url) if webhook else ()
        with stand.waypost(data / "waypost", *flags, launcher=launcher) as server:
            yield server


def _load(server: Server) -> int:
    return stand.drive(Plan(server.port, Texts(stand.NUMBER, stand.TOKEN), _SECONDS)).ok


def _own(stacks: Sequence[str]) -> Counter[str]:
    """Count samples by the innermost frame."""
    found: Counter[str] = Counter()
    for stack, count in map(_parse, stacks):
        found[stack[-1]] += count
    return found


def _of_ours(stacks: Sequence[str]) -> Counter[str]:
    """Count samples by each line of Waypost's or Python's that is on the stack, once for a stack."""
    found: Counter[str] = Counter()
    for stack, count in map(_parse, stacks):
        for frame in {frame for frame in stack if ".py:" in frame}:
            found[frame] += count
    return found


def _parse(line: str) -> tuple[list[str], int]:
    stack, _, count = line.rpartition(" ")
    return stack.split(";"), int(count)


def _print_shares(title: str, found: Counter[str], total_us: float) -> None:
    """Print the largest; samples are of running threads only, so that their shares are shares of CPU time."""
    everything = sum(found.values()) if title.startswith("in the function itself") else None
    print(f"  {title}:")
    for frame, count in found.most_common(_SHOWN):
        share = count / everything if everything else 0.0
        print(
            f"  {count:7} {share:6.1%} {share * total_us:6.1f} µs  {frame}" if everything else f"  {count:7}  {frame}"
        )


if __name__ == "__main__":
    main()
