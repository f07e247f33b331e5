"""The definition of a template: what its create request says, and how a look-up shows it again.

Only the form is read here; whether a definition keeps the platform's rules is said by `rules.template_form`.

# spec: cloud-api.md#13.1
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, structs

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


class NamedExample(Struct):
    """What a named variable may look like."""

    param_name: str
    example: str


class Example(Struct, omit_defaults=True):
    """What the variables of a text, or the file of a header, may look like."""

    header_text: list[str] | None = None
    header_text_named_params: list[NamedExample] | None = None
    header_handle: list[str] | None = None
    body_text: list[list[str]] | None = None
    body_text_named_params: list[NamedExample] | None = None


class SupportedApp(Struct):
    """An Android app that takes a one-time password by itself."""

    package_name: str
    signature_hash: str


class Button(Struct, omit_defaults=True):
    """One button; which members belong to it depends on its type."""

    type: str
    text: str | None = None
    url: str | None = None
    phone_number: str | None = None
    example: list[str] | str | None = None
    otp_type: str | None = None
    autofill_text: str | None = None
    zero_tap_terms_accepted: bool | None = None
    package_name: str | None = None
    signature_hash: str | None = None
    supported_apps: list[SupportedApp] | None = None
    flow_id: str | int | None = None
    flow_name: str | None = None
    flow_json: str | None = None
    flow_action: str | None = None
    navigate_screen: str | None = None
    ttl_minutes: int | None = None

    def __post_init__(self) -> None:
        """Accept any case of the names; they are shown in upper case."""
        self.type = self.type.upper()
        if self.otp_type is not None:
            self.otp_type = self.otp_type.upper()


class Offer(Struct, omit_defaults=True):
    """What a limited-time offer says, and whether it ends at a moment that each message gives."""

    text: str
    has_expiration: bool = False


class Card(Struct):
    """One card of a carousel."""

    components: "list[Component]"


class Component(Struct, omit_defaults=True):
    """One part of the template."""

    type: str
    format: str | None = None
    text: str | None = None
    example: Example | None = None
    buttons: list[Button] | None = None
    cards: list[Card] | None = None
    limited_time_offer: Offer | None = None
    add_security_recommendation: bool | None = None
    code_expiration_minutes: int | None = None

    def __post_init__(self) -> None:
        """Accept any case of the names; they are shown in upper case."""
        self.type = self.type.upper()
        if self.format is not None:
            self.format = self.format.upper()


class NewTemplate(Struct):
    """The body of a create request."""

    name: str
    language: str
    category: str
    components: list[Component]
    parameter_format: str = "POSITIONAL"
    sub_category: str | None = None
    allow_category_change: bool | None = None
    message_send_ttl_seconds: int | None = None

    def __post_init__(self) -> None:
        """Accept any case of the words."""
        self.category = self.category.upper()
        self.parameter_format = self.parameter_format.upper()


class TemplateChange(Struct):
    """The body of an edit; components are replaced as a whole."""

    category: str | None = None
    components: list[Component] | None = None
    message_send_ttl_seconds: int | None = None

    def __post_init__(self) -> None:
        """Accept any case of the word."""
        if self.category is not None:
            self.category = self.category.upper()


class TemplateSet(Struct):
    """The body that creates or changes an authentication template in several languages.

    That at most 100 can be named is (unconfirmed): as many as an account may create in an hour.
    """

    name: str
    category: str
    languages: Annotated[list[str], Meta(min_length=1, max_length=100)]
    components: list[Component]
    message_send_ttl_seconds: int | None = None

    def each(self) -> list[NewTemplate]:
        """Return the template of each language. A footer that says nothing is left out: here it may be empty."""
        parts = [part for part in self.components if part.type != "FOOTER" or part.text or part.code_expiration_minutes]
        ttl = self.message_send_ttl_seconds
        return [
            NewTemplate(self.name, language, self.category, parts, message_send_ttl_seconds=ttl)
            for language in dict.fromkeys(self.languages)
        ]


_COMPONENTS = msgspec.json.Decoder(list[Component])
_encoder = msgspec.json.Encoder()


def read_components(stored: bytes) -> list[Component]:
    """Return the stored components of a template."""
    return _COMPONENTS.decode(stored)


def written_components(components: Sequence[Component]) -> bytes:
    """Return components as they are stored and shown."""
    return _encoder.encode(components)


def variables(text: str | None) -> list[str]:
    """Return the names (or numbers) of a text's variables, each once, in order of appearance."""
    return list(dict.fromkeys(_VARIABLE.findall(text or "")))


def filled(text: str, words: dict[str, str]) -> str:
    """Return a text with its variables filled in; those without words stay as they are."""
    return _VARIABLE.sub(lambda found: words.get(found[1], found[0]), text)


def fixed_parts(text: str) -> list[str]:
    """Return what a text says before, between and after its variables."""
    return _VARIABLE.split(text)[::2]


def handles(components: Sequence[Component]) -> Iterator[str]:
    """Yield the handles of uploaded files that serve as examples, those of cards included."""
    for component in components:
        if component.example is not None:
            yield from component.example.header_handle or ()
        for card in component.cards or ():
            yield from handles(card.components)


def namespace(waba_id: int) -> str:
    """Return the namespace of an account's templates, as older clients print and send it.

    # spec: samples/onprem/062-360dialog-templates-response.json
    """
    digits = hashlib.sha256(b"%d" % waba_id).hexdigest()
    return "_".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))


def with_platform_texts(components: Sequence[Component]) -> list[Component]:
    """Return the components of an authentication template with the texts that the platform gives them, in English.

    The wording is that of the platform's page on these templates (unconfirmed for other languages).
    """
    return [_with_text(part) for part in components]


def _with_text(part: Component) -> Component:
    if part.type == "BODY":
        advice = " For your security, do not share this code." if part.add_security_recommendation else ""
        return structs.replace(part, text=f"*{{{{1}}}}* is your verification code.{advice}")
    if part.type == "FOOTER":
        return structs.replace(part, text=f"This code expires in {part.code_expiration_minutes} minutes.")
    return structs.replace(part, buttons=[_with_words(button) for button in part.buttons or ()])


def _with_words(button: Button) -> Button:
    return button if button.text else structs.replace(button, text="Copy code")
