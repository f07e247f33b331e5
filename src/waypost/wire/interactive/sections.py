"""Sections: what lists and product lists have in common, whatever stands in them."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from waypost.errors import Fault, Problem
from waypost.errors.interactive import SECTION_COUNT
from waypost.errors.requests import MISSING_PARAMETER
from waypost.wire.interactive.base import count_fault

PATH = "interactive.action.sections"

SectionTitle = Annotated[str, Meta(max_length=24)]

_ALLOWED = range(1, 11)


class Entries(Struct, frozen=True):
    """What stands in sections: the member's name, the word for one, and how many all sections may have together."""

    member: str
    word: str
    most: int
    problem: Problem


def sections_fault(titles: Sequence[str | None], counts: Sequence[int], entries: Entries) -> Fault | None:
    """Return what is wrong with the number of sections, their titles, or how many entries each has."""
    return (
        count_fault(PATH, len(titles), _ALLOWED, problem=SECTION_COUNT)
        or _titles_fault(titles)
        or _entries_fault(counts, entries)
    )


def _entries_fault(counts: Sequence[int], entries: Entries) -> Fault | None:
    for number, count in enumerate(counts):
        if not count:
            path = f"{PATH}[{number}].{entries.member}"
            return Fault(entries.problem, f"Parameter '{path}' has 0 entries; give it at least 1 {entries.word}.")
    if sum(counts) > entries.most:
        return Fault(
            entries.problem,
            f"Parameter '{PATH}' has {sum(counts)} {entries.word}s; "
            f"all sections together may have at most {entries.most}.",
        )
    return None


def _titles_fault(titles: Sequence[str | None]) -> Fault | None:
    """Return the fault of sections without a title where there is more than one."""
    if len(titles) > 1:
        for number, title in enumerate(titles):
            if not title:
                return Fault(
                    MISSING_PARAMETER,
                    f"Parameter '{PATH}[{number}].title' is mandatory where there is more than one section.",
                )
    return None
