"""Time: the only file that reads a clock, but for `lib/ids.py`, whose keys take the machine's own time.

Two kinds of time exist here. *Platform time* is what WhatsApp would see: windows, timestamps, expiry and retry
schedules run on it, and the embedded network's users may freeze and move it. *Monotonic time* is for leases,
deadlines and measurements; nobody can move it.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.utils import formatdate
from functools import lru_cache
from typing import Protocol

from waypost.lib import log
from waypost.lib.durations import EPOCH, to_ms
from waypost.lib.racing import no_longer_than

_log = log.Log("waypost.clock")

_MILLISECOND = 1_000_000
_CORRECTION_MS = 1_000
_FIRST_PAUSE_SECONDS = 0.002
_LONGEST_PAUSE_SECONDS = 0.03


class Clock(Protocol):
    """Platform time, monotonic time, and waiting on either."""

    def now_ms(self) -> int:
        """Return platform time in milliseconds since 1970."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only grow and that nothing can move."""
        ...

    def wall_seconds(self) -> int:
        """Return the machine's own Unix time, for signatures that the outside checks against its clock."""
        ...

    def seconds_until(self, due_ms: int) -> float | None:
        """Return the real seconds until platform time reaches `due_ms`; None while it stands still before it."""
        ...

    def on_move(self, tell: Callable[[], None]) -> None:
        """Call `tell` after each jump, freeze and thaw."""
        ...

    async def wait_until(self, due_ms: int) -> None:
        """Return when platform time has reached `due_ms`; a jump past it returns at once."""
        ...

    async def pause(self, seconds: float) -> None:
        """Return after real `seconds`, whatever platform time does."""
        ...


