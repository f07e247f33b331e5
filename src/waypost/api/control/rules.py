"""The fault rules, with which a test makes the embedded network fail."""

from msgspec import Struct

from waypost.api.control.answers import answer, body_of, unknown
from waypost.api.control.rule_forms import check_rule, rule_of, rule_view
from waypost.api.control.topics import ABSENT, REFUSED, V1
from waypost.api.routing import Request, Response, Route
from waypost.flows.feed import Feed
from waypost.flows.play import FaultRules
from waypost.lib.ids import parse_digits
from waypost.wire.control.base import Success
from waypost.wire.control.rules import RuleList, RuleRequest, RuleView


class Rules(Struct, frozen=True):
    """The handlers; who listens to the feed is told of every change."""

    faults: FaultRules
    feed: Feed

    def routes(self) -> list[Route]:
        """Return the paths."""
        place = f"{V1}/rules"
        return [
            Route("GET", place, self.list, "rules", None, RuleList, REFUSED),
            Route("POST", place, self.add, "add_rule", RuleRequest, RuleView, REFUSED),
            Route("DELETE", place, self.clear, "delete_rules", None, Success, REFUSED),
            Route("DELETE", f"{place}/{{rule_id}}", self.remove, "delete_rule", None, Success, ABSENT),
        ]

    async def list(self, request: Request) -> Response:
        """List the fault rules in force."""
        _ = request
        return answer(RuleList([rule_view(rule) for rule in self.faults.rules()]))

    async def add(self, request: Request) -> Response:
        """Add a fault rule: fail with a code, or delay; trouble for webhooks; the next N, or every Nth.

        It is for a number, a phone, or with `path` for API requests, whose callers get the error in their dialect.
        """
        wish = await body_of(request, RuleRequest)
        check_rule(wish)
        added = self.faults.add(lambda rule_id: rule_of(rule_id, wish))
        self.feed.tell("rules")
        return answer(rule_view(added))

    async def remove(self, request: Request) -> Response:
        """Take a fault rule back."""
        name = request.params["rule_id"]
        rule_id = parse_digits(name, 9)
        if rule_id is None or not self.faults.remove(rule_id):
            raise unknown("rule", name)
        self.feed.tell("rules")
        return answer(Success())

    async def clear(self, request: Request) -> Response:
        """Take every fault rule back."""
        _ = request
        self.faults.clear()
        self.feed.tell("rules")
        return answer(Success())
