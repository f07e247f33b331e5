"""Template messages: the name of an approved text, its language, and what fills its placeholders.

Whether the template exists and the parameters fit it is a rule of its own; here only the form is read.

# spec: cloud-api.md#3.7, on-premises-api.md#3.8
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from waypost.errors import Fault
from waypost.errors.requests import INVALID_VALUE, MISSING_PARAMETER, UNEXPECTED_PARAMETER
from waypost.wire.complaints import shown
from waypost.wire.messages.base import PlainContent, message_type
from waypost.wire.parts import DocumentObject, ImageObject, MediaObject, Place, VideoObject, place_fault, source_fault

MAX_NAME_CHARACTERS = 512
MAX_CARDS = 10

_NotEmpty = Annotated[str, Meta(min_length=1)]


class Language(Struct, omit_defaults=True):
    """The exact code of the approved translation; whatever a `policy` says, it is this one or none.

    # spec: cloud-api.md#3.7, on-premises-api.md#3.8, migration.md#3.5 (`fallback` of older clients is dropped)
    """

    code: _NotEmpty
    policy: str | None = None


class Currency(Struct, omit_defaults=True):
    """An amount; the user sees `fallback_value`."""

    fallback_value: str
    code: str
    amount_1000: int


class DateTime(Struct, omit_defaults=True):
    """A date; the user sees `fallback_value`, whatever the parts say."""

    fallback_value: str
    day_of_week: int | str | None = None
    day_of_month: int | None = None
    year: int | None = None
    month: int | None = None
    hour: int | None = None
    minute: int | None = None
    calendar: str | None = None
    timestamp: int | str | None = None


class Action(Struct, omit_defaults=True):
    """What a button opens: a flow, a catalog, a list of products.

    The data of a flow and the sections are passed on as they are, hence Any.
    """

    flow_token: str | None = None
    flow_action_data: Any = None
    thumbnail_product_retailer_id: str | None = None
    sections: list[Any] | None = None


class Product(Struct, omit_defaults=True):
    """The product of a header."""

    product_retailer_id: _NotEmpty
    catalog_id: str | None = None


class Offer(Struct):
    """When an offer ends, in milliseconds since 1970."""

    expiration_time_ms: int


class Parameter(Struct, omit_defaults=True):
    """What goes into one placeholder: the member that `type` names."""

    type: str
    parameter_name: str | None = None
    text: str | None = None
    currency: Currency | None = None
    date_time: DateTime | None = None
    image: ImageObject | None = None
    video: VideoObject | None = None
    document: DocumentObject | None = None
    location: Place | None = None
    payload: str | None = None
    coupon_code: str | None = None
    action: Action | None = None
    product: Product | None = None
    limited_time_offer: Offer | None = None
    ttl_minutes: int | str | None = None
    order_details: Any = None  # Any: passed on as it is

    def __post_init__(self) -> None:
        """Accept any case of the type's name."""
        self.type = self.type.lower()

    def medium(self) -> MediaObject | None:
        """Return the file of a media header."""
        named = getattr(self, self.type, None)
        return named if isinstance(named, MediaObject) else None


class Card(Struct):
    """The parameters of one card of a carousel."""

    card_index: int
    components: "list[Component]"


class Component(Struct, omit_defaults=True):
    """One part of the template that takes parameters; `cards` belong to a carousel."""

    type: str
    sub_type: str | None = None
    index: int | str | None = None
    parameters: list[Parameter] | None = None
    cards: Annotated[list[Card], Meta(max_length=MAX_CARDS)] | None = None

    def __post_init__(self) -> None:
        """Accept any case of the names, and the index as a number."""
        self.type = self.type.lower()
        if self.sub_type is not None:
            self.sub_type = self.sub_type.lower()
        if self.index is not None:
            self.index = str(self.index)


