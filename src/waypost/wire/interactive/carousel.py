"""Carousels: two to ten cards side by side, each with a picture or a film and the same buttons.

# spec: cloud-api.md#3.6
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from waypost.errors import Fault
from waypost.errors.requests import INVALID_VALUE, MISSING_PARAMETER
from waypost.wire.interactive.base import (
    ButtonId,
    Header,
    Kind,
    Label,
    constant_fault,
    count_fault,
    edge_fault,
    header_fault,
    missing,
)
from waypost.wire.interactive.cta_url import NAME as LINK
from waypost.wire.interactive.cta_url import Parameters, url_fault
from waypost.wire.parts import MediaObject

MAX_CARD_CHARACTERS = 160
MAX_LINE_BREAKS = 2

_CARDS = "interactive.action.cards"
_ALLOWED = range(2, 11)


class CardBody(Struct):
    """The text of a card."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_CARD_CHARACTERS)]


class QuickReply(Struct):
    """What comes back, and what stands on the button."""

    id: ButtonId
    title: Label


class Button(Struct):
    """A button that answers."""

    type: str
    quick_reply: QuickReply


class CardAction(Struct, omit_defaults=True):
    """A button that opens a web address, or buttons that answer."""

    name: str | None = None
    parameters: Parameters | None = None
    buttons: list[Button] | None = None


class Card(Struct, omit_defaults=True, kw_only=True):
    """One card; its `type` has one value, whatever its buttons are."""

    card_index: int
    type: str
    header: Header | None = None
    body: CardBody | None = None
    action: CardAction


class Action(Struct):
    """The cards, in order."""

    cards: list[Card]


class CarouselMessage(Kind, tag="carousel", kw_only=True):
    """A text above cards."""

    headers: ClassVar[Sequence[str]] = ()
    takes_footer: ClassVar[bool] = False
    cloud_only: ClassVar[bool] = True

    action: Action

    def media(self) -> Sequence[MediaObject]:
        """Return the file of each card."""
        headers = [card.header for card in self.action.cards if card.header]
        return [medium for header in headers if (medium := header.medium())]

    def action_fault(self) -> Fault | None:
        """Return what is wrong with the number of cards, with one of them, or with what they must have in common."""
        cards = self.action.cards
        return (
            count_fault(_CARDS, len(cards), _ALLOWED)
            or next(filter(None, map(_card_fault, range(len(cards)), cards)), None)
            or _uneven_fault(cards)
        )


def _card_fault(number: int, card: Card) -> Fault | None:
    where = f"{_CARDS}[{number}]"
    if card.card_index != number:
        return Fault(
            INVALID_VALUE, f"Parameter '{where}.card_index' is {card.card_index}; cards are numbered in order from 0."
        )
    return (
        constant_fault(f"{where}.type", card.type, LINK)
        or header_fault(where, card.header, allowed=("image", "video"), needed=True)
        or _lines_fault(where, card.body)
        or _action_fault(f"{where}.action", card.action)
    )


def _lines_fault(where: str, body: CardBody | None) -> Fault | None:
    breaks = body.text.count("\n") if body else 0
    if breaks <= MAX_LINE_BREAKS:
        return None
    return Fault(
        INVALID_VALUE, f"Parameter '{where}.body.text' has {breaks} line breaks; at most {MAX_LINE_BREAKS} are allowed."
    )


def _action_fault(where: str, action: CardAction) -> Fault | None:
    if action.buttons is not None and (action.name is not None or action.parameters is not None):
        return Fault(INVALID_VALUE, f"Parameter '{where}' has buttons beside a link; give one of the two.")
    if action.buttons is not None:
        return _buttons_fault(f"{where}.buttons", action.buttons)
    if action.name is None and action.parameters is None:
        return Fault(MISSING_PARAMETER, f"Parameter '{where}' has no buttons and no link; give 'buttons' or 'name'.")
    if action.name is None:
        return missing(f"{where}.name")
    if action.parameters is None:
        return missing(f"{where}.parameters")
    return constant_fault(f"{where}.name", action.name, LINK) or url_fault(
        f"{where}.parameters.url", action.parameters.url
    )


def _buttons_fault(where: str, buttons: Sequence[Button]) -> Fault | None:
    if not buttons:
        return Fault(INVALID_VALUE, f"Parameter '{where}' has 0 entries; give it at least 1 button.")
    for number, button in enumerate(buttons):
        path = f"{where}[{number}]"
        fault = constant_fault(f"{path}.type", button.type, "quick_reply") or edge_fault(
            f"{path}.quick_reply.id", button.quick_reply.id
        )
        if fault:
            return fault
    return None


def _uneven_fault(cards: Sequence[Card]) -> Fault | None:
    first, *others = map(_buttons_of, cards)
    for number, found in enumerate(others, start=1):
        if found != first:
            return Fault(
                INVALID_VALUE,
                f"Parameter '{_CARDS}[{number}].action' has {found}, but that of the first card {first}; all cards "
                "must have the same kind and number of buttons.",
            )
    return None


def _buttons_of(card: Card) -> str:
    if card.action.buttons is None:
        return "a link"
    return f"quick replies: {len(card.action.buttons)}"
