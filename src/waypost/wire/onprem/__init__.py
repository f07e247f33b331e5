"""The On-Premises dialect: requests in, answers and callbacks out."""

from waypost.wire.onprem.requests import ContactsCheck, parse_contacts_check, parse_mark_read, parse_send
from waypost.wire.requests import SendRequest

__all__ = ["ContactsCheck", "SendRequest", "parse_contacts_check", "parse_mark_read", "parse_send"]
