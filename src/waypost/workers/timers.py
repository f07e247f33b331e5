"""Timers: call something when platform time reaches a moment."""

import asyncio
import heapq
import itertools
from collections.abc import Callable

from waypost.lib.clock import Clock


class Timers:
    """A heap of moments, and one timer of the event loop for the first; it is set again when the clock is moved."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._handle: asyncio.TimerHandle | None = None
        clock.on_move(self._look)

    def at(self, due_ms: int, call: Callable[[], None]) -> None:
        """Call `call` once platform time is at `due_ms`; in order of the moments."""
        heapq.heappush(self._heap, (due_ms, next(self._order), call))
        if self._heap[0][0] >= due_ms:
            self._look()

    def stop(self) -> None:
        """Forget every moment."""
        self._heap.clear()
        if self._handle is not None:
            self._handle.cancel()

    def _look(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if not self._heap:
            return
        seconds = self._clock.seconds_until(self._heap[0][0])
        if seconds is not None:
            self._handle = asyncio.get_running_loop().call_later(seconds, self._fire)

    def _fire(self) -> None:
        now_ms = self._clock.now_ms()
        while self._heap and self._heap[0][0] <= now_ms:
            heapq.heappop(self._heap)[2]()
        self._look()
