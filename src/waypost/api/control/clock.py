"""Platform time, which the operator may stop and move."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from waypost.api.control.answers import answer, body_of
from waypost.api.control.topics import REFUSED, V1
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE, MISSING_PARAMETER
from waypost.flows.platform_time import keep_clock
from waypost.lib.clock import SystemClock, at, milliseconds_of
from waypost.lib.durations import to_ms
from waypost.ports import Records
from waypost.wire.control.clock import ClockChange, ClockView

_FIRST_YEAR, _LAST_YEAR = 2000, 2100


class PlatformTime(Struct, frozen=True):
    """The handlers, with the ports they use."""

    clock: SystemClock
    records: Records

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("GET", f"{V1}/clock", self.get, "clock", None, ClockView, REFUSED),
            Route("PUT", f"{V1}/clock", self.put, "move_clock", ClockChange, ClockView, REFUSED),
        ]

    async def get(self, request: Request) -> Response:
        """Return platform time."""
        _ = request
        return answer(self._view())

    async def put(self, request: Request) -> Response:
        """Stop, start, set or move platform time; what became due by it happens at once. It outlives a restart."""
        change = await body_of(request, ClockChange)
        if change == ClockChange():
            raise Refusal(MISSING_PARAMETER, "Give at least one of frozen, now and advance_seconds.")
        advance = timedelta(seconds=change.advance_seconds or 0)
        _check_year(change.now or at(self.clock.now_ms()), advance)
        self._move(change, advance)
        await keep_clock(self.clock, self.records)
        return answer(self._view())

    def _move(self, change: ClockChange, advance: timedelta) -> None:
        """Change the clock in the documented order, so that a frozen clock that is set stands exactly there."""
        if change.frozen is True:
            self.clock.freeze()
        elif change.frozen is False:
            self.clock.thaw()
        if change.now is not None:
            self.clock.set_now(change.now)
        if advance:
            self.clock.advance(advance)

    def _view(self) -> ClockView:
        clock = self.clock
        is_frozen = clock.frozen_at_ms is not None
        ahead_ms = clock.now_ms() - 1000 * clock.wall_seconds() if is_frozen else clock.offset_ms
        return ClockView(at(clock.now_ms()), is_frozen, ahead_ms / 1000)


def _check_year(now: datetime, advance: timedelta) -> None:
    """Refuse a time that others cannot write down: far from today nothing is tested, and far enough it overflows."""
    moved_ms = milliseconds_of(now) + to_ms(advance)
    first, end = (milliseconds_of(datetime(year, 1, 1, tzinfo=UTC)) for year in (_FIRST_YEAR, _LAST_YEAR + 1))
    if not first <= moved_ms < end:
        raise Refusal(INVALID_VALUE, f"The clock can be set to the years {_FIRST_YEAR} to {_LAST_YEAR}.")
