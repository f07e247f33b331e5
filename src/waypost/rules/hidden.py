"""Whether a business is told the phone number of a user with a username.

# spec: cloud-api.md#7.4
"""

KNOWN_MS = 30 * 86_400_000


def shows_number(username: str | None, known_ms: int | None, now_ms: int) -> bool:
    """Return whether the number is shown: always without a username, else for 30 days after the last contact.

    `known_ms` is when the business and the phone number last exchanged a message.
    """
    return username is None or (known_ms is not None and now_ms - known_ms < KNOWN_MS)
