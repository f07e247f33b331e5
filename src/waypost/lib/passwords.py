"""Passwords that people choose: what is kept of them, and whether one fits.

The work is on purpose: 16 MiB and some tens of milliseconds for each look, so that a stolen database is not read back.
"""

import asyncio
import hashlib
from collections.abc import Iterable

from waypost.lib.sameness import is_same_secret

_COST = {"n": 1 << 14, "r": 8, "p": 1, "maxmem": 1 << 26}


async def sealed(password: str, salt: str) -> str:
    """Return what is kept of a password; `salt` is random text without a dollar sign."""
    digest = await asyncio.to_thread(_digest, password, salt)
    return f"scrypt${salt}${digest.hex()}"


async def fitting(password: str, kept: Iterable[str]) -> str | None:
    """Return the kept password that one fits; None if it is none of them.

    It works once for each salt among them, and once if there are none: that takes as long as one that does not fit.
    """
    by_salt: dict[str, list[str]] = {}
    for one in kept:
        by_salt.setdefault(salt_of(one), []).append(one)
    for salt, those in (by_salt or {"none": []}).items():
        made = await sealed(password, salt)
        for one in those:
            if is_same_secret(made, one):
                return one
    return None


def salt_of(kept: str) -> str:
    """Return the salt that a password was kept with."""
    return kept.split("$")[1]


def _digest(password: str, salt: str) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt.encode("ascii"), **_COST)
