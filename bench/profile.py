"""Says where the CPU of P1 and P3 goes: by thread from the kernel, by function from py-spy where it is installed.

py-spy samples the threads that hold the interpreter's lock, and each thread's samples share out the CPU time that the
kernel has counted for it: system calls made with the lock held are in the line that makes them, work without the lock
(SQLite, the HTTP client's own thread) is in the thread's total only. Without py-spy cProfile is used: it counts
waiting too, and slows small functions down more than large ones, so its shares are a hint only.
"""

import pstats
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import processes, stand
from bench.load import Plan
from bench.requests import Texts
from bench.stand import Server

_SECONDS = 10.0
_SAMPLES_A_SECOND = 250
_SHOWN = 40
_THREAD = re.compile(r"thread \((\d+)\)(?:: (.*))?")


def main() -> None:
    """Profile both loads and print what is most expensive."""
    look = _with_py_spy if shutil.which("py-spy") else _with_cprofile
    look("Accept alone (P1)", "bench.accept_only", webhook=False)
    look("End to end (P3)", "waypost", webhook=True)


def _with_py_spy(title: str, module: str, *, webhook: bool) -> None:
    with stand.folder() as data:
        stacks = data / "stacks"
        with _server(data, [module], webhook=webhook) as server:
            before = processes.thread_cpu_seconds(server.pid)
            with _sampled(server, stacks):
                accepted = _load(server)
            processes.settle(server.pid)
            after = processes.thread_cpu_seconds(server.pid)
        samples = [_parse(line) for line in stacks.read_text("utf-8", errors="replace").splitlines()]
    cpu_us = {thread: 1e6 * (spent - before.get(thread, 0.0)) / accepted for thread, spent in after.items()}
    print(f"\n{title}: {sum(cpu_us.values()):.0f} µs of CPU a message in all threads, {accepted} messages")
    for thread in sorted(cpu_us, key=lambda thread: -cpu_us[thread]):
        _print_thread(thread, cpu_us[thread], [stack for of, stack in samples if of == thread])


@contextmanager
def _sampled(server: Server, stacks: Path) -> Iterator[None]:
    command = ["py-spy", "record", "--pid", str(server.pid), "--duration", str(int(_SECONDS)), "--gil", "--threads"]
    more = ["--rate", str(_SAMPLES_A_SECOND), "--format", "raw", "--output", str(stacks)]
    with subprocess.Popen([*command, *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        yield


def _with_cprofile(title: str, module: str, *, webhook: bool) -> None:
    with stand.folder() as data:
        out = data / "profile"
        with _server(data, ["bench.profiled", str(out), module], webhook=webhook) as server:
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


def _parse(line: str) -> tuple[int, list[str]]:
    """Return the thread of one line, and its stack with the number of its samples behind it."""
    text, _, count = line.rpartition(" ")
    thread, *stack = text.split(";")
    found = _THREAD.match(thread)
    return (int(found[1]) if found else 0), [*stack, count]


def _print_thread(thread: int, cpu_us: float, stacks: Sequence[Sequence[str]]) -> None:
    if cpu_us < 1:
        return
    inner, within = Counter[str](), Counter[str]()
    for *frames, count in stacks:
        inner.update({frames[-1]: int(count)} if frames else {})
        within.update(dict.fromkeys({_function(frame) for frame in frames}, int(count)))
    print(f"\n  thread {thread}: {cpu_us:.0f} µs a message, {inner.total()} samples")
    _print_shares("in the line itself", inner, cpu_us / max(inner.total(), 1))
    _print_shares("in the function and all it calls", within, cpu_us / max(inner.total(), 1))


def _function(frame: str) -> str:
    return frame.rpartition(":")[0] + ")"


def _print_shares(title: str, found: Mapping[str, int], us_a_sample: float) -> None:
    if found:
        print(f"    {title}:")
    for frame, count in Counter(found).most_common(_SHOWN):
        print(f"    {count * us_a_sample:7.1f} µs  {frame}")


if __name__ == "__main__":
    main()