class Template(PlainContent, omit_defaults=True):
    """The template's name and language, and the components that have parameters. `namespace` is dropped."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_NAME_CHARACTERS)]
    language: Language
    components: list[Component] | None = None

    def media(self) -> Sequence[MediaObject]:
        """Return the files of media headers: the template's own, then those of its cards."""
        return [medium for _, parameter in self._parameters() if (medium := parameter.medium()) is not None]

    def preview(self) -> str:
        """Return the template's name and language."""
        return f"[template] {self.name} ({self.language.code})"

    def fault(self) -> Fault | None:
        """Return the fault of the policy, or the first of the components, in order."""
        if self.language.policy not in _POLICIES:
            details = (
                f"Parameter 'template.language.policy' must be \"deterministic\"; it is {shown(self.language.policy)}."
            )
            return Fault(INVALID_VALUE, details)
        for where, component in self._components():
            if found := _component_fault(where, component):
                return found
        for where, parameter in self._parameters():
            if found := _parameter_fault(where, parameter):
                return found
        return None

    def only_cloud(self) -> Fault | None:
        """Return what the On-Premises API has no word for, or None.

        # spec: migration.md#3.5
        """
        for where, component in self._components():
            if component.type in _ONLY_CLOUD_COMPONENTS:
                return Fault(
                    UNEXPECTED_PARAMETER, f"Parameter '{where}.type': only the Cloud API has {component.type}."
                )
        for where, parameter in self._parameters():
            if parameter.type in _ONLY_CLOUD_PARAMETERS:
                return Fault(
                    UNEXPECTED_PARAMETER, f"Parameter '{where}.type': only the Cloud API has {parameter.type}."
                )
            if parameter.parameter_name is not None:
                return Fault(
                    UNEXPECTED_PARAMETER,
                    f"Unexpected key 'parameter_name' in '{where}': only the Cloud API has named parameters.",
                )
        return None

    def _components(self) -> Iterator[tuple[str, Component]]:
        for number, component in enumerate(self.components or ()):
            yield from _with_cards(f"template.components[{number}]", component)

    def _parameters(self) -> Iterator[tuple[str, Parameter]]:
        for where, component in self._components():
            for position, parameter in enumerate(component.parameters or ()):
                yield f"{where}.parameters[{position}]", parameter


_POLICIES = frozenset({None, "deterministic", "fallback"})
_COMPONENTS = frozenset({"header", "body", "footer", "button", "carousel", "limited_time_offer"})
_CARD_COMPONENTS = _COMPONENTS - {"carousel", "limited_time_offer", "footer"}
_INDEXES = frozenset("0123456789")
_MEMBERS = frozenset(Parameter.__struct_fields__) - {"type", "parameter_name"}
_ONLY_CLOUD_COMPONENTS = frozenset({"carousel", "limited_time_offer"})
_ONLY_CLOUD_PARAMETERS = _MEMBERS - {
    "text", "currency", "date_time", "image", "video", "document", "location", "payload",
}  # fmt: skip


def _with_cards(where: str, component: Component) -> Iterator[tuple[str, Component]]:
    yield where, component
    for place, card in enumerate(component.cards or ()):
        for number, inner in enumerate(card.components):
            yield f"{where}.cards[{place}].components[{number}]", inner


def _component_fault(where: str, component: Component) -> Fault | None:
    known = _CARD_COMPONENTS if ".cards[" in where else _COMPONENTS
    if component.type not in known:
        return Fault(
            INVALID_VALUE,
            f"Parameter '{where}.type' is {component.type[:40]!r}; it must be one of {', '.join(sorted(known))}.",
        )
    if component.type != "button":
        return None
    if component.sub_type is None:
        return Fault(MISSING_PARAMETER, f"Parameter '{where}.sub_type' is mandatory for a button.")
    if component.index is None:
        return Fault(MISSING_PARAMETER, f"Parameter '{where}.index' is mandatory for a button.")
    if component.index not in _INDEXES:
        return Fault(INVALID_VALUE, f"Parameter '{where}.index' is '{component.index!s:.40}'; it must be from 0 to 9.")
    return None


def _parameter_fault(where: str, parameter: Parameter) -> Fault | None:
    if parameter.type in _MEMBERS and getattr(parameter, parameter.type) not in (None, ""):
        return _object_fault(where, parameter)
    if parameter.type not in _MEMBERS:
        return Fault(
            INVALID_VALUE,
            f"Parameter '{where}.type' is {parameter.type[:40]!r}; it must be one of {', '.join(sorted(_MEMBERS))}.",
        )
    return Fault(MISSING_PARAMETER, f"Parameter '{where}.{parameter.type}' is mandatory for type '{parameter.type}'")


def _object_fault(where: str, parameter: Parameter) -> Fault | None:
    if (medium := parameter.medium()) is not None:
        return source_fault(f"{where}.{medium.kind}", medium)
    if parameter.location is not None:
        return place_fault(f"{where}.location", parameter.location)
    return None


TYPE = message_type("template", Template, quoting="dropped")  # spec: cloud-api.md#2.1
