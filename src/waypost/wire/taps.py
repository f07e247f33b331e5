"""What a user's tap on a message sends back: the answer that WhatsApp makes of it, or why there is none.

# spec: cloud-api.md#8
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from waypost.errors import Fault
from waypost.errors.requests import INVALID_VALUE, MISSING_PARAMETER
from waypost.wire.complaints import shown
from waypost.wire.definitions import Button, Component
from waypost.wire.inbound import (
    ButtonReply,
    CallReply,
    FlowReply,
    ListReply,
    OrderItem,
    PhoneMessage,
    UserButton,
    UserCard,
    UserInteractive,
    UserName,
    UserOrder,
    UserPhone,
    UserPlace,
)
from waypost.wire.interactive.address_message import AddressMessage
from waypost.wire.interactive.base import Kind
from waypost.wire.interactive.button import ButtonMessage
from waypost.wire.interactive.call_permission_request import CallPermissionRequest
from waypost.wire.interactive.carousel import CarouselMessage
from waypost.wire.interactive.catalog_message import CatalogMessage
from waypost.wire.interactive.contact_request import ContactRequest, ContactRequestByOrigin
from waypost.wire.interactive.flow import FlowMessage
from waypost.wire.interactive.list_message import ListMessage
from waypost.wire.interactive.location_request_message import LocationRequestMessage
from waypost.wire.interactive.product import ProductMessage
from waypost.wire.interactive.product_list import ProductListMessage
from waypost.wire.messages.base import Content
from waypost.wire.messages.template import Component as SentComponent
from waypost.wire.messages.template import Template

_JSON = dict[str, Any]  # Any: whatever a form asks for


class TappedOrder(Struct, forbid_unknown_fields=True):
    """The basket; the catalog may be left out where the message names it."""

    product_items: Annotated[list[OrderItem], Meta(min_length=1)]
    catalog_id: str | None = None
    text: str | None = None


class Tap(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What the user does with a message that their phone shows: exactly one member beside `message_id`.

    `button` is the title or the id (of a template: the payload) of a button, `row` the id or the title of a row;
    `flow` and `address` are what was filled in, `contact` shares the user's own card.
    """

    message_id: Annotated[str, Meta(min_length=1, max_length=512)]
    button: str | None = None
    row: str | None = None
    flow: _JSON | None = None
    address: _JSON | None = None
    location: UserPlace | None = None
    order: TappedOrder | None = None
    call_permission: Literal["accept", "reject"] | None = None
    contact: Literal[True] | None = None

    @property
    def given(self) -> list[str]:
        """The members beside the message's id that are there."""
        return [name for name in self.__struct_fields__[1:] if getattr(self, name) is not None]


class Owner(Struct, frozen=True):
    """The phone's user."""

    wa_id: str
    name: str


Answer = PhoneMessage | Fault


def answer_to(content: Content, components: Sequence[Component], tap: Tap, owner: Owner) -> Answer:
    """Return what a tap on a message sends back; `components` are the definition of a template."""
    if len(tap.given) != 1:
        names = ", ".join(tap.__struct_fields__[1:])
        return Fault(MISSING_PARAMETER, f"A tap has exactly one of {names}; it has {len(tap.given)}.")
    if isinstance(content, Template):
        return _template(content, components, tap, owner)
    if isinstance(content, Kind):
        return _interactive(content, tap, owner)
    return Fault(INVALID_VALUE, "The message has nothing to tap; only interactive messages and templates have.")


def answer_kind(message: PhoneMessage) -> str | None:
    """Return which answer to a message this is: `button`, or the type of an interactive one; None if it is none."""
    if message.type == "interactive" and message.interactive is not None:
        return message.interactive.type
    return "button" if message.type == "button" else None


def is_offered(kind: str, content: Content, components: Sequence[Component]) -> bool:
    """Return whether a message offers this kind of answer; `components` are the definition of a template."""
    parts, button_types = _OFFERED_BY[kind]
    if isinstance(content, Template):
        return any(button.type in button_types for button, _ in _buttons(content, components))
    return isinstance(content, parts)


def _interactive(kind: Kind, tap: Tap, owner: Owner) -> Answer:
    member, make = _ANSWERS.get(type(kind), ("", None))
    if make is None:
        return Fault(INVALID_VALUE, f"A tap on a message of kind {kind.name} sends nothing to the business.")
    if tap.given != [member]:
        return Fault(INVALID_VALUE, f"A message of kind {kind.name} has no {tap.given[0]}; give '{member}'.")
    return make(kind, tap, owner)


def _replied(type_: str, member: object) -> PhoneMessage:
    return PhoneMessage("interactive", interactive=UserInteractive(type_, **{type_: member}))  # type: ignore[arg-type]  # one of its members


