"""Who is there before anybody has done anything: the line that is printed at the start is between these two."""

SAMPLE_NUMBER = "15550100900"
"""The business number, unless the settings name another."""
SAMPLE_PHONE = "15550001111"
"""The phone that knows the number, and has just written to it."""

_ACCOUNTS = 3_000_000_000_000_000  # account ids are digits that are no phone number


def account_of(number: int) -> int:
    """Return the id of the account that a number of the settings is in from the first start on."""
    return _ACCOUNTS + number
