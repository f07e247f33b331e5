"""What processes cost: CPU time and memory of a process and all its children, from `/proc`."""

import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_MIB = 2**20
_SETTLED_SECONDS = 0.5
_SETTLED_SHARE = 0.04


def tree(root: int) -> list[int]:
    """Return a process and all its descendants that live."""
    found = [root]
    for pid in found:
        found += _children(pid)
    return found


def cpu_seconds(root: int) -> float:
    """Return user and system time of the tree so far, that of children already waited for included."""
    return sum(sum(_times(_PROC / str(pid))) for pid in tree(root)) / _TICKS


def thread_cpu_seconds(pid: int) -> dict[int, float]:
    """Return user and system time of each thread of one process, by the thread's id."""
    tasks = (_PROC / str(pid) / "task").iterdir()
    return {int(task.name): sum(_times(task)[:2]) / _TICKS for task in tasks}


def rss_mib(root: int) -> float:
    """Return the resident memory of the tree; pages that processes share count once for each."""
    page = os.sysconf("SC_PAGE_SIZE")
    return sum(_resident_pages(pid) for pid in tree(root)) * page / _MIB


def open_files(root: int) -> int:
    """Return how many files and sockets the tree has open."""
    return sum(_count(_PROC / str(pid) / "fd") for pid in tree(root))


def threads(root: int) -> int:
    """Return how many threads the tree has."""
    return sum(_count(_PROC / str(pid) / "task") for pid in tree(root))


def settle(root: int, patience_seconds: float = 120.0) -> bool:
    """Wait until the tree uses next to no CPU; False when it never came to rest."""
    end = monotonic() + patience_seconds
    while monotonic() < end:
        before = cpu_seconds(root)
        sleep(_SETTLED_SECONDS)
        if cpu_seconds(root) - before < _SETTLED_SHARE * _SETTLED_SECONDS:
            return True
    return False


def machine_busy_seconds() -> float:
    """Return the CPU time that all processes of the machine have used, kernel work included."""
    user, nice, system, _idle, _wait, irq, softirq, _steal = _machine_ticks()
    return (user + nice + system + irq + softirq) / _TICKS


def stolen_seconds() -> float:
    """Return the CPU time that the machine wanted and its host gave to others."""
    return _machine_ticks()[7] / _TICKS


def _machine_ticks() -> list[int]:
    return [int(field) for field in _first_line(_PROC / "stat").split()[1:9]]


def _children(pid: int) -> Iterator[int]:
    for children in (_PROC / str(pid) / "task").glob("*/children"):
        try:
            yield from map(int, children.read_text("ascii").split())
        except OSError:
            continue  # the thread has ended


def _times(entry: Path) -> list[int]:
    """Return user and system ticks of a process or thread, and those of its children that it has waited for."""
    try:
        fields = (entry / "stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return [0, 0, 0, 0]  # it has ended; its parent has its time
    return [int(field) for field in fields[11:15]]


def _resident_pages(pid: int) -> int:
    try:
        return int(_first_line(_PROC / str(pid) / "statm").split()[1])
    except OSError:
        return 0


def _count(folder: Path) -> int:
    try:
        return sum(1 for _ in folder.iterdir())
    except OSError:
        return 0  # the process has ended


def _first_line(path: Path) -> str:
    return path.read_text("ascii").partition("\n")[0]
