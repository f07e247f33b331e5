"""An event loop without real time: it runs what is ready, one turn at a time, and what the outside does is a choice.

Within a turn callbacks run in the order in which they were set off, as asyncio promises. What is explored is what a
real loop leaves open: in which order answers come from disk, network and receiver, and what happens between two turns.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from contextvars import Context, copy_context
from typing import Any, cast

_MOST_TURNS = 10_000  # without anything from outside; more is work that never ends


class _Handle(asyncio.Handle):
    """The least of a handle; asyncio's own asks about debugging each time, which is seen in a hundred thousand runs."""

    __slots__ = ("call", "given", "is_cancelled", "within")

    def __init__(self, call: Callable[..., Any], given: tuple[Any, ...], within: Context | None) -> None:
        self.call, self.given, self.within = call, given, within or copy_context()
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True

    def cancelled(self) -> bool:
        return self.is_cancelled


class SimLoop(asyncio.AbstractEventLoop):
    """The least of a loop that tasks, futures and locks need; whatever would wait for the real world is missing."""

    def __init__(self) -> None:
        self._ready: deque[_Handle] = deque()
        self._tasks: list[asyncio.Task[Any]] = []
        self.complaints: list[str] = []
        """What asyncio would have logged."""

    # Any, here and below: the types are asyncio's, whatever is called and whatever comes of it.
    def call_soon(  # type: ignore[override]  # as asyncio's, in the words of this Python
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = _Handle(callback, args, context)
        self._ready.append(handle)
        return handle

    def call_later(  # type: ignore[override]  # as above
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Only "at once" is possible: platform time stands still between two moves, and there is no other."""
        if delay:
            raise NotImplementedError(f"nothing waits {delay} s of real time here")
        handle = _Handle(callback, args, context)
        self._ready.append(handle)
        return cast("asyncio.TimerHandle", handle)  # nobody asks it for its time

    def create_task(self, coro: Any, *, name: str | None = None, context: Context | None = None) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=self, name=name or "sim", context=context)
        self._tasks.append(task)
        return task

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.complaints.append(f"{context.get('message')}: {context.get('exception')!r}")

    @property
    def idle(self) -> bool:
        """Whether nothing more happens by itself."""
        return not self._ready

    def turn(self) -> None:
        """Run what is ready now, but nothing that it sets off."""
        ready = self._ready
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle.is_cancelled:
                handle.within.run(handle.call, *handle.given)

    def drain(self) -> None:
        """Run until nothing more happens by itself."""
        for _ in range(_MOST_TURNS):
            if not self._ready:
                return
            self.turn()
        raise RuntimeError(f"work went on for {_MOST_TURNS} turns without an end")

    def finish(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run work that waits for nothing outside, and return its result."""
        task = self.create_task(work)
        self.drain()
        return task.result()

    def kill(self) -> None:
        """End every task where it stands: not one more line of it runs, but for what closes it."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            if not task.done():
                task._log_destroy_pending = False  # type: ignore[attr-defined]  # it is as dead as it is meant to be
                _close(task.get_coro())
        self._ready.clear()


def _close(work: Any) -> None:  # Any: what a task may be made of
    """End a coroutine; thrown into, one that never began is not complained of."""
    with contextlib.suppress(GeneratorExit, StopIteration, RuntimeError):
        work.throw(GeneratorExit)
    with contextlib.suppress(RuntimeError):  # it would wait for something while it is closed
        work.close()


@contextlib.contextmanager
def running() -> Iterator[SimLoop]:
    """Make a loop the running one; asyncio's functions find it."""
    loop = SimLoop()  # type: ignore[abstract]  # what would need the real world is missing
    asyncio._set_running_loop(loop)
    try:
        yield loop
    finally:
        loop.kill()
        asyncio._set_running_loop(None)
