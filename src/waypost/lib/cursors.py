"""Cursors: where a list goes on. Callers hand them back as they got them, and need not know what is in them."""

import base64
import binascii


def cursor_of(kind: str, key: int | None) -> str | None:
    """Return the cursor of a list, whose `kind` is one letter, at a key; None for no key: there is nothing more."""
    if key is None:
        return None
    raw = kind.encode("ascii") + key.to_bytes(8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def parse_cursor(kind: str, text: str) -> int | None:
    """Return the key of a cursor of this kind of list; None if it is none."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return None
    key = int.from_bytes(raw[1:], "big")
    # One from elsewhere may be over what the store's integers hold.
    return key if len(raw) == 9 and key < 1 << 63 and cursor_of(kind, key) == text else None
