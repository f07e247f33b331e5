"""Which link of a text a phone shows a card for.

# spec: cloud-api.md#3.1, on-premises-api.md#3.3
"""

import re

_MOST = 4096
_LINK = re.compile(r"(?<!\w)https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]", re.IGNORECASE)


def previewed_link(body: str) -> str | None:
    """Return the first link of a text; one without http:// or https:// is none."""
    found = _LINK.search(body[:_MOST])
    return found[0] if found else None
