"""What the renderers need to know of numbers, users, statuses and events.

These are Protocols because the things themselves are in `model`, the layer above, which this one must not know.
"""

from typing import Literal, Protocol

from waypost.errors import Fault
from waypost.wire.onprem_settings import OnPremSettings

Quality = Literal["GREEN", "YELLOW", "RED", "UNKNOWN"]
"""How users take a number, or a template."""


class StatusWord(Protocol):
    """A status."""

    @property
    def word(self) -> str:
        """The platform's word: `sent`, `delivered`, ..."""
        ...


class PersonFacts(Protocol):
    """The user at the other end."""

    @property
    def wa_id(self) -> str:
        """Digits."""
        ...

    @property
    def name(self) -> str:
        """What the user calls themselves."""
        ...

    @property
    def user_id(self) -> str:
        """The business-scoped id."""
        ...

    @property
    def username(self) -> str | None:
        """The name that others find the user by."""
        ...

    @property
    def shows_number(self) -> bool:
        """Whether the business is told the phone number."""
        ...

    @property
    def identity_hash(self) -> str | None:
        """The hash of the user's keys."""
        ...


class EntryFacts(Protocol):
    """A free entry point."""

    @property
    def id(self) -> str:
        """Names the conversation."""
        ...

    @property
    def until_ms(self) -> int:
        """When it ends."""
        ...


class PricingFacts(Protocol):
    """What a status says about the price."""

    @property
    def billable(self) -> bool:
        """Whether it costs anything."""
        ...

    @property
    def model(self) -> str:
        """`PMP`, or `CBP` before July 2025."""
        ...

    @property
    def type(self) -> str:
        """`regular`, `free_customer_service`, ..."""
        ...

    @property
    def category(self) -> str:
        """`service`, `marketing`, ..."""
        ...

    @property
    def entry(self) -> EntryFacts | None:
        """The free entry point that makes it free."""
        ...


class StatusFacts(Protocol):
    """What became of a message."""

    @property
    def status(self) -> StatusWord:
        """The new status."""
        ...

    @property
    def at_ms(self) -> int:
        """When, in milliseconds."""
        ...

    @property
    def person(self) -> PersonFacts | None:
        """The recipient, where the upstream named them."""
        ...

    @property
    def pricing(self) -> PricingFacts | None:
        """The price, where the upstream told it."""
        ...

    @property
    def fault(self) -> Fault | None:
        """Why it failed."""
        ...


class InboundFacts(Protocol):
    """A message from a user."""

    @property
    def key(self) -> int:
        """Its row, and half of its id."""
        ...

    @property
    def tag(self) -> int:
        """The other half of its id."""
        ...

    @property
    def person(self) -> PersonFacts:
        """The sender."""
        ...

    @property
    def kind(self) -> str:
        """The message's type."""
        ...

    @property
    def at_ms(self) -> int:
        """When it was written, in milliseconds."""
        ...

    @property
    def body(self) -> bytes:
        """The object of `messages[]`: what the user wrote, `voice` and `animated` included.

        Members that every message has may be missing, and those of a medium that a store knows.
        """
        ...


class MediumFacts(Protocol):
    """A stored file."""

    @property
    def key(self) -> int:
        """Its Cloud id."""
        ...

    @property
    def tag(self) -> int:
        """The other half of its On-Premises id."""
        ...

    @property
    def sha256(self) -> bytes:
        """The digest, raw."""
        ...

    @property
    def mime(self) -> str:
        """Its type, with parameters."""
        ...

    @property
    def size(self) -> int:
        """Bytes."""
        ...


class EventFacts(Protocol):
    """Something that a subscriber is told."""

    @property
    def kind(self) -> str:
        """`status`, `message`, or the webhook field of a notice."""
        ...

    @property
    def body(self) -> bytes:
        """What `events.messages` composed, or a notice's whole value."""
        ...

    @property
    def at_ms(self) -> int:
        """When it happened, in milliseconds."""
        ...

    @property
    def status(self) -> StatusWord | None:
        """The status it tells."""
        ...

    @property
    def problem(self) -> str | None:
        """The name of the problem of a `failed` status."""
        ...


class NumberFacts(Protocol):
    """A business number."""

    @property
    def id(self) -> int:
        """Its phone_number_id."""
        ...

    @property
    def waba_id(self) -> int:
        """The account it belongs to."""
        ...

    @property
    def digits(self) -> str:
        """The number itself."""
        ...

    @property
    def name(self) -> str:
        """The name that users see."""
        ...

    @property
    def graph_version(self) -> str:
        """The version whose webhooks its subscriber gets."""
        ...

    @property
    def webhook_shape(self) -> str:
        """`2026`, or `2025` without what came with usernames."""
        ...

    @property
    def identity_check(self) -> bool:
        """Whether its subscriber is told of users' keys."""
        ...

    @property
    def pseudo_numbers(self) -> bool:
        """Whether users without a phone number get one that is none, where nothing else can name them."""
        ...

    @property
    def onprem(self) -> OnPremSettings:
        """The settings of its On-Premises side."""
        ...
