"""What names things inside: ids as types of their own, so that one is never taken for another."""

from typing import Literal, NewType

NumberId = NewType("NumberId", int)
"""A phone_number_id: the digits of the business number."""
MessageKey = NewType("MessageKey", int)
EventKey = NewType("EventKey", int)
MediaKey = NewType("MediaKey", int)

NOT_FETCHED = MediaKey(0)
"""Stands in `Outbound.more_media` for a link that has not been fetched yet."""

Dialect = Literal["cloud", "onprem"]
Scope = Literal["all", "read"]
"""What a credential may do: everything for its number, or look only."""
Reach = Literal["number", "account"]
"""For whom a credential acts: its number, or every number of that number's account."""
