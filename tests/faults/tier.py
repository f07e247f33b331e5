"""How much a fault test does: a little in `make test`, all of it in `make faults`; and what the latter writes down."""

import os
import platform
import re
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import msgspec

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results"
PATIENCE_SECONDS = 60.0
"""How long a test waits for what must come before it says that it does not, on a machine that does ten other things."""


class Played(msgspec.Struct):
    """What a test of the full tier came to."""

    test: str
    """As pytest names it."""
    when: str
    commit: str
    changed_files: int
    """Files of source and tests that differ from the commit."""
    share: float
    """The part of the full counts that was asked for."""
    seconds: float
    machine: str
    figures: dict[str, int | float]
    """What was counted, by what it is."""


@dataclass(slots=True)
class Tier:
    """The tier of this run, for one test."""

    test: str
    full: bool
    share: float = 1.0
    figures: dict[str, int | float] = field(default_factory=dict)
    _started: float = field(default_factory=monotonic)

    def count(self, *, quick: int, full: int) -> int:
        """Return how often to do something: `full` times in the full tier, or the asked share of that."""
        return max(quick, round(full * self.share)) if self.full else quick

    def within(self, seconds: float) -> float:
        """Return how long something may take that is promised within so many seconds.

        That much in the full tier when nothing is played beside it; more where the machine may be busy.
        """
        return seconds if self.full and not _has_company() else seconds + PATIENCE_SECONDS

    def note(self, what: str, value: float) -> None:
        """Write a figure down; of the full tier it goes to the reference page."""
        self.figures[what] = value

    def save(self) -> None:
        """Put what was noted in place of the last result of this test, if this is the full tier."""
        if not self.full or not self.figures:
            return
        commit, changed = commit_now()
        played = Played(
            test=self.test,
            when=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            commit=commit,
            changed_files=changed,
            share=self.share,
            seconds=round(monotonic() - self._started, 1),
            machine=f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
            figures=self.figures,
        )
        RESULTS.mkdir(exist_ok=True)
        name = re.sub(r"[^a-z0-9]+", "-", self.test.partition("::")[2].lower()).strip("-")
        (RESULTS / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(played), indent=1) + b"\n")


def commit_now() -> tuple[str, int]:
    """Return the commit that is checked out, and how many files of source and tests differ from it."""
    head = _git("rev-parse", "--short=12", "HEAD") or "unknown"
    return head, len(_git("status", "--porcelain", "--", "src", "tests/faults/*.py").splitlines())


def results() -> list[Played]:
    """Return the last result of every test, in the order of their names."""
    return [msgspec.json.decode(path.read_bytes(), type=Played) for path in sorted(RESULTS.glob("*.json"))]


def _has_company() -> bool:
    """Return whether pytest plays other tests in other processes."""
    return int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