class SteadyTime:
    """The machine's time in milliseconds, which goes on where the machine's clock is set back.

    A window that was closed must not open again, and what is due must not wait for as long as the clock was set back.
    Less than a second back is let through: a correction and no jump. Once the clock has caught up it is followed again.
    """

    def __init__(
        self, wall_ns: Callable[[], int] = time.time_ns, ticks_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._wall_ns, self._ticks_ns = wall_ns, ticks_ns
        self._latest_ms = 0
        self._started_ms = (wall_ns() - ticks_ns()) // _MILLISECOND
        self._held_ms: int | None = None

    def now_ms(self) -> int:
        """Return milliseconds since 1970."""
        wall = self._wall_ns() // _MILLISECOND
        if self._held_ms is None:
            if wall >= self._latest_ms:
                self._latest_ms = wall
                return wall
            if wall >= self._latest_ms - _CORRECTION_MS:
                return wall
            self._hold(wall)
        return self._beside(wall)

    def _hold(self, wall: int) -> None:
        # Nobody may have asked for a while: the ticks since the start tell how long, unless the clock was set forward.
        ticks = self._ticks_ns() // _MILLISECOND
        self._held_ms = max(self._latest_ms - ticks, self._started_ms)
        _log.warning("clock.set_back", seconds=(self._held_ms + ticks - wall) // 1000)

    def _beside(self, wall: int) -> int:
        assert self._held_ms is not None, "it was set back"
        held = self._ticks_ns() // _MILLISECOND + self._held_ms
        if wall < held - _CORRECTION_MS:
            return held
        self._held_ms, self._latest_ms = None, wall
        _log.info("clock.caught_up")
        return wall


class SystemClock:
    """The machine's clock, moved by an offset and stopped when frozen; it does not go back with the machine's."""

    def __init__(
        self, *, offset_ms: int = 0, frozen_at_ms: int | None = None, machine: SteadyTime | None = None
    ) -> None:
        self._machine = machine or SteadyTime()
        self._offset_ms = offset_ms
        self._frozen_at_ms = frozen_at_ms
        self._moved = asyncio.Event()
        self._watchers: list[Callable[[], None]] = []

    @property
    def offset_ms(self) -> int:
        """How far platform time is ahead of the machine's."""
        return self._offset_ms

    @property
    def frozen_at_ms(self) -> int | None:
        """Where platform time stands still; None while it runs."""
        return self._frozen_at_ms

    def now_ms(self) -> int:
        """Return platform time in milliseconds since 1970."""
        if self._frozen_at_ms is not None:
            return self._frozen_at_ms
        return self._machine.now_ms() + self._offset_ms

    def seen_at(self, wall_ms: int) -> int:
        """Return platform time in milliseconds at the moment `wall_ms` of another machine's clock."""
        return wall_ms + self._offset_ms if self._frozen_at_ms is None else self._frozen_at_ms

    def monotonic(self) -> float:
        """Return seconds that only grow and that nothing can move."""
        return time.monotonic()

    def wall_seconds(self) -> int:
        """Return the machine's own Unix time."""
        return int(time.time())

    def advance(self, by: timedelta) -> None:
        """Move platform time by `by`, frozen or not."""
        milliseconds = to_ms(by)
        if self._frozen_at_ms is None:
            self._offset_ms += milliseconds
        else:
            self._frozen_at_ms += milliseconds
        self._tell()

    def set_now(self, now: datetime) -> None:
        """Move platform time to `now`."""
        self.advance(now - at(self.now_ms()))

    def freeze(self) -> None:
        """Stop platform time where it is."""
        self._frozen_at_ms = self.now_ms()
        self._tell()

    def thaw(self) -> None:
        """Let platform time run on from where it stands."""
        if self._frozen_at_ms is None:
            return
        self._offset_ms = self._frozen_at_ms - self._machine.now_ms()
        self._frozen_at_ms = None
        self._tell()

    def restore(self, *, offset_ms: int = 0, frozen_at_ms: int | None = None) -> None:
        """Put platform time where it was when these were noted; without them it is the machine's own."""
        self._offset_ms, self._frozen_at_ms = offset_ms, frozen_at_ms
        self._tell()

    def seconds_until(self, due_ms: int) -> float | None:
        """Return the real seconds until platform time reaches `due_ms`; None while it stands still before it."""
        left_ms = due_ms - self.now_ms()
        if left_ms <= 0:
            return 0.0
        return None if self._frozen_at_ms is not None else left_ms / 1000

    async def wait_until(self, due_ms: int) -> None:
        """Return when platform time has reached `due_ms`; every move of the clock is looked at anew."""
        while (seconds := self.seconds_until(due_ms)) != 0.0:
            await no_longer_than(seconds, self._moved.wait())

    async def pause(self, seconds: float) -> None:
        """Return after real `seconds`."""
        await asyncio.sleep(seconds)

    def on_move(self, tell: Callable[[], None]) -> None:
        """Call `tell` after each jump, freeze and thaw."""
        self._watchers.append(tell)

    def _tell(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        for tell in self._watchers:
            tell()


def at(milliseconds: int) -> datetime:
    """Return the aware UTC moment `milliseconds` after 1970."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def milliseconds_of(moment: datetime) -> int:
    """Return the milliseconds since 1970 of an aware moment."""
    return to_ms(moment - EPOCH)


def looks(*, within_seconds: float) -> Iterator[None]:
    """Yield at once, and then again and again until the time is over: for commands and tests, which may block.

    The pauses grow from 2 to 30 ms, and the last look comes when the time is up. Only the calling thread waits.
    """
    deadline, pause = time.monotonic() + within_seconds, _FIRST_PAUSE_SECONDS
    while True:
        left = deadline - time.monotonic()
        yield
        if left <= 0:
            return
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)


def date_line() -> bytes:
    """Return the header line that says when a response is made, by the machine's clock (RFC 9110, 6.6.1)."""
    return _date_line(int(time.time()))


@lru_cache(maxsize=1)
def _date_line(wall_seconds: int) -> bytes:
    return b"date: %b\r\n" % formatdate(wall_seconds, usegmt=True).encode("ascii")
