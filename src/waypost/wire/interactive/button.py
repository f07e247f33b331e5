"""Reply buttons: a text with one to three buttons that answer it.

# spec: cloud-api.md#3.6, on-premises-api.md#3.9
"""

from msgspec import Struct

from waypost.errors import Fault
from waypost.wire.interactive.base import (
    ButtonId,
    Kind,
    Label,
    constant_fault,
    count_fault,
    edge_fault,
    emoji_fault,
    markup_fault,
    twice_fault,
)

_BUTTONS = "interactive.action.buttons"
_ALLOWED = range(1, 4)


class Reply(Struct):
    """What comes back, and what stands on the button."""

    id: ButtonId
    title: Label


class Button(Struct):
    """One button."""

    type: str
    reply: Reply


class Action(Struct):
    """The buttons, in order."""

    buttons: list[Button]


class ButtonMessage(Kind, tag="button", kw_only=True):
    """A text with reply buttons."""

    action: Action

    def action_fault(self) -> Fault | None:
        """Return what is wrong with the number of buttons or with one of them."""
        buttons = self.action.buttons
        return (
            count_fault(_BUTTONS, len(buttons), _ALLOWED)
            or next(filter(None, map(_fault, range(len(buttons)), buttons)), None)
            or twice_fault((f"{_BUTTONS}[{n}].reply.title", button.reply.title) for n, button in enumerate(buttons))
        )

    def only_cloud(self) -> Fault | None:
        """Return the fault of a title with an emoji or markup, which the Cloud takes."""
        for number, button in enumerate(self.action.buttons):
            path, title = f"{_BUTTONS}[{number}].reply.title", button.reply.title
            if fault := emoji_fault(path, title) or markup_fault(path, title):
                return fault
        return None


def _fault(number: int, button: Button) -> Fault | None:
    where = f"{_BUTTONS}[{number}]"
    return constant_fault(f"{where}.type", button.type, "reply") or edge_fault(f"{where}.reply.id", button.reply.id)
