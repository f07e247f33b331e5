"""A template message as its user sees it: the definition with everything filled in, part by part."""

from msgspec import Struct


class ShownButton(Struct):
    """A button: `type` as in the definition (`QUICK_REPLY`, `URL`, ...), and what belongs to the type."""

    type: str
    text: str
    payload: str | None = None
    url: str | None = None
    phone_number: str | None = None
    code: str | None = None


class ShownCard(Struct, kw_only=True):
    """What stands in a template, or on one card of its carousel; what it does not have is null.

    `file` is the place of the header's file among the message's: 0 for `media`, n for the nth of `more_media`.
    """

    header_format: str | None = None
    header: str | None = None
    file: int | None = None
    body: str | None = None
    footer: str | None = None
    buttons: list[ShownButton]


class ShownTemplate(ShownCard, kw_only=True):
    """The template, and the cards of its carousel."""

    cards: list[ShownCard]
