"""Ids: time-ordered keys, message and media ids that look like the platform's, and secrets.

A *key* is an integer of 56 bits: milliseconds since 2024 (41), node (6), counter (9). Rows are stored in
the order of their keys, so that an insert always goes to the end of its table. What callers see is made from the
key and a random *tag*; on look-up the key finds the row and the tag is compared, so that no second index is needed.
"""

import base64
import binascii
import secrets
import time
from collections.abc import Iterator
from typing import NamedTuple

_EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
_NODE_BITS = 6
_COUNTER_BITS = 9
_COUNTER_MAX = (1 << _COUNTER_BITS) - 1
_KEY_BYTES = 7
_TAG_BYTES = 2
KEYS_END = 1 << 55
"""No key is made at or above this before the year 2058; until then half of all keys are left to go on from."""

# Direction bytes of the two dialects' message ids.
# spec: cloud-api.md#2.3, on-premises-api.md#3.2, migration.md#5
_CLOUD_SENT, _CLOUD_RECEIVED = 0x11, 0x12
_ONPREM_SENT, _ONPREM_RECEIVED = 0x80, 0x00
_LINK_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_RECEIVED_MARK = 0x3A  # the first byte of every key that a phone made


class KeyMaker:
    """Makes keys that only grow, over restarts too once told the highest key in use."""

    def __init__(self, node: int = 0, *, after: int = 0) -> None:
        if not 0 <= node < 1 << _NODE_BITS:
            raise ValueError(f"node {node} is not between 0 and {(1 << _NODE_BITS) - 1}")
        self._node = node << _COUNTER_BITS
        self._last_ms = after >> (_NODE_BITS + _COUNTER_BITS)
        self._counter = _COUNTER_MAX  # so that the first key after a restart takes a new millisecond
        self.tag = Tags().next
        """Returns 16 random bits to go with a key."""

    def stay_above(self, key: int) -> None:
        """Make only keys above this one from now on."""
        last_ms = key >> (_NODE_BITS + _COUNTER_BITS)
        if last_ms >= self._last_ms:
            self._last_ms, self._counter = last_ms, _COUNTER_MAX

    def next(self) -> int:
        """Return a key above every earlier one.

        The machine's clock gives the order, never platform time: a user may move that backwards.
        When a millisecond is used up, or the clock has stepped back, the next one is borrowed.
        """
        now_ms = time.time_ns() // 1_000_000 - _EPOCH_MS
        if now_ms > self._last_ms:
            self._last_ms, self._counter = now_ms, 0
        elif self._counter < _COUNTER_MAX:
            self._counter += 1
        else:
            self._last_ms, self._counter = self._last_ms + 1, 0
        return self._last_ms << (_NODE_BITS + _COUNTER_BITS) | self._node | self._counter


def key_span(milliseconds: int) -> int:
    """Return how far apart two keys are that were made so long after each other."""
    return milliseconds << (_NODE_BITS + _COUNTER_BITS)


class Tags:
    """Random 16-bit tags; the system is asked for them in bulk, since each call to it costs a microsecond."""

    def __init__(self) -> None:
        self._bits: Iterator[int] = iter(())

    def next(self) -> int:
        """Return 16 random bits."""
        for tag in self._bits:
            return tag
        self._bits = iter(memoryview(secrets.token_bytes(_TAG_BYTES * 2048)).cast("H"))
        return next(self._bits)


class MessageRef(NamedTuple):
    """What a message id says: which row, and the tag that must match it."""

    key: int
    tag: int


def wamid(key: int, tag: int, wa_id: str, *, received: bool) -> str:
    """Return the Cloud id of a message to or from `wa_id`.

    # spec: cloud-api.md#2.3
    """
    text = b"%018X" % (tag << 8 * _KEY_BYTES | key)
    if received:
        text = b"%02X%b" % (_RECEIVED_MARK, text)
    direction = _CLOUD_RECEIVED if received else _CLOUD_SENT
    raw = b"\x1c\x18%c%b\x15\x02\x00%c\x18%c%b\x00" % (len(wa_id), wa_id.encode("ascii"), direction, len(text), text)
    return "wamid." + binascii.b2a_base64(raw, newline=False).decode("ascii")


