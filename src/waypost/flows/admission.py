"""Admission: whether another message may come in just now, and when it is its turn.

Waypost can be asked for more than it can do. What it then takes it must not lose, and what it cannot take it says at
once, so that whoever asks can come again. So sends stand in a line: as many are at work as share a commit, only so many
begin in one turn of the event loop, and the others wait in the order in which they came. While the first in the line
has waited too long, nobody may join it. It is the wait that counts and not the length: a fast machine has a long line
within the same time, and many clients that each ask once are not refused for being many. How many may wait is bounded
besides, because those who come all at once have not waited yet. Why so: decision 31.
Whoever is refused costs next to nothing: the connection answers before a task begins (`api/protocol.py`).
How fast a number may send by the platform's rules is another matter: that is for `meters`.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from waypost.errors import Refusal
from waypost.errors.rates import NO_SPACE, OVERLOADED
from waypost.lib.backoff import Jitter, random_jitter
from waypost.lib.clock import Clock
from waypost.model import NumberId

MOST_AT_WORK = 512
"""How many sends may be between their body and their commit at once: a slow disk shall make flushes larger."""
MOST_IN_A_TURN = 64
"""How many may be begun in one turn of the event loop: nobody else waits for longer than they take."""
MOST_WAITING = 512
"""How many may wait for their turn, however short they have."""
LONGEST_WAIT_SECONDS = 0.25
"""How long the first in the line may have waited while others still join it."""
_RETRY_SECONDS = 1
_SPREAD_SECONDS = 2  # those who are refused together shall not all come again together
_DISK_SECONDS = 5  # nobody makes room in less; a disk that is wholly full says the same


class Admission:
    """The door: a face asks it before it reads a body, and then does its work `with await admission.turn()`."""

    def __init__(
        self,
        clock: Clock,
        is_full: Callable[[NumberId], bool] = lambda _: False,
        *,
        most_at_work: int = MOST_AT_WORK,
        most_in_a_turn: int = MOST_IN_A_TURN,
        jitter: Jitter = random_jitter,
    ) -> None:
        """`is_full` tells whether as many messages of a number wait for the upstream as may."""
        self._clock = clock
        self._is_full = is_full
        self._most_at_work = most_at_work
        self._most_in_a_turn = most_in_a_turn
        self._jitter = jitter
        self._at_work = 0
        self._begun = 0  # in this turn of the loop
        self._is_turning = False
        self._line: deque[tuple[float, asyncio.Future[None]]] = deque()  # since when, and what tells that it is time
        self.disk_is_low = False
        """Whether what is free on the disk is needed for what has been accepted already."""

    async def turn(self) -> "Admission":
        """Return when the caller may begin, who then enters and leaves: `with await admission.turn():`."""
        if not self._line and self._has_place():
            self._begin()
            return self
        turn = asyncio.get_running_loop().create_future()
        self._line.append((self._clock.monotonic(), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it was told in the same moment
                self.__exit__()
            raise
        return self

    def __enter__(self) -> None:
        """Do nothing: `turn` has let the caller begin."""

    def __exit__(self, *_: object) -> None:
        """Let others begin in the caller's place."""
        self._at_work -= 1
        if self._line and not self._is_turning:
            self._await_turn()

    @property
    def at_work(self) -> int:
        """How many sends are between their body and their commit."""
        return self._at_work

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._line)

    def is_overloaded(self) -> bool:
        """Return whether nobody may join the line."""
        line = self._line
        if not line:
            return False
        return len(line) >= MOST_WAITING or self._clock.monotonic() - line[0][0] > LONGEST_WAIT_SECONDS

    def check(self, number_id: NumberId) -> None:
        """Raise Refusal if no message of this number can be taken just now."""
        if self.is_overloaded():
            raise self.overloaded()
        if self._is_full(number_id):
            raise self._later(f"As many messages of the number {number_id} wait to be handed on as may")
        if self.disk_is_low:
            details = "The disk is nearly full, and what is left is for what was accepted already."
            raise Refusal(NO_SPACE, details, retry_after_seconds=_DISK_SECONDS)

    def overloaded(self) -> Refusal:
        """Return what is said to whoever may not join the line."""
        return self._later("Waypost is asked for more messages than it can store")

    def _later(self, details: str) -> Refusal:
        seconds = _RETRY_SECONDS + self._jitter(_SPREAD_SECONDS)
        return Refusal(OVERLOADED, f"{details}; repeat the request.", retry_after_seconds=seconds)

    def _has_place(self) -> bool:
        return self._at_work < self._most_at_work and self._begun < self._most_in_a_turn

    def _begin(self) -> None:
        self._at_work += 1
        self._begun += 1
        if not self._is_turning:
            self._await_turn()

    def _await_turn(self) -> None:
        self._is_turning = True
        asyncio.get_running_loop().call_soon(self._next_turn)

    def _next_turn(self) -> None:
        """Let those begin whose turn it is."""
        self._is_turning, self._begun = False, 0
        while self._line and self._has_place():
            _, turn = self._line.popleft()
            if not turn.done():  # else its request has ended
                turn.set_result(None)
                self._begin()
