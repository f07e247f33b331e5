"""What a user sees of a template message: each part of the definition with its placeholders filled in."""

from collections.abc import Iterator, Sequence

from waypost.model import Template
from waypost.rules.template_fit import filled_text, parameters_of
from waypost.wire.definitions import Component as Part
from waypost.wire.definitions import filled, read_components
from waypost.wire.messages.template import Component, Parameter
from waypost.wire.messages.template import Template as Sent
from waypost.wire.shown import ShownButton, ShownCard, ShownTemplate
from waypost.wire.taps import paired

# What the platform writes on buttons that the definition gives no text. The words are (unconfirmed).
_WORDS = {
    "COPY_CODE": "Copy offer code",
    "OTP": "Copy code",
    "CATALOG": "View catalog",
    "MPM": "View items",
    "SPM": "View",
}


def shown(template: Template, sent: Sent) -> ShownTemplate:
    """Return a template message as its user sees it."""
    parts, given = read_components(template.components), sent.components or ()
    files = iter(range(len(sent.media())))
    front = _card(parts, given, files)
    carousel = next((part for part in parts if part.cards), None)
    cards = next((each.cards for each in given if each.cards), None) or []
    return ShownTemplate(
        header_format=front.header_format,
        header=front.header,
        file=front.file,
        body=front.body,
        footer=front.footer,
        buttons=front.buttons,
        cards=[
            _card(card.components, cards[place].components if place < len(cards) else (), files)
            for place, card in enumerate((carousel.cards or []) if carousel else [])
        ],
    )


def _card(parts: Sequence[Part], given: Sequence[Component], files: Iterator[int]) -> ShownCard:
    """Return what stands on a card; its file is the next of the message's, in the order of `Sent.media`."""
    texts = {part.type: filled_text(part.text, parameters_of(given, part.type.lower())) for part in parts if part.text}
    header = next((part for part in parts if part.type == "HEADER"), None)
    has_file = header is not None and any(each.medium() for each in parameters_of(given, "header"))
    return ShownCard(
        header_format=(header.format or "TEXT") if header else None,
        header=texts.get("HEADER"),
        file=next(files, None) if has_file else None,
        body=texts.get("BODY"),
        footer=texts.get("FOOTER"),
        buttons=[_button(definition.type, definition.text, definition.url, definition.phone_number, given_to)
                 for definition, given_to in paired(parts, given)],
    )  # fmt: skip


def _button(
    kind: str, text: str | None, url: str | None, phone_number: str | None, given: Component | None
) -> ShownButton:
    parameters = (given.parameters if given else None) or ()
    return ShownButton(
        kind,
        text or _WORDS.get(kind, kind.capitalize()),
        payload=_first(parameters, "payload"),
        url=filled(url, {"1": _first(parameters, "text") or "{{1}}"}) if url else None,
        phone_number=phone_number,
        code=_first(parameters, "coupon_code") or (_first(parameters, "text") if kind == "OTP" else None),
    )


def _first(parameters: Sequence[Parameter], member: str) -> str | None:
    found: str | None = next((value for each in parameters if (value := getattr(each, member)) is not None), None)
    return found
