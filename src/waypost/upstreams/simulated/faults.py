"""Fault rules: what a test orders the embedded network to do to messages, webhooks and requests.

No rule is there by itself: the network is well-behaved and deterministic until told otherwise.
"""

from collections.abc import Callable

from msgspec import Struct, structs

from waypost.errors import Fact, Fault, Problem, Refusal
from waypost.lib.durations import told_duration
from waypost.model import FaultRule, Finding, NumberId, Outbound, WebhookTrouble, finding_of

Look = Callable[[], str | None]
"""Finds the phone that an event is about; it is asked only if a rule names one."""


class Orders(Struct, frozen=True):
    """What the rules that hit a message demand together."""

    fail: Problem | None = None
    delay_ms: int = 0
    rules: tuple[int, ...] = ()
    """The ids of the rules that hit it."""

    def explained(self, message: Outbound, fault: Fault | None, now_ms: int) -> Fault | None:
        """Leave with a message what rules and the network decided about it; return its fault without the cause.

        What is left there is kept with the outcome of the attempt, so that it is not said again with the status.
        """
        if self.rules:
            message.findings += (self._finding(now_ms),)
        if fault is None or fault.cause is None:
            return fault
        message.findings += tuple(filter(None, [finding_of(fault, now_ms)]))
        return structs.replace(fault, cause=None)

    def _finding(self, now_ms: int) -> Finding:
        which = " and ".join(f"fault rule {rule_id}" for rule_id in self.rules)
        facts: dict[str, Fact] = {"fault_rule": self.rules[0], "delay_ms": self.delay_ms}
        if self.fail is None:
            sentence = f"It was held back for {told_duration(self.delay_ms)}, as {which} wants."
            return Finding(now_ms, "rule", "waited", sentence, facts)
        sentence = f"It fails with {self.fail.name}, as {which} wants."
        return Finding(now_ms, "rule", "failed", sentence, facts | {"problem": self.fail.name})


class Faults:
    """The rules in force, in the order they were given."""

    def __init__(self) -> None:
        self._rules: list[FaultRule] = []
        self._last_id = 0
        self._lifted: list[Callable[[], None]] = []
        self.for_events = False
        """Whether any rule is about webhooks; kept as a plain value because it is asked for every event."""
        self.for_paths = False
        """Whether any rule is about requests."""

    def add(self, make: Callable[[int], FaultRule]) -> FaultRule:
        """Add the rule that `make` returns for a new id."""
        self._last_id += 1
        rule = make(self._last_id)
        self._set([*self._rules, rule])
        return rule

    def rules(self) -> list[FaultRule]:
        """Return the rules in force."""
        return list(self._rules)

    def has_rule(self, rule_id: int) -> bool:
        """Return whether a rule is in force."""
        return any(rule.id == rule_id for rule in self._rules)

    def remove(self, rule_id: int) -> bool:
        """Remove a rule; False if there is none with this id."""
        before = len(self._rules)
        self._set([rule for rule in self._rules if rule.id != rule_id])
        self._tell_lifted()
        return len(self._rules) < before

    def clear(self) -> None:
        """Remove every rule."""
        self._set([])
        self._tell_lifted()

    def on_lift(self, call: Callable[[], None]) -> None:
        """Have `call` called when rules have been taken back: what they hold back must go on."""
        self._lifted.append(call)

    def orders(self, number_id: NumberId, wa_id: str) -> Orders:
        """Return what is to be done to the next message of this pair."""
        if not self._rules:
            return Orders()
        struck = [
            rule for rule in self._rules if rule.concerns_messages and rule.matches(number_id, wa_id) and rule.strikes()
        ]
        fail = next((rule.fail for rule in struck if rule.fail), None)
        return Orders(fail, sum(rule.delay_ms for rule in struck), tuple(rule.id for rule in struck))

    def event_orders(self, number_id: NumberId, look: Look) -> list[tuple[int, WebhookTrouble]]:
        """Return what is to be done to the next event of a number, by the ids of the rules that demand it."""
        about = [rule for rule in self._rules if rule.webhook.concerns_events]
        wa_id = look() if any(rule.phone for rule in about) else None
        return [(rule.id, rule.webhook) for rule in about if rule.matches(number_id, wa_id) and rule.strikes()]

    def fails_handshake(self, number_id: NumberId) -> bool:
        """Return whether the next verification of a callback URL of a number is to fail."""
        about = [rule for rule in self._rules if rule.webhook.fail_handshake and rule.number_id in (None, number_id)]
        return any(rule.strikes() for rule in about)

    def path_orders(self, path: str) -> tuple[float, Refusal | None]:
        """Return the seconds that rules hold a request of this path, and what they want it to be answered with."""
        struck = [rule for rule in self._rules if rule.covers(path) and rule.strikes()]
        fails = (
            Refusal(rule.fail, Fault.demanded(rule.fail, f"fault rule {rule.id}").details)
            for rule in struck
            if rule.fail is not None
        )
        return sum(rule.delay_ms for rule in struck) / 1000, next(fails, None)

    def _set(self, rules: list[FaultRule]) -> None:
        self._rules = rules
        self.for_events = any(rule.webhook.concerns_events for rule in rules)
        self.for_paths = any(rule.path is not None for rule in rules)

    def _tell_lifted(self) -> None:
        for call in self._lifted:
            call()