def _chosen(what: str, wanted: str | None, choices: Sequence[tuple[str, str]]) -> int | Fault:
    """Return the position of the choice with this id, or else with this title; ids come first in `choices`."""
    for part in (0, 1):
        found = [position for position, choice in enumerate(choices) if choice[part] == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            return Fault(INVALID_VALUE, f"{what}: {len(found)} are called {shown(wanted)}; give the id.")
    there_are = ", ".join(shown(title) for _, title in choices) or "none"
    return Fault(INVALID_VALUE, f"{what}: the message has no {shown(wanted)}; there are {there_are}.")


# -- Interactive messages ----------------------------------------------------------------------------------------


def _button(kind: ButtonMessage, tap: Tap, _owner: Owner) -> Answer:
    return _button_reply(tap, [(button.reply.id, button.reply.title) for button in kind.action.buttons])


def _carousel(kind: CarouselMessage, tap: Tap, _owner: Owner) -> Answer:
    buttons = [button for card in kind.action.cards for button in card.action.buttons or ()]
    return _button_reply(tap, [(button.quick_reply.id, button.quick_reply.title) for button in buttons])


def _button_reply(tap: Tap, choices: Sequence[tuple[str, str]]) -> Answer:
    chosen = _chosen("button", tap.button, choices)
    return chosen if isinstance(chosen, Fault) else _replied("button_reply", ButtonReply(*choices[chosen]))


def _list(kind: ListMessage, tap: Tap, _owner: Owner) -> Answer:
    rows = [row for section in kind.action.sections for row in section.rows]
    chosen = _chosen("row", tap.row, [(row.id, row.title) for row in rows])
    if isinstance(chosen, Fault):
        return chosen
    row = rows[chosen]
    return _replied("list_reply", ListReply(row.id, row.title, row.description))


def _flow(kind: FlowMessage, tap: Tap, _owner: Owner) -> Answer:
    return _flow_reply(kind.action.parameters.flow_token, tap)


def _flow_reply(token: str | None, tap: Tap) -> Answer:
    """Return the form as it comes back; without a token it has that of the platform.

    # spec: samples/cloud/hook_in_nfm_reply.json; the token "unused" is (unconfirmed)
    """
    filled = {"flow_token": token or "unused", **(tap.flow or {})}
    return _replied("nfm_reply", FlowReply(name="flow", response_json=msgspec.json.encode(filled).decode("utf-8")))


def _address(_kind: AddressMessage, tap: Tap, _owner: Owner) -> Answer:
    values = tap.address or {}
    text = "\n".join(str(value) for value in values.values())
    filled = msgspec.json.encode({"values": values}).decode("utf-8")
    return _replied("nfm_reply", FlowReply(name="address_message", body=text, response_json=filled))


def _location(_kind: LocationRequestMessage, tap: Tap, _owner: Owner) -> Answer:
    return PhoneMessage("location", location=tap.location)


def _call_permission(_kind: CallPermissionRequest, tap: Tap, _owner: Owner) -> Answer:
    return _replied("call_permission_reply", CallReply(tap.call_permission or "reject"))


def _contact(_kind: ContactRequest, _tap: Tap, owner: Owner) -> Answer:
    return _card(owner)


def _card(owner: Owner) -> PhoneMessage:
    phone = UserPhone(f"+{owner.wa_id}", owner.wa_id, "CELL")
    name = UserName(formatted_name=owner.name, first_name=owner.name)
    return PhoneMessage("contacts", contacts=[UserCard(name, [phone])])


def _product(kind: ProductMessage, tap: Tap, _owner: Owner) -> Answer:
    return _order(tap, kind.action.catalog_id, {kind.action.product_retailer_id})


def _product_list(kind: ProductListMessage, tap: Tap, _owner: Owner) -> Answer:
    items = [item for section in kind.action.sections for item in section.product_items]
    return _order(tap, kind.action.catalog_id, {item.product_retailer_id for item in items})


def _catalog(_kind: CatalogMessage, tap: Tap, _owner: Owner) -> Answer:
    return _order(tap, None, None)


def _order(tap: Tap, catalog_id: str | None, products: set[str] | None) -> Answer:
    """Return a basket of the catalog; `products` are those that the message shows, None: all of the catalog."""
    order = tap.order
    assert order is not None, "the tap was looked at before"
    catalog = order.catalog_id or catalog_id
    if catalog is None:
        return Fault(MISSING_PARAMETER, "order.catalog_id: the message does not name its catalog; give it.")
    if catalog_id is not None and catalog != catalog_id:
        return Fault(INVALID_VALUE, f"order.catalog_id: the message shows the catalog {catalog_id}; leave it out.")
    for item in order.product_items:
        if products is not None and item.product_retailer_id not in products:
            there_are = ", ".join(sorted(products))
            return Fault(
                INVALID_VALUE,
                f"order.product_items: the message does not show {item.product_retailer_id}; it shows {there_are}.",
            )
    basket = UserOrder(catalog_id=catalog, text=order.text, product_items=order.product_items)
    return PhoneMessage("order", order=basket)


_ANSWERS: Mapping[type[Kind], tuple[str, Callable[[Any, Tap, Owner], Answer]]] = {  # Any: each takes its own kind
    ButtonMessage: ("button", _button),
    CarouselMessage: ("button", _carousel),
    ListMessage: ("row", _list),
    FlowMessage: ("flow", _flow),
    AddressMessage: ("address", _address),
    LocationRequestMessage: ("location", _location),
    CallPermissionRequest: ("call_permission", _call_permission),
    ContactRequest: ("contact", _contact),
    ContactRequestByOrigin: ("contact", _contact),
    ProductMessage: ("order", _product),
    ProductListMessage: ("order", _product_list),
    CatalogMessage: ("order", _catalog),
}
"""For each kind: the member of `Tap` that it takes, and what makes the answer. A tap on any other kind opens something
and sends nothing.
"""


_OFFERED_BY: Mapping[str, tuple[tuple[type[Kind], ...], tuple[str, ...]]] = {
    "button": ((), ("QUICK_REPLY",)),
    "button_reply": ((ButtonMessage, CarouselMessage), ()),
    "list_reply": ((ListMessage,), ()),
    "nfm_reply": ((FlowMessage, AddressMessage), ("FLOW",)),
    "call_permission_reply": ((CallPermissionRequest,), ()),
}
"""By the kind of answer: the interactive messages that it can come from, and the buttons of a template."""


# -- Templates ---------------------------------------------------------------------------------------------------


def _template(sent: Template, components: Sequence[Component], tap: Tap, owner: Owner) -> Answer:
    buttons = list(_buttons(sent, components))
    if tap.button is not None:
        return _quick_reply(tap.button, buttons)
    if tap.flow is not None:
        flows = [given for button, given in buttons if button.type == "FLOW"]
        return _flow_reply(_token(flows[0]), tap) if flows else _no_button("flow", "FLOW")
    if tap.order is not None:
        has = any(button.type in ("CATALOG", "MPM", "SPM") for button, _ in buttons)
        return _order(tap, None, None) if has else _no_button("order", "CATALOG, MPM or SPM")
    if tap.contact is not None:
        # spec: cloud-api.md#13.1; that the answer is that of the interactive message is (unconfirmed)
        has = any(button.type == "REQUEST_CONTACT_INFO" for button, _ in buttons)
        return _card(owner) if has else _no_button("contact", "REQUEST_CONTACT_INFO")
    return Fault(INVALID_VALUE, f"A template has no {tap.given[0]}; give 'button', 'flow', 'order' or 'contact'.")


def _quick_reply(wanted: str, buttons: Sequence[tuple[Button, SentComponent | None]]) -> Answer:
    """Return the tapped button; without a payload of its own, its text is the payload.

    # spec: cloud-api.md#8 ("button"); that the text takes the place of the payload is (unconfirmed)
    """
    replies = [(_payload(given) or button.text or "", button.text or "") for button, given in buttons
               if button.type == "QUICK_REPLY"]  # fmt: skip
    chosen = _chosen("button", wanted, replies)
    if isinstance(chosen, Fault):
        return chosen
    payload, text = replies[chosen]
    return PhoneMessage("button", button=UserButton(payload=payload, text=text))


def _buttons(sent: Template, components: Sequence[Component]) -> Iterator[tuple[Button, SentComponent | None]]:
    """Yield each button of the definition, with what the message gives it; those of cards too."""
    yield from paired(components, sent.components or ())
    given = next((part.cards for part in sent.components or () if part.type == "carousel"), None) or []
    for part in components:
        for number, card in enumerate(part.cards or ()):
            yield from paired(card.components, given[number].components or () if number < len(given) else ())


def paired(
    components: Sequence[Component], sent: Sequence[SentComponent]
) -> Iterator[tuple[Button, SentComponent | None]]:
    """Yield the buttons of one card, or of the template itself, with what the message gives each."""
    given = {str(part.index): part for part in sent if part.type == "button"}
    for part in components:
        for index, button in enumerate(part.buttons or ()):
            yield button, given.get(str(index))


def _payload(given: SentComponent | None) -> str | None:
    parameters = (given.parameters if given else None) or ()
    return next((parameter.payload for parameter in parameters if parameter.payload is not None), None)


def _token(given: SentComponent | None) -> str | None:
    actions = [parameter.action for parameter in (given.parameters if given else None) or ()]
    return next((action.flow_token for action in actions if action), None)


def _no_button(member: str, types: str) -> Fault:
    return Fault(INVALID_VALUE, f"{member}: the template has no button of type {types}.")
