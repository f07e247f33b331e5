"""Fault rules: what a test orders the embedded network to do to messages that would have gone well.

No rule is there by itself: the network is well-behaved and deterministic until told otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass

from waypost.errors import Problem
from waypost.model import FaultRule, NumberId


@dataclass(frozen=True, slots=True)
class Orders:
    """What the rules that hit a message demand together."""

    fail: Problem | None = None
    delay_ms: int = 0


class Faults:
    """The rules in force, in the order they were given."""

    def __init__(self) -> None:
        self._rules: list[FaultRule] = []
        self._last_id = 0

    def add(self, make: Callable[[int], FaultRule]) -> FaultRule:
        """Add the rule that `make` returns for a new id."""
        self._last_id += 1
        rule = make(self._last_id)
        self._rules.append(rule)
        return rule

    def rules(self) -> list[FaultRule]:
        """Return the rules in force."""
        return list(self._rules)

    def remove(self, rule_id: int) -> bool:
        """Remove a rule; False if there is none with this id."""
        before = len(self._rules)
        self._rules = [rule for rule in self._rules if rule.id != rule_id]
        return len(self._rules) < before

    def clear(self) -> None:
        """Remove every rule."""
        self._rules.clear()

    def orders(self, number_id: NumberId, wa_id: str) -> Orders:
        """Return what is to be done to the next message of this pair."""
        if not self._rules:
            return Orders()
        struck = [rule for rule in self._rules if rule.matches(number_id, wa_id) and rule.strikes()]
        fail = next((rule.fail for rule in struck if rule.fail), None)
        return Orders(fail, sum(rule.delay_ms for rule in struck))
