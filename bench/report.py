"""Writes `docs/reference/performance.md` from the last results."""

from collections.abc import Sequence

from bench.results import Conditions, Result, cells, load_all
from bench.stand import ROOT

PAGE = ROOT / "docs" / "reference" / "performance.md"

_HEAD = """<!-- Made by `make bench ARGS=report` from bench/results/; do not edit. -->

# Performance

What Waypost costs, measured by `make bench`; [bench/README.md](../../bench/README.md) says how.
The load generator, the webhook receiver and the servers that Waypost is compared with run on the same cores as Waypost.
So a rate is what is left after all of them, and changes with the machine.
CPU time per operation and the ratios change least; compare those.

"""


def page(results: Sequence[Result]) -> str:
    """Return the page."""
    return _HEAD + _table(results) + "\n" + _methods(results) + _conditions(results)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(load_all()), encoding="utf-8")
    print(PAGE.relative_to(ROOT))


def _table(results: Sequence[Result]) -> str:
    lines = ["| goal | what | measured | wanted | met |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {r.goal.upper()} | {' | '.join(cells(figure))} |" for r in results for figure in r.figures]
    return "\n".join(lines) + "\n"


def _methods(results: Sequence[Result]) -> str:
    return "## What is in the figures\n\n" + "".join(
        f"**{result.goal.upper()}, {result.title}.**\n{result.method.strip()}\n\n" for result in results
    )


def _conditions(results: Sequence[Result]) -> str:
    lines = [
        "| goal | when | commit | load before | cores used by others | cores withheld by the host | |",
        "|" + " --- |" * 7,
    ]
    known = [(result.goal, result.conditions) for result in results if result.conditions is not None]
    lines += [_condition_row(goal, conditions) for goal, conditions in known]
    machines = sorted({_machine(conditions) for _, conditions in known})
    return "## Conditions\n\n" + "\n".join(lines) + "\n\n" + "".join(f"{machine}\n" for machine in machines)


def _condition_row(goal: str, conditions: Conditions) -> str:
    commit = f"{conditions.commit} and changes" if conditions.changed_files else conditions.commit
    remark = "" if conditions.is_quiet else "preliminary: the machine was busy"
    told = (
        goal.upper(),
        conditions.when,
        commit,
        f"{conditions.load_before:g}",
        f"{conditions.foreign_cores:g}",
        f"{conditions.stolen_cores:g}",
    )
    return f"| {' | '.join((*told, remark))} |"


def _machine(conditions: Conditions) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in conditions.versions.items())
    return f"{conditions.cores} cores of {conditions.processor}, {conditions.system}; {versions}."


if __name__ == "__main__":
    main()
