"""Every error Waypost can answer with or report: its sentence, its code in each dialect, its HTTP status.

`Problem` is an entry of the list, `Fault` a problem that happened (with details for the caller), and `Refusal`
the exception that carries a fault to the edge, where the face renders it in the caller's dialect.
The list is kept by topic, one file each; a new file is named in `_TOPICS`.

# spec: error-codes.tsv, error-codes-onprem.tsv, migration.md#8.3
"""

import functools
from collections.abc import Mapping

from waypost.errors import (
    callers,
    clients,
    interactive,
    management,
    outcomes,
    raised,
    raised_onprem,
    rates,
    requests,
    templates,
)
from waypost.errors.base import Cause, Fact, Fault, Problem, Refusal, Subject

__all__ = [
    "Cause", "Fact", "Fault", "Problem", "Refusal", "Subject", "all_problems", "by_code", "by_constant", "find_problem",
    "problem_named",
]  # fmt: skip

_TOPICS = (rates, callers, requests, templates, outcomes, management, interactive, clients, raised, raised_onprem)


@functools.cache
def all_problems() -> Mapping[str, Problem]:
    """Return every problem by its name, in the order of the topics."""
    return {problem.name: problem for problem in by_constant().values()}


def problem_named(name: str) -> Problem:
    """Return the problem of a stored name; one that is not known any more is `something_went_wrong`."""
    return all_problems().get(name, outcomes.SOMETHING_WENT_WRONG)


def by_constant() -> dict[str, Problem]:
    """Return every problem by the constant that holds it."""
    return {name: value for topic in _TOPICS for name, value in vars(topic).items() if isinstance(value, Problem)}


def by_code() -> dict[int, Problem]:
    """Return what `find_problem` finds for each Cloud code."""
    return {problem.code: problem for problem in reversed(_own_first())}


def find_problem(code: int | str) -> Problem | None:
    """Return the problem of a name or of a code in either dialect; None if there is none.

    Of several with one code, the first that is the platform's own. A Cloud code wins over an On-Premises code, and that
    of a callback over that of an answer; a subcode is looked for last.
    """
    problems = all_problems()
    if isinstance(code, str) and code in problems:
        return problems[code]
    if isinstance(code, str) and not (code.isascii() and code.isdigit() and len(code) < 10):
        return None
    wanted, own = int(code), _own_first()
    candidates = [
        *((problem.code, problem) for problem in own),
        *((problem.callback[0], problem) for problem in own),
        *((problem.onprem_code, problem) for problem in own),
        *((problem.subcode, problem) for problem in own),
    ]
    return next((problem for known, problem in candidates if known == wanted), None)


def _own_first() -> list[Problem]:
    return sorted(all_problems().values(), key=lambda problem: problem.borrowed or problem.subcode is not None)
