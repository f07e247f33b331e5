"""Results: what was measured, under which conditions, as JSON files and as the table of the reference page."""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import Any, Literal

import msgspec
from bench import processes
from bench.stand import ROOT

FOLDER = Path(__file__).parent / "results"
QUIET_LOAD = 1.5
UVICORN_US = 19.0
"""CPU of a request to bare uvicorn where the goals were set: with it a goal in microseconds becomes a ratio."""
_PACKAGES = ("uvicorn", "uvloop", "httptools", "msgspec", "apsw")


class Figure(msgspec.Struct):
    """One number, and the goal it is held against."""

    what: str
    value: float
    unit: str
    wanted: float | None = None
    """None: the figure is told, and no goal is set."""
    better: Literal["less", "more"] = "less"

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached; without one it is."""
        if self.wanted is None:
            return True
        return self.value <= self.wanted if self.better == "less" else self.value >= self.wanted


class Conditions(msgspec.Struct):
    """Where and when a result was measured."""

    when: str
    commit: str
    changed_files: int
    """Files of the source that differ from the commit."""
    processor: str
    cores: int
    system: str
    versions: dict[str, str]
    load_before: float
    """The machine's load over the minute before the first goal of the run."""
    foreign_cores: float = 0.0
    """Cores that processes of nobody in this benchmark used meanwhile, on average; kernel work counts as theirs."""
    stolen_cores: float = 0.0
    """Cores that a virtual machine wanted meanwhile and did not get."""

    @property
    def is_quiet(self) -> bool:
        """Whether the machine had nothing else to do."""
        return self.load_before < QUIET_LOAD and self.foreign_cores < 0.2 and self.stolen_cores < 0.2


class Result(msgspec.Struct):
    """All that one goal's benchmark has found."""

    goal: str
    title: str
    method: str
    """What exactly is in the figures."""
    figures: list[Figure]
    details: dict[str, Any]  # Any: outcomes of whatever was run, for the file only
    conditions: Conditions | None = None


class Watch:
    """Notes the conditions of a run: made before it, asked after it."""

    def __init__(self, load_before: float) -> None:
        self._load_before = load_before
        self._started = monotonic()
        self._foreign = self._foreign_seconds()
        self._stolen = processes.stolen_seconds()

    def conditions(self) -> Conditions:
        """Return the conditions since this was made."""
        elapsed = monotonic() - self._started
        return Conditions(
            when=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            commit=_git("rev-parse", "--short=12", "HEAD"),
            changed_files=len(_git("status", "--porcelain", "--", "src").splitlines()),
            processor=_processor(),
            cores=os.cpu_count() or 0,
            system=f"{platform.system()} {platform.release()}",
            versions={"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
            load_before=round(self._load_before, 2),
            foreign_cores=round(max(0.0, self._foreign_seconds() - self._foreign) / elapsed, 2),
            stolen_cores=round((processes.stolen_seconds() - self._stolen) / elapsed, 2),
        )

    def _foreign_seconds(self) -> float:
        return processes.machine_busy_seconds() - processes.cpu_seconds(os.getpid())


def save(result: Result) -> Path:
    """Write a result in place of the last one of its goal."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{result.goal}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    return path


def load_all() -> list[Result]:
    """Return the last result of every goal, in the goals' order."""
    found = [msgspec.json.decode(path.read_bytes(), type=Result) for path in FOLDER.glob("*.json")]
    return sorted(found, key=lambda result: _place(result.goal))


def _place(goal: str) -> tuple[bool, int, str]:
    """Return where a goal stands: p1 to p12 by their numbers, `p6-workers` behind p6, then what has a name."""
    number = re.match(r"p(\d+)", goal)
    return number is None, int(number[1]) if number else 0, goal


def show(result: Result, *, out: Any = sys.stdout) -> None:  # Any: whatever print() writes to
    """Print the figures."""
    print(f"\n{result.goal.upper()} {result.title}", file=out)
    for figure in result.figures:
        print("  " + " | ".join(cells(figure)), file=out)


def cells(figure: Figure) -> tuple[str, ...]:
    """Return a figure as the table's last four cells."""
    if figure.wanted is None:
        return figure.what, _number(figure.value, figure.unit), "", ""
    sign = "≤" if figure.better == "less" else "≥"
    wanted = f"{sign} {_number(figure.wanted, figure.unit)}"
    return figure.what, _number(figure.value, figure.unit), wanted, "yes" if figure.is_met else "**no**"


def middle(values: Iterable[float]) -> float:
    """Return the median; of an even count the lower one."""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2]


def _number(value: float, unit: str) -> str:
    text = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
    return f"{text} {unit}".strip()


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or ("" if arguments[0] == "status" else "unknown")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
