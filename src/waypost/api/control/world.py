"""The embedded network's clock, its fault rules, and the way back to the start."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from waypost.api.control.answers import answer, body_of, unknown
from waypost.api.control.rule_forms import check_rule, rule_of, rule_view
from waypost.api.control.topics import ABSENT, REFUSED, V1
from waypost.api.routing import Request, Response, Route
from waypost.errors import Refusal
from waypost.errors.requests import INVALID_VALUE, MISSING_PARAMETER
from waypost.flows.feed import Feed
from waypost.flows.network_rules import NetworkRules
from waypost.flows.play import PhoneNetwork
from waypost.lib.clock import SystemClock, at, milliseconds_of
from waypost.lib.durations import to_ms
from waypost.lib.ids import parse_digits
from waypost.ports import Records
from waypost.wire.changes import changed
from waypost.wire.control.base import Success
from waypost.wire.control.clock import ClockChange, ClockView
from waypost.wire.control.rules import NetworkChange, NetworkView, RuleList, RuleRequest, RuleView

CLOCK_STATE = "clock"
_FIRST_YEAR, _LAST_YEAR = 2000, 2100

Reset = Callable[[], Awaitable[None]]
"""Brings everything back to how it was after the first start."""


class World(Struct, frozen=True):
    """The handlers, with the ports they use."""

    clock: SystemClock
    records: Records
    network: PhoneNetwork
    network_rules: NetworkRules
    reset_all: Reset
    feed: Feed

    def routes(self) -> list[Route]:
        """Return the paths."""
        place = f"{V1}/network"
        return [
            Route("GET", place, self.get_network, "network", None, NetworkView, REFUSED),
            Route("PATCH", place, self.change_network, "change_network", NetworkChange, NetworkView, REFUSED),
            Route("GET", f"{V1}/clock", self.get_clock, "clock", None, ClockView, REFUSED),
            Route("PUT", f"{V1}/clock", self.put_clock, "move_clock", ClockChange, ClockView, REFUSED),
            Route("GET", f"{V1}/rules", self.list_rules, "rules", None, RuleList, REFUSED),
            Route("POST", f"{V1}/rules", self.add_rule, "add_rule", RuleRequest, RuleView, REFUSED),
            Route("DELETE", f"{V1}/rules", self.delete_rules, "delete_rules", None, Success, REFUSED),
            Route("DELETE", f"{V1}/rules/{{rule_id}}", self.delete_rule, "delete_rule", None, Success, ABSENT),
            Route("POST", f"{V1}/reset", self.reset, "reset", None, Success, REFUSED),
        ]

    async def get_clock(self, request: Request) -> Response:
        """Return platform time."""
        _ = request
        return answer(self._clock_view())

    async def put_clock(self, request: Request) -> Response:
        """Stop, start, set or move platform time; what became due by it happens at once. It outlives a restart."""
        change = await body_of(request, ClockChange)
        if change == ClockChange():
            raise Refusal(MISSING_PARAMETER, "Give at least one of frozen, now and advance_seconds.")
        advance = timedelta(seconds=change.advance_seconds or 0)
        _check_year(change.now or at(self.clock.now_ms()), advance)
        self._move(change, advance)
        state = {"offset_ms": self.clock.offset_ms, "frozen_at_ms": self.clock.frozen_at_ms}
        await self.records.put_state(CLOCK_STATE, msgspec.json.encode(state))
        return answer(self._clock_view())

    async def get_network(self, request: Request) -> Response:
        """Return what holds on the whole network, whoever sends."""
        _ = request
        return answer(self._network_view())

    async def change_network(self, request: Request) -> Response:
        """Limit how much marketing a user gets from all businesses together, or lift that."""
        change = await body_of(request, NetworkChange)
        await self.network_rules.change(changed(self.network_rules.rules, change))
        return answer(self._network_view())

    async def list_rules(self, request: Request) -> Response:
        """List the fault rules in force."""
        _ = request
        return answer(RuleList([rule_view(rule) for rule in self.network.faults.rules()]))

    async def add_rule(self, request: Request) -> Response:
        """Add a fault rule: fail with a code, or delay; trouble for webhooks; the next N, or every Nth.

        It is for a number, a phone, or with `path` for API requests, whose callers get the error in their dialect.
        """
        wish = await body_of(request, RuleRequest)
        check_rule(wish)
        added = self.network.faults.add(lambda rule_id: rule_of(rule_id, wish))
        self.feed.tell("rules")
        return answer(rule_view(added))

    async def delete_rule(self, request: Request) -> Response:
        """Take a fault rule back."""
        name = request.params["rule_id"]
        rule_id = parse_digits(name, 9)
        if rule_id is None or not self.network.faults.remove(rule_id):
            raise unknown("rule", name)
        self.feed.tell("rules")
        return answer(Success())

    async def delete_rules(self, request: Request) -> Response:
        """Take every fault rule back."""
        _ = request
        self.network.faults.clear()
        self.feed.tell("rules")
        return answer(Success())

    async def reset(self, request: Request) -> Response:
        """Go back to the start: no messages, media, rules or changed phones; platform time is the machine's."""
        _ = request
        await self.reset_all()
        return answer(Success())

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

    def _network_view(self) -> NetworkView:
        return NetworkView(self.network_rules.rules.marketing_per_user)

    def _clock_view(self) -> ClockView:
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
