"""Headroom: the last of the disk is for what was accepted already, whose outcome and statuses are still to come."""

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
    """Tell the door for ever whether the disk of the embedded store is low; a database elsewhere has its own."""
    place = settings.store_place
    while True:
        if place.scheme == "sqlite":
            admission.disk_is_low = await asyncio.to_thread(is_low, Path(place.location).parent)
        await clock.pause(_EVERY_SECONDS)


def is_low(folder: Path) -> bool:
    """Return whether no more is free than is kept; a folder that cannot be asked counts as not."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    kept = min(_KEPT_BYTES, disk.f_blocks * disk.f_frsize // _KEPT_SHARE)
    return disk.f_bavail * disk.f_frsize <= kept
