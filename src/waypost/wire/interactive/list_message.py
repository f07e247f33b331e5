"""Lists: a text with one button that opens up to ten rows, in sections.

# spec: cloud-api.md#3.6, on-premises-api.md#3.9
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from waypost.errors import Fault
from waypost.errors.interactive import ROW_COUNT
from waypost.errors.requests import INVALID_VALUE
from waypost.wire.interactive import base
from waypost.wire.interactive.base import Body, Kind, Label, twice_fault
from waypost.wire.interactive.sections import PATH, Entries, SectionTitle, sections_fault

MAX_BODY_CHARACTERS = 4096
MAX_ROWS = 10

_ROWS = Entries("rows", "row", MAX_ROWS, ROW_COUNT)


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
        return sections_fault(
            [section.title for section in sections], [len(section.rows) for section in sections], _ROWS
        ) or twice_fault(
            (f"{PATH}[{s}].rows[{r}].id", row.id)
            for s, section in enumerate(sections)
            for r, row in enumerate(section.rows)
        )

    def only_cloud(self) -> Fault | None:
        """Return the fault of a text that only the Cloud takes at this length."""
        count = len(self.body.text) if self.body else 0
        if count <= base.MAX_BODY_CHARACTERS:
            return None
        limit = f"at most {base.MAX_BODY_CHARACTERS} are allowed on the On-Premises API"
        return Fault(INVALID_VALUE, f"Parameter 'interactive.body.text' has {count} characters; {limit}.")
