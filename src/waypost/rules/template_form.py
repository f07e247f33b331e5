"""Whether a template's definition keeps the platform's rules, on creation and on editing.

Only what can be seen in the request is judged here and refused at once; what a review judges is in
`rules.template_review`.

# spec: cloud-api.md#13.1
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from waypost.errors import Fault
from waypost.errors.templates import (
    TEMPLATE_BODY,
    TEMPLATE_DEFINITION,
    TEMPLATE_FOOTER,
    TEMPLATE_HEADER,
    TEMPLATE_NAME,
    TEMPLATE_TOO_LONG,
)
from waypost.rules import template_buttons, template_texts
from waypost.wire.definitions import Component, NewTemplate
from waypost.wire.messages.template import MAX_CARDS, MAX_NAME_CHARACTERS

CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
PARAMETER_FORMATS = ("POSITIONAL", "NAMED")
HEADER_FORMATS = ("TEXT", "IMAGE", "VIDEO", "GIF", "DOCUMENT", "LOCATION", "PRODUCT")
FILE_FORMATS = ("IMAGE", "VIDEO", "GIF", "DOCUMENT")
COMPONENTS = ("HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER")
MAX_CARD_BUTTONS = 2
MAX_CARD_BODY_CHARACTERS = 160
MAX_OFFER_CHARACTERS = 16
MAX_OFFER_BODY_CHARACTERS = 600
EXPIRATION_MINUTES = (1, 90)
# The limits of carousels, offers and times are those of the platform's pages on them (unconfirmed).
_CARD_FORMATS = ("IMAGE", "VIDEO", "PRODUCT")
_TTL_SECONDS = (30, 2_592_000)

_NAME = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")


def check(wish: NewTemplate) -> Fault | None:
    """Return the first thing that is wrong with a create request, or None."""
    return next(_faults(wish), None)


def check_components(components: Sequence[Component], category: str, *, named: bool) -> Fault | None:
    """Return the first thing that is wrong with the components of a template of this category, or None."""
    return next(_component_faults(components, category, named=named), None)


def check_category(category: str) -> Fault | None:
    """Return a fault unless it is one of the three."""
    if category in CATEGORIES:
        return None
    return _wrong(f"category is '{category[:40]}'; it must be one of {', '.join(CATEGORIES)}", "category")


def check_ttl(seconds: int | None) -> Fault | None:
    """Return a fault unless it is -1 (the longest), absent, or a time that some category allows."""
    least, most = _TTL_SECONDS
    if seconds is None or seconds == -1 or least <= seconds <= most:
        return None
    name = "message_send_ttl_seconds"
    return _wrong(f"{name} is {seconds}; it must be -1 or from {least} to {most}", name)


def _faults(wish: NewTemplate) -> Iterator[Fault]:
    if not _NAME.fullmatch(wish.name):
        yield Fault(
            TEMPLATE_NAME, f"name: '{wish.name[:60]}' may have only lower-case letters, digits and underscores."
        )
    if len(wish.name) > MAX_NAME_CHARACTERS:
        yield Fault(
            TEMPLATE_TOO_LONG,
            f"name: it has {len(wish.name)} characters; at most {MAX_NAME_CHARACTERS} are allowed.",
            blame="name",
        )
    if not _LANGUAGE.fullmatch(wish.language):
        yield _wrong(f"language is '{wish.language[:40]}'; it must be a code like en or en_US", "language")
    if fault := check_category(wish.category):
        yield fault
    if wish.parameter_format not in PARAMETER_FORMATS:
        yield _wrong(
            f"parameter_format is '{wish.parameter_format[:40]}'; it must be POSITIONAL or NAMED", "parameter_format"
        )
    if fault := check_ttl(wish.message_send_ttl_seconds):
        yield fault
    yield from _component_faults(wish.components, wish.category, named=wish.parameter_format == "NAMED")


def _component_faults(components: Sequence[Component], category: str, *, named: bool) -> Iterator[Fault]:
    yield from _kinds(components, COMPONENTS)
    parts = {part.type: part for part in components}
    if "BODY" not in parts:
        yield Fault(TEMPLATE_BODY, "body: a component of type BODY is missing.")
    if category == "AUTHENTICATION":
        yield from _authentication(parts)
        return
    for part in components:
        yield from _part(part, parts, named=named)
    yield from _offer(parts, category)


def _kinds(components: Sequence[Component], known: Sequence[str]) -> Iterator[Fault]:
    for kind, count in Counter(part.type for part in components).items():
        if kind not in known:
            yield _wrong(f"components: '{kind[:40]}' is not possible here; use {', '.join(known)}")
        elif count > 1:
            yield _wrong(f"components: there are {count} of type {kind}; one is allowed")


def _part(part: Component, parts: Mapping[str, Component], *, named: bool) -> Iterator[Fault]:
    match part.type:
        case "HEADER":
            yield from _header(part, HEADER_FORMATS, named=named)
        case "BODY":
            limited = "LIMITED_TIME_OFFER" in parts
            most = MAX_OFFER_BODY_CHARACTERS if limited else template_texts.MAX_BODY_CHARACTERS
            yield from template_texts.body_text(part, named=named, max_characters=most)
        case "FOOTER":
            yield from template_texts.footer_text(part)
        case "BUTTONS":
            yield from template_buttons.faults(part.buttons or ())
        case "CAROUSEL":
            yield from _carousel(part, parts, named=named)


def _header(part: Component, formats: Sequence[str], *, named: bool) -> Iterator[Fault]:
    if part.format not in formats:
        yield Fault(
            TEMPLATE_HEADER, f"header: format is {part.format or 'missing'}; it must be one of {', '.join(formats)}."
        )
    elif part.format == "TEXT":
        yield from template_texts.header_text(part, named=named)
    elif part.text is not None:
        yield Fault(TEMPLATE_HEADER, f"header: a header of format {part.format} has no text.")
    if part.format in FILE_FORMATS and not (part.example and part.example.header_handle):
        yield Fault(
            TEMPLATE_HEADER,
            "header: example.header_handle is missing; upload an example and give the handle of the answer.",
        )


def _carousel(part: Component, parts: Mapping[str, Component], *, named: bool) -> Iterator[Fault]:
    cards = part.cards or []
    if not 1 <= len(cards) <= MAX_CARDS:
        yield _wrong(f"carousel: there are {len(cards)} cards; from 1 to {MAX_CARDS} are allowed")
    if others := sorted({"HEADER", "FOOTER", "BUTTONS", "LIMITED_TIME_OFFER"} & parts.keys()):
        yield _wrong(f"carousel: {others[0]} is not possible beside a carousel; put it on the cards")
    for index, card in enumerate(cards):
        for fault in _card(card.components, named=named):
            yield Fault(fault.problem, f"carousel, card {index}: {fault.details}")
    shapes = {_shape(card.components) for card in cards}
    if len(shapes) > 1:
        yield _wrong("carousel: every card must have the same components, header format and kinds of buttons")


def _card(components: Sequence[Component], *, named: bool) -> Iterator[Fault]:
    yield from _kinds(components, ("HEADER", "BODY", "BUTTONS"))
    if all(part.type != "HEADER" for part in components):
        yield Fault(TEMPLATE_HEADER, "header: a card must have one.")
    for part in components:
        match part.type:
            case "HEADER":
                yield from _header(part, _CARD_FORMATS, named=named)
            case "BODY":
                yield from template_texts.body_text(part, named=named, max_characters=MAX_CARD_BODY_CHARACTERS)
            case "BUTTONS":
                yield from template_buttons.faults(part.buttons or ())
                if len(part.buttons or ()) > MAX_CARD_BUTTONS:
                    yield _wrong(f"buttons: a card may have {MAX_CARD_BUTTONS}")


def _shape(components: Sequence[Component]) -> frozenset[tuple[str, str | None, tuple[str, ...]]]:
    return frozenset(
        (part.type, part.format, tuple(button.type for button in part.buttons or ())) for part in components
    )


def _offer(parts: Mapping[str, Component], category: str) -> Iterator[Fault]:
    part = parts.get("LIMITED_TIME_OFFER")
    if part is None:
        return
    text = part.limited_time_offer.text if part.limited_time_offer else ""
    if not text.strip():
        yield _wrong("limited_time_offer: 'text' is missing")
    if len(text) > MAX_OFFER_CHARACTERS:
        yield Fault(
            TEMPLATE_TOO_LONG,
            f"limited_time_offer: 'text' has {len(text)} characters; at most {MAX_OFFER_CHARACTERS} are allowed.",
        )
    if "FOOTER" in parts:
        yield Fault(TEMPLATE_FOOTER, "footer: a template with a limited-time offer has none.")
    if category != "MARKETING":
        yield _wrong("limited_time_offer: only marketing templates have one")


def _authentication(parts: Mapping[str, Component]) -> Iterator[Fault]:
    """Yield what is wrong with an authentication template: its texts are the platform's own."""
    if others := sorted(parts.keys() - {"BODY", "FOOTER", "BUTTONS"}):
        yield _wrong(f"components: {others[0]} is not possible in an authentication template")
    if "BODY" in parts and parts["BODY"].text is not None:
        yield Fault(TEMPLATE_BODY, "body: an authentication template has no text of its own; leave it out.")
    footer = parts.get("FOOTER")
    least, most = EXPIRATION_MINUTES
    if footer is not None and footer.text is not None:
        yield Fault(TEMPLATE_FOOTER, "footer: an authentication template has no text of its own; leave it out.")
    if footer is not None and not least <= (footer.code_expiration_minutes or 0) <= most:
        yield Fault(TEMPLATE_FOOTER, f"footer: code_expiration_minutes must be from {least} to {most}.")
    yield from template_buttons.faults(
        (parts["BUTTONS"].buttons if "BUTTONS" in parts else None) or (), authentication=True
    )


def _wrong(what: str, blame: str | None = None) -> Fault:
    return Fault(TEMPLATE_DEFINITION, f"{what}.", blame=blame)
