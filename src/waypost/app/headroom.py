"""Headroom: keeps the last of the disk for messages that were accepted already.

Their outcomes and statuses are still to be written, so new messages are refused before the disk is full.
"""

import asyncio
import os
from pathlib import Path

from waypost.flows.admission import Admission
from waypost.lib.clock import Clock
from waypost.settings import Settings

_EVERY_SECONDS = 1.0
_KEPT_SHARE = 20  # one part in so many of the disk,
_KEPT_BYTES = 64 * 2**20  # and at most this much


async def watch_disk(settings: Settings, admission: Admission, clock: Clock) -> None:
    """Tell `admission` for ever whether the embedded store's disk is low; a database server watches its own."""
    place = settings.store_place
    while True:
        if place.scheme == "sqlite":
            admission.disk_is_low = await asyncio.to_thread(is_low, Path(place.location).parent)
        await clock.pause(_EVERY_SECONDS)


def is_low(folder: Path) -> bool:
    """Return whether no more is free than the part that is kept; False for a folder that cannot be asked."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    kept = min(_KEPT_BYTES, disk.f_blocks * disk.f_frsize // _KEPT_SHARE)
    return disk.f_bavail * disk.f_frsize <= kept
