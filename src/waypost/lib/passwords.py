"""Passwords that people choose: what is kept of them, and whether one fits.

The work is on purpose: 16 MiB and some tens of milliseconds for each look, so that a stolen database is not read back.
"""

import asyncio
import hashlib
import hmac

_COST = {"n": 1 << 14, "r": 8, "p": 1, "maxmem": 1 << 26}


async def sealed(password: str, salt: str) -> str:
    """Return what is kept of a password; `salt` is random text without a dollar sign."""
    digest = await asyncio.to_thread(_digest, password, salt)
    return f"scrypt${salt}${digest.hex()}"


async def fits(password: str, kept: str | None) -> bool:
    """Return whether a password is the one that was kept; None fits nothing, in the same time."""
    _, salt, digest = (kept or "scrypt$none$").split("$")
    made = await asyncio.to_thread(_digest, password, salt)
    return hmac.compare_digest(made.hex(), digest)


def _digest(password: str, salt: str) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt.encode("ascii"), **_COST)
