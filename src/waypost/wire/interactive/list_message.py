"""Lists: a text with one button that opens up to ten rows, in sections.

# spec: cloud-api.md#3.6, on-premises-api.md#3.9
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from waypost.errors import Fault
from waypost.errors.interactive import ROW_COUNT, SECTION_COUNT
from waypost.wire.interactive.base import Body, Kind, Label, SectionTitle, count_fault, titles_fault, twice_fault

MAX_BODY_CHARACTERS = 4096
MAX_ROWS = 10

_SECTIONS = "interactive.action.sections"
_ALLOWED = range(1, 11)


class LongBody(Body):
    """The text of a list, which may be longer than other texts."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_BODY_CHARACTERS)]


class Row(Struct, omit_defaults=True):
    """One choice."""

    id: Annotated[str, Meta(min_length=1, max_length=200)]
    title: Annotated[str, Meta(min_length=1, max_length=24)]
    description: Annotated[str, Meta(max_length=72)] | None = None


class Section(Struct, omit_defaults=True):
    """Rows under a title."""

    title: SectionTitle | None = None
    rows: list[Row] = []


class Action(Struct):
    """What stands on the button, and what it opens."""

    button: Label
    sections: list[Section]


class ListMessage(Kind, tag="list", kw_only=True):
    """A text with a list to choose from."""

    headers: ClassVar[Sequence[str]] = ("text",)

    body: LongBody | None = None
    action: Action

    def action_fault(self) -> Fault | None:
        """Return what is wrong with the number of sections and rows, their titles and their ids."""
        sections = self.action.sections
        return (
            count_fault(_SECTIONS, len(sections), _ALLOWED, problem=SECTION_COUNT)
            or titles_fault(_SECTIONS, [section.title for section in sections])
            or _row_count_fault(sections)
            or twice_fault(
                (f"{_SECTIONS}[{s}].rows[{r}].id", row.id)
                for s, section in enumerate(sections)
                for r, row in enumerate(section.rows)
            )
        )


def _row_count_fault(sections: Sequence[Section]) -> Fault | None:
    for number, section in enumerate(sections):
        if not section.rows:
            return Fault(ROW_COUNT, f"Parameter '{_SECTIONS}[{number}].rows' has 0 entries; give it at least 1 row.")
    count = sum(len(section.rows) for section in sections)
    if count > MAX_ROWS:
        return Fault(
            ROW_COUNT,
            f"Parameter '{_SECTIONS}' has {count} rows; all sections together may have at most {MAX_ROWS}.",
        )
    return None
