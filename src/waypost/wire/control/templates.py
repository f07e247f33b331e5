"""Templates: made, reviewed, and the messages that they hold back."""

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Raw, Struct, UnsetType

from waypost.wire.control.base import MessageId, Pace, Request
from waypost.wire.definitions import NewTemplate, TemplateChange
from waypost.wire.events.templates import TemplateEvent
from waypost.wire.facts import Quality


class TemplateView(Struct):
    """A message template in one language."""

    id: str
    waba_id: str
    name: str
    language: str
    category: str
    status: str
    components: Raw
    parameter_format: str
    quality: str
    rejected_reason: str
    previous_category: str | None
    pacing: int | None
    """How many messages may still go out before the others are held; null: all."""


class TemplateList(Struct):
    """Every template."""

    templates: list[TemplateView]


class TemplateWish(NewTemplate, forbid_unknown_fields=True, kw_only=True):
    """A template to create, as the Cloud API takes it, in an account, which may be left out while there is only one.

    The example of a header may be a link, which is not fetched.
    """

    waba_id: str | None = None


class TemplateEdit(TemplateChange, forbid_unknown_fields=True):
    """What its owner changes of a template; components are replaced as a whole, and reviewed again."""


class ReviewOrder(Request):
    """What happens to a template; `reason` is the platform's word, `explanation` and `recommendation` go to people."""

    event: TemplateEvent
    reason: str | None = None
    explanation: str = ""
    recommendation: str = ""


class TemplateUpdate(Request):
    """What is to change.

    `pacing`: so many more messages go out, and the others are held for quality assessment; null: all go out, those that
    are held too. So they do with the quality `GREEN`.
    """

    quality: Quality | UnsetType = UNSET
    category: Literal["AUTHENTICATION", "MARKETING", "UTILITY"] | UnsetType = UNSET
    pacing: Pace | UnsetType | None = UNSET


class HeldMessage(MessageId):
    """A message that its template holds back."""

    phone_number_id: str
    wa_id: str
    at: datetime


class HeldList(Struct):
    """What a template holds back, the oldest first."""

    held: list[HeldMessage]


class Decided(Struct):
    """How many messages were held until now."""

    messages: int