def onprem_message_id(key: int, tag: int, wa_id: str, *, received: bool) -> str:
    """Return the On-Premises id of the same message.

    # spec: on-premises-api.md#3.2
    """
    key_bytes = tag.to_bytes(_TAG_BYTES, "big") + key.to_bytes(_KEY_BYTES, "big")
    if received:
        key_bytes = bytes([_RECEIVED_MARK]) + key_bytes
    packed = bytes.fromhex(wa_id + "f" * (len(wa_id) % 2))
    length = len(packed) | (0x80 if len(wa_id) % 2 else 0)
    direction = _ONPREM_RECEIVED if received else _ONPREM_SENT
    raw = bytes([direction, 0x11, length]) + packed + bytes([0x02, len(key_bytes)]) + key_bytes
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def parse_message_id(text: str) -> MessageRef | None:
    """Return the row that a message id of either dialect names, or None if it is not one of ours."""
    if text.startswith("wamid."):
        return _parse_wamid(text[6:])
    return _parse_onprem(text)


def wa_id_of(wamid: str) -> str | None:
    """Return the user's number that a Cloud id carries; None if it is not of this form."""
    try:
        raw = base64.b64decode(wamid.removeprefix("wamid."), validate=True)
        digits = raw[3 : 3 + raw[2]].decode("ascii")
    except (ValueError, IndexError):
        return None
    return digits if digits.isdigit() else None


def _parse_wamid(text: str) -> MessageRef | None:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        hex_text = raw[raw[2] + 9 : -1]
        key_bytes = bytes.fromhex(hex_text.decode("ascii"))
    except (ValueError, IndexError):
        return None
    return _ref(key_bytes)


def _parse_onprem(text: str) -> MessageRef | None:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        key_bytes = raw[(raw[2] & 0x7F) + 5 :]
    except (ValueError, IndexError):
        return None
    return _ref(key_bytes)


def _ref(key_bytes: bytes) -> MessageRef | None:
    if len(key_bytes) == 1 + _TAG_BYTES + _KEY_BYTES and key_bytes[0] == _RECEIVED_MARK:
        key_bytes = key_bytes[1:]
    if len(key_bytes) != _TAG_BYTES + _KEY_BYTES:
        return None
    tag = int.from_bytes(key_bytes[:_TAG_BYTES], "big")
    return MessageRef(int.from_bytes(key_bytes[_TAG_BYTES:], "big"), tag)


def parse_digits(text: str, most: int) -> int | None:
    """Return the number that up to `most` ASCII digits are; None if the text is anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= most else None


def media_uuid(key: int, tag: int) -> str:
    """Return the On-Premises id of a medium: a lower-case UUID.

    # spec: on-premises-api.md#5.1
    """
    text = f"{key:016x}{tag:016x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def new_media_tag() -> int:
    """Return 63 random bits (the store's integers have a sign)."""
    return secrets.randbits(63)


class MediaRef(NamedTuple):
    """What a media id says: which row, and the tag to match when the id carries one."""

    key: int
    tag: int | None


def parse_media_id(text: str) -> MediaRef | None:
    """Return the row that a media id names: decimal digits (Cloud) or a UUID (On-Premises); None if neither."""
    if text.isascii() and text.isdigit() and len(text) <= 17 and text[0] != "0":
        return MediaRef(int(text), None)
    digits = text.replace("-", "")
    if len(text) != 36 or len(digits) != 32:
        return None
    try:
        value = int(digits, 16)
    except ValueError:
        return None
    key, tag = value >> 64, value & (1 << 64) - 1
    # An id from elsewhere may be over what the store's integers hold.
    return MediaRef(key, tag) if key < 1 << 63 and media_uuid(key, tag) == text.lower() else None


def new_secret(prefix: str = "") -> str:
    """Return `prefix` and 192 random bits as text safe in URLs and headers."""
    return prefix + secrets.token_urlsafe(24)


def new_nonce(size: int) -> bytes:
    """Return so many random bytes, for a cipher to be used with once."""
    return secrets.token_bytes(size)


def new_trace_id() -> str:
    """Return an `fbtrace_id`: opaque, for a person to quote."""
    return "A" + secrets.token_urlsafe(16)


def new_code() -> str:
    """Return six random digits, for a person to type."""
    return f"{secrets.randbelow(1_000_000):06d}"


def new_link_code() -> str:
    """Return fourteen random letters and digits, as links to a chat have them."""
    return "".join(secrets.choice(_LINK_SIGNS) for _ in range(14))
