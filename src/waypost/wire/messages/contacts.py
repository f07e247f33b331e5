"""Contact cards: 1 to 257 in a message.

`contact` is an alias, both as type and as key: a page of one host prints the type so.

# spec: cloud-api.md#3.4, on-premises-api.md#3.6, seed-media-messages.txt
"""

import re
from datetime import date
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from waypost.errors import Fault
from waypost.errors.requests import INVALID_VALUE
from waypost.wire.complaints import shown
from waypost.wire.messages.base import PlainContent, message_type

MAX_CARDS = 257

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Name(Struct, omit_defaults=True):
    """What the card is headed with."""

    formatted_name: Annotated[str, Meta(min_length=1)]
    first_name: str | None = None
    last_name: str | None = None
    middle_name: str | None = None
    prefix: str | None = None
    suffix: str | None = None


class Phone(Struct, omit_defaults=True):
    """A number; with a `wa_id` the user can write to it at once."""

    phone: str | None = None
    type: str | None = None
    wa_id: str | None = None


class Email(Struct, omit_defaults=True):
    """An e-mail address."""

    email: str | None = None
    type: str | None = None


class Address(Struct, omit_defaults=True):
    """A postal address."""

    street: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    country_code: str | None = None
    type: str | None = None


class Organisation(Struct, omit_defaults=True):
    """Where the person works."""

    company: str | None = None
    department: str | None = None
    title: str | None = None


class Link(Struct, omit_defaults=True):
    """A web address."""

    url: str | None = None
    type: str | None = None


class Messenger(Struct, omit_defaults=True):
    """An account elsewhere; On-Premises only."""

    service: str | None = None
    user_id: str | None = None


class Card(Struct, omit_defaults=True):
    """One contact. The words of `type` are free everywhere."""

    name: Name
    phones: list[Phone] | None = None
    emails: list[Email] | None = None
    addresses: list[Address] | None = None
    urls: list[Link] | None = None
    org: Organisation | None = None
    birthday: str | None = None
    ims: list[Messenger] | None = None


class Contacts(PlainContent):
    """The cards of a message."""

    cards: list[Card]

    def preview(self) -> str:
        """Return the first name, and how many more there are."""
        more = f" and {len(self.cards) - 1} more" if len(self.cards) > 1 else ""
        return f"[contacts] {self.cards[0].name.formatted_name}{more}"

    def fault(self) -> Fault | None:
        """Return the fault of the first birthday that is no date."""
        for number, card in enumerate(self.cards):
            if card.birthday is not None and not _is_date(card.birthday):
                return Fault(
                    INVALID_VALUE,
                    f"Parameter 'contacts[{number}].birthday' is {shown(card.birthday)}; it must be a date, as "
                    '"1990-02-28".',
                )
        return None

    def wire(self) -> object:
        """Return the canonical array, without `ims`: the Cloud does not know them; the request as it came keeps them.

        # spec: migration.md#3.4
        """
        return [card if card.ims is None else replace(card, ims=None) for card in self.cards]


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


TYPE = message_type(
    "contacts",
    Annotated[list[Card], Meta(min_length=1, max_length=MAX_CARDS)],
    content=Contacts,
    aliases=("contact",),
)
