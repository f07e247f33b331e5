"""Refusals: remembers the requests that were refused lately, for people who wonder why a message does not appear.

In memory only, and within bounds: a refused request leaves nothing on disk, and in a flood most are only counted.
"""

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from waypost.lib.clock import Clock
from waypost.model import NumberId

MOST_KEPT = 500
MOST_BYTES = 2 * 1024 * 1024
"""Of paths, bodies, answers and sentences together."""
MOST_A_SECOND = 100
"""Looked at closely; what is refused beyond that is counted."""
_OVERHEAD_BYTES = 500


class RefusedRequest(Struct, frozen=True):
    """What is kept of a request and its answer; `api/recorder.py` has removed the credentials."""

    face: str
    method: str
    path: str
    number_id: NumberId | None
    headers: Mapping[str, str]
    body: bytes | None
    body_bytes: int | None
    """How long the body was or said to be, if that is known; `body` may have less of it."""
    left_out: str | None
    """Why `body` is not there, or not whole."""
    status: int
    problem: str
    code: int
    """The one in the answer."""
    details: str
    answer_headers: Mapping[str, str]
    answer: bytes

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        texts = len(self.path) + len(self.details) + len(self.left_out or "")
        return _OVERHEAD_BYTES + texts + len(self.body or b"") + len(self.answer)

    def has(self, words: Collection[str]) -> bool:
        """Return whether case-folded words all stand in what was asked and in why it was refused."""
        text = f"{self.method} {self.path} {self.status} {self.code} {self.problem} {self.details}".casefold()
        return all(word in text for word in words)


class Entry(Struct, frozen=True):
    """A refused request; `count` of them in a row were the same. Times are platform time."""

    key: int
    first_ms: int
    at_ms: int
    count: int
    told: RefusedRequest


class RefusedLately:
    """The refused requests, newest first. Made and used on one event loop."""

    def __init__(self, clock: Clock, tell: Callable[[], None] = lambda: None) -> None:
        """`tell` is called whenever something has changed."""
        self._clock = clock
        self._entries: deque[Entry] = deque()
        self._bytes = 0
        self._next_key = 1_000 * clock.wall_seconds()  # so that an id of the process before means nothing here
        self._mark: int | None = None
        self._second = 0
        self._looked_at = 0
        self._tell = tell
        self.forgotten = 0
        """How many refused requests were counted only, or had to make room for newer ones."""

    def note(self, mark: int, describe: Callable[[], RefusedRequest]) -> None:
        """Note a refusal; consecutive ones of one `mark` are one entry. `describe` is called if it is kept."""
        now_ms = self._clock.now_ms()
        if mark == self._mark and self._entries:
            last = self._entries.pop()
            self._entries.append(replace(last, at_ms=now_ms, count=last.count + 1))
        elif self._has_time():
            self._mark = mark
            self._add(now_ms, describe())
        else:
            self._mark = None  # what follows would be counted with another one
            self.forgotten += 1
        self._tell()

    def page(self, wanted: "Wanted") -> tuple[Sequence[Entry], int | None]:
        """Return the newest that are wanted, and the key to go on before, if there are more."""
        found = [entry for entry in reversed(self._entries) if wanted.takes(entry)][: wanted.limit + 1]
        shown = found[: wanted.limit]
        return shown, shown[-1].key if len(found) > len(shown) else None

    def entry(self, key: int) -> Entry | None:
        """Return one of them; None if it is not or no longer kept."""
        return next((entry for entry in self._entries if entry.key == key), None)

    def forget(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._bytes, self._mark, self.forgotten = 0, None, 0
        self._tell()

    def _has_time(self) -> bool:
        second = int(self._clock.monotonic())
        if second != self._second:
            self._second, self._looked_at = second, 0
        self._looked_at += 1
        return self._looked_at <= MOST_A_SECOND

    def _add(self, now_ms: int, told: RefusedRequest) -> None:
        self._next_key += 1
        self._entries.append(Entry(self._next_key, now_ms, now_ms, 1, told))
        self._bytes += told.size
        while len(self._entries) > MOST_KEPT or self._bytes > MOST_BYTES:
            oldest = self._entries.popleft()
            self._bytes -= oldest.told.size
            self.forgotten += oldest.count


class Wanted(Struct, frozen=True):
    """Which refused requests are wanted; None does not restrict."""

    limit: int
    before: int | None = None
    number_id: NumberId | None = None
    face: str | None = None
    problems: Collection[str] | None = None
    words: Collection[str] = ()
    """See `RefusedRequest.has`."""

    def takes(self, entry: Entry) -> bool:
        """Return whether an entry is wanted."""
        told = entry.told
        return (
            (self.before is None or entry.key < self.before)
            and (self.number_id is None or told.number_id == self.number_id)
            and (self.face is None or told.face == self.face)
            and (self.problems is None or told.problem in self.problems)
            and (not self.words or told.has(self.words))
        )
