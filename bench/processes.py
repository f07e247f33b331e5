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
    return sum(_ticks(pid) for pid in tree(root)) / _TICKS


def rss_mib(root: int) -> float:
    """Return the resident memory of the tree; pages that processes share count once for each."""
    page = os.sysconf("SC_PAGE_SIZE")
    return sum(_resident_pages(pid) for pid in tree(root)) * page / _MIB


def peak_mib(pid: int) -> float:
    """Return the most memory that a process has had resident."""
    for line in (_PROC / str(pid) / "status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} has no VmHWM")


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
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, _first_line(_PROC / "stat").split()[1:9])
    return (user + nice + system + irq + softirq + steal) / _TICKS


def _children(pid: int) -> Iterator[int]:
    for children in (_PROC / str(pid) / "task").glob("*/children"):
        try:
            yield from map(int, children.read_text("ascii").split())
        except OSError:
            continue  # the thread has ended


def _ticks(pid: int) -> int:
    try:
        fields = (_PROC / str(pid) / "stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return 0  # it has ended; its parent has its time
    return sum(map(int, fields[11:15]))


def _resident_pages(pid: int) -> int:
    try:
        return int(_first_line(_PROC / str(pid) / "statm").split()[1])
    except OSError:
        return 0


def _first_line(path: Path) -> str:
    return path.read_text("ascii").partition("\n")[0]
