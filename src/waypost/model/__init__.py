"""What the flows talk about: messages, media, events, numbers, outcomes; and the table of status changes."""

from waypost.model.accounts import Medium, Number, OnPremSettings, Provider, Standing, Template, Token, Webhook
from waypost.model.keys import Dialect, EventKey, MediaKey, MessageKey, NumberId, Scope
from waypost.model.messages import (
    Attempt,
    Delivery,
    Event,
    InboundMessage,
    Later,
    Outbound,
    Outcome,
    Person,
    Pricing,
    Refused,
    Sent,
    StatusUpdate,
    Unknown,
)
from waypost.model.statuses import TRANSITIONS, Status
from waypost.model.world import FaultRule, Phone

__all__ = [
    "TRANSITIONS",
    "Attempt",
    "Delivery",
    "Dialect",
    "Event",
    "EventKey",
    "FaultRule",
    "InboundMessage",
    "Later",
    "MediaKey",
    "Medium",
    "MessageKey",
    "Number",
    "NumberId",
    "OnPremSettings",
    "Outbound",
    "Outcome",
    "Person",
    "Phone",
    "Pricing",
    "Provider",
    "Refused",
    "Scope",
    "Sent",
    "Standing",
    "Status",
    "StatusUpdate",
    "Template",
    "Token",
    "Unknown",
    "Webhook",
]
