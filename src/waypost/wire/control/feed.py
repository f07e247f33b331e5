"""What the control API's feed says."""

from typing import Literal

from msgspec import Struct

World = Literal["accounts", "clock", "media", "numbers", "providers", "refusals", "reset", "rules", "templates"]
"""What may change beside messages, deliveries and phones."""


class FeedChanges(Struct):
    """What has changed and should be looked at again; with `all` it is more than can be named.

    `messages` and `deliveries` are ids, `phones` wa_ids; `world` names what else there is.
    """

    messages: list[str]
    deliveries: list[str]
    phones: list[str]
    world: list[World]
    all: bool
