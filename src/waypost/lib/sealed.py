"""Text sealed with a password: nobody reads or changes it without the password, and it says nothing of itself.

The key is made by scrypt, so that guessing is slow; the rest is Fernet (AES in CBC mode, with an HMAC).
"""

import asyncio
import base64
import hashlib

from waypost.lib.ids import new_secret

_SALT_CHARACTERS = 32
_COST = {"n": 1 << 14, "r": 8, "p": 1, "maxmem": 1 << 26, "dklen": 32}


async def seal(text: bytes, password: str) -> str:
    """Return `text` sealed, in base64."""
    return await asyncio.to_thread(_seal, text, password)


async def unseal(blob: str, password: str) -> bytes | None:
    """Return what was sealed; None for another password, or for a blob that was changed or is none."""
    return await asyncio.to_thread(_unseal, blob, password)


def _seal(text: bytes, password: str) -> str:
    from cryptography.fernet import Fernet

    salt = new_secret()[:_SALT_CHARACTERS].encode("ascii")
    return base64.b64encode(salt + Fernet(_key(password, salt)).encrypt(text)).decode("ascii")


def _unseal(blob: str, password: str) -> bytes | None:
    from cryptography.fernet import Fernet, InvalidToken

    try:
        raw = base64.b64decode(blob, validate=True)
    except ValueError:
        return None
    try:
        return Fernet(_key(password, raw[:_SALT_CHARACTERS])).decrypt(raw[_SALT_CHARACTERS:])
    except (InvalidToken, ValueError):
        return None


def _key(password: str, salt: bytes) -> bytes:
    digest = hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, **_COST)
    return base64.urlsafe_b64encode(digest)
