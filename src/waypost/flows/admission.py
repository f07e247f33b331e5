"""Admission: whether another message may come in just now.

Waypost can be asked for more than it can do. What it then takes it must not lose, and what it cannot take it says at
once, so that whoever asks can come again: asked before a request's body is read, a refusal costs next to nothing.
How fast a number may send by the platform's rules is another matter: that is for `meters`.
"""

from collections.abc import Callable
from types import TracebackType

from waypost.errors import Refusal
from waypost.errors.rates import NO_SPACE, OVERLOADED
from waypost.lib.backoff import Jitter, random_jitter
from waypost.model import NumberId

MOST_AT_WORK = 512
"""How many messages may be between their checks and their commit at once."""
_RETRY_SECONDS = 1
_SPREAD_SECONDS = 2  # those who are refused together shall not all come again together
_DISK_SECONDS = 5  # nobody makes room in less; a disk that is wholly full says the same


def _never(_number_id: NumberId) -> bool:
    return False


class Admission:
    """The door, with a count of who has come in; a message that is being stored is inside its `with` block."""

    def __init__(
        self,
        is_full: Callable[[NumberId], bool] = _never,
        *,
        most_at_work: int = MOST_AT_WORK,
        jitter: Jitter = random_jitter,
    ) -> None:
        """`is_full` tells whether as many messages of a number wait for the upstream as may."""
        self._is_full = is_full
        self._most_at_work = most_at_work
        self._jitter = jitter
        self._at_work = 0
        self.disk_is_low = False
        """Whether what is free on the disk is needed for what has been accepted already."""

    def __enter__(self) -> None:
        self._at_work += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._at_work -= 1

    @property
    def at_work(self) -> int:
        """How many messages are being stored."""
        return self._at_work

    def check(self, number_id: NumberId) -> None:
        """Raise Refusal if no message of this number can be taken just now."""
        if self._at_work >= self._most_at_work:
            raise self._overloaded(f"Waypost is storing {self._at_work} messages already")
        if self._is_full(number_id):
            raise self._overloaded(f"As many messages of the number {number_id} wait to be handed on as may")
        if self.disk_is_low:
            details = "The disk is nearly full, and what is left is for what was accepted already."
            raise Refusal(NO_SPACE, details, retry_after_seconds=_DISK_SECONDS)

    def _overloaded(self, details: str) -> Refusal:
        seconds = _RETRY_SECONDS + self._jitter(_SPREAD_SECONDS)
        return Refusal(OVERLOADED, f"{details}; repeat the request.", retry_after_seconds=seconds)
