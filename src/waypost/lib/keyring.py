"""Keys that secrets are sealed with before they are stored: the newest seals, every one opens.

AES-256-GCM, with a nonce of 96 random bits for each value. A sealed value is the version of this form, the id of its
key, the nonce, and what the cipher makes of the value. Where the value stands is authenticated with it, so that it
opens nowhere else. A value that begins with anything but the version is in clear.
"""

import base64
import hashlib
from collections.abc import Sequence
from typing import Protocol

from waypost.lib.ids import new_nonce

HEAD_BYTES = 6
"""How many bytes of a sealed value say which key it needs."""
_VERSION = b"\x01"  # no text and no JSON begins with it
_NONCE_BYTES = 12
_LABEL = b"waypost secrets key "


class _Cipher(Protocol):
    """What we use of AESGCM, which is imported only where there is a key: that costs a start a tenth of its time."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes: ...


class Unsealable(ValueError):  # noqa: N818 - a condition, told to the operator in its words
    """A value that cannot be opened; `advice` says what to do."""

    def __init__(self, why: str, advice: str) -> None:
        super().__init__(why)
        self.advice = advice


class Keyring:
    """The keys that a process was given, the newest first; without any, values stay in clear."""

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        self._heads = [_head(key) for key in keys]
        self._ciphers = {head: _cipher(key) for head, key in zip(self._heads, keys, strict=True)}

    @property
    def names(self) -> list[str]:
        """The ids of the keys, as people see them."""
        return [_name(head) for head in self._heads]

    @property
    def marks(self) -> list[int]:
        """A number of 31 bits for each key, by which processes tell each other that they have it."""
        return [int.from_bytes(head[1:5], "big") >> 1 for head in self._heads]

    def seal(self, clear: bytes, place: str) -> bytes:
        """Return a value as it is stored at a place, such as `numbers/15550123456`."""
        if not self._heads:
            return clear
        head, nonce = self._heads[0], new_nonce(_NONCE_BYTES)
        return head + nonce + self._ciphers[head].encrypt(nonce, clear, place.encode())

    def open(self, stored: bytes, place: str) -> bytes:
        """Return a value in clear. Raises Unsealable without its key, or if it was changed or is another place's."""
        if not stored.startswith(_VERSION):
            return stored
        cipher = self._ciphers.get(stored[:HEAD_BYTES])
        if cipher is None:
            raise self._without_key(_name(stored), place)
        from cryptography.exceptions import InvalidTag

        nonce, sealed = stored[HEAD_BYTES : HEAD_BYTES + _NONCE_BYTES], stored[HEAD_BYTES + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, sealed, place.encode())
        except (InvalidTag, ValueError):
            raise Unsealable(
                f"{place} in the store does not open with its key {_name(stored)}: it was changed, or comes from "
                "another place",
                "Put the row back from a backup.",
            ) from None

    def is_newest(self, stored: bytes) -> bool:
        """Return whether a value is stored as it would be now."""
        return not self._heads or stored.startswith(self._heads[0])

    def _without_key(self, name: str, place: str) -> Unsealable:
        if not self._heads:
            given = "and no secrets_key is given"
        else:
            given = f"which is not among those of secrets_key ({', '.join(self.names)})"
        return Unsealable(
            f"{place} in the store is sealed with the key {name}, {given}",
            "Give that key in WAYPOST_SECRETS_KEY, behind the one that is to seal from now on.",
        )


NO_KEYS = Keyring()


def name_of(stored: bytes) -> str | None:
    """Return the id of the key that a value, or its head, is sealed with; None: it is in clear."""
    return _name(stored) if stored.startswith(_VERSION) else None


def _name(head: bytes) -> str:
    return base64.b32encode(head[1:HEAD_BYTES]).decode("ascii").lower()


def _head(key: bytes) -> bytes:
    return _VERSION + hashlib.sha256(_LABEL + key).digest()[: HEAD_BYTES - 1]


def _cipher(key: bytes) -> _Cipher:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)
