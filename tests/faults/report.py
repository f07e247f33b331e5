"""Writes `docs/reference/faults.md` from the matrix and the last results of the full tier.

python -m tests.faults.report
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
from tests.faults.invariants import INVARIANTS
from tests.faults.tier import ROOT, Played, results

PAGE = ROOT / "docs" / "reference" / "faults.md"
MATRIX = Path(__file__).parent / "matrix.toml"

_HEAD = """<!-- Made by `make docs` from tests/faults; do not edit. -->

# Faults

What is done to Waypost on purpose, what must hold while it happens, and what came of it.
`make test` plays the quick tier, `make faults` all of it; `make faults ARGS=--share=0.1` plays a tenth.
The quick tier kills a whole server at each of its stages at least twice, the full tier a hundred times.
Where an end or a return is promised within seconds, a minute more is waited for, as long as other tests are played
beside; played alone (`make faults ARGS="-n 0"`) a test holds it to the second.
A client's requests, a receiver's calls and the embedded network's messages are noted outside of the server in a ledger.
One checker compares the ledger with what the server left behind.

No failpoint is in the product.
The tests put wrappers in place of its store, its files and its poster, in the process that is going to be killed.
No setting of a server can do so.

"""


class Fault(msgspec.Struct):
    """One line of the matrix."""

    name: str
    what: str
    holds: list[str] = []
    """Numbers of invariants."""
    tests: list[str] = []
    """File and name, below `tests/`."""
    tier: Literal["both", "quick", "full", "none"] = "both"
    lacks: str = ""
    """What is not tried yet."""


class Matrix(msgspec.Struct):
    """The file."""

    faults: list[Fault]
    planted: list[str]
    """Bugs that are planted, each in words."""


def matrix() -> Matrix:
    """Read the file."""
    return msgspec.convert(tomllib.loads(MATRIX.read_text("utf-8")), Matrix)


def page(played: Sequence[Played]) -> str:
    """Return the page."""
    known = matrix()
    return _HEAD + _invariants() + _table(known.faults) + _planted(known.planted) + _results(played)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(results()), encoding="utf-8")


def _invariants() -> str:
    lines = ["## What must hold", "", "| | |", "| --- | --- |"]
    lines += [f"| {number} | {promise} |" for number, promise in INVARIANTS.items()]
    return "\n".join(lines) + "\n\n"


def _table(faults: Sequence[Fault]) -> str:
    lines = ["## The matrix", "", "| fault | | holds | tests | tier | not tried |", "|" + " --- |" * 6]
    for fault in faults:
        tests = "<br>".join(f"[{_short(test)}](../../tests/{test.partition('::')[0]})" for test in fault.tests)
        cells = (fault.name, fault.what, " ".join(fault.holds), tests, fault.tier, fault.lacks)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n\n"


def _planted(bugs: Sequence[str]) -> str:
    head = "## Planted bugs\n\nA harness that finds nothing proves nothing: each of these must be found.\n\n"
    return head + "".join(f"- {bug}\n" for bug in bugs) + "\n"


def _results(played: Sequence[Played]) -> str:
    lines = ["## Last results of the full tier", "", "| test | what was counted | share | seconds | when | commit |"]
    lines.append("|" + " --- |" * 6)
    for one in played:
        figures = "<br>".join(f"{what}: {value:,}" for what, value in one.figures.items())
        commit = f"{one.commit} and changes" if one.changed_files else one.commit
        told = (_short(one.test), figures, f"{one.share:g}", f"{one.seconds:,.0f}", one.when, commit)
        lines.append(f"| {' | '.join(told)} |")
    machines = sorted({one.machine for one in played})
    return "\n".join(lines) + "\n\n" + "".join(f"{machine}.\n" for machine in machines)


def _short(test: str) -> str:
    return test.partition("::")[2].removeprefix("test_").replace("_", " ")


if __name__ == "__main__":
    main()
