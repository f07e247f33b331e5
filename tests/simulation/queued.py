"""The plainest store there can be: dictionaries for what is durable, and a queue of what is not yet.

Operations gather, are written together and are answered afterwards; each of the two steps is a choice of the
simulation, so that a crash finds them before the commit, between commit and answer, or after it.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from tests.simulation.disk import Disk

from waypost.ports import StoreDown


class Taken(Exception):  # noqa: N818 - as in other stores, whoever asked is told
    """The key of a row is that of another."""


class Choices(Protocol):
    """Takes what may happen next."""

    def may(self, what: Callable[[], None]) -> None:
        """Let `what` happen at some time, unless a crash comes first."""
        ...


class Queue:
    """Operations that gather, are written together and answered afterwards; all but the disk is lost in a crash."""

    def __init__(
        self, disk: Disk, choices: Choices, *, page: int = 1_000, landed: Callable[[], None] = lambda: None
    ) -> None:
        self.disk = disk
        self.full = False
        """Whether there is no room for anything more."""
        self._committed = landed
        self._choices = choices
        self._page = page
        self._gathering: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []
        self._is_writing = False
        self._loop = asyncio.get_running_loop()

    def _write(self, operation: Callable[[], Any]) -> asyncio.Future[Any]:
        """Queue an operation; Any: each has a result of its own."""
        future: asyncio.Future[Any] = self._loop.create_future()
        self._gathering.append((operation, future))
        if not self._is_writing:
            self._is_writing = True
            self._choices.may(self._commit)
        return future

    def _commit(self) -> None:
        operations, self._gathering = self._gathering, []
        if self.full:
            self._choices.may(lambda: self._refuse(operations))
            return
        results = [(future, _done(operation)) for operation, future in operations]
        self._committed()
        self._choices.may(lambda: self._answer(results))

    def _refuse(self, operations: list[tuple[Callable[[], Any], asyncio.Future[Any]]]) -> None:
        for _, future in operations:
            if not future.done():
                future.set_exception(StoreDown("the disk is full", no_space=True))
        self._next()

    def _answer(self, results: list[tuple[asyncio.Future[Any], Any]]) -> None:
        for future, result in results:
            if future.done():
                continue
            if isinstance(result, Taken):
                future.set_exception(result)
            else:
                future.set_result(result)
        self._next()

    def _next(self) -> None:
        self._is_writing = bool(self._gathering)
        if self._gathering:
            self._choices.may(self._commit)


def _done(operation: Callable[[], Any]) -> Any:  # Any: each has a result of its own
    """Return what an operation returns; one that was refused has changed nothing."""
    try:
        return operation()
    except Taken as taken:
        return taken
