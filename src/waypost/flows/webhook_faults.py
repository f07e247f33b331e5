"""Webhook faults: does to webhooks what fault rules demand, between the commit of a delivery and its lane.

What is held back here is in memory only; in the store it waits like any other delivery. So after a restart each event
is delivered by itself, as if there were no rule.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import blake2b
from itertools import groupby
from typing import Protocol

import msgspec
from msgspec import Struct

from waypost.lib.clock import Clock
from waypost.model import Delivery, Event, EventKey, Gather, NumberId, Trouble, WebhookTrouble
from waypost.ports import Schedule

# spec: cloud-api.md#7.2
_MAX_BATCH_BYTES = 3_000_000
_ENVELOPE_BYTES = 300  # of what stands around a value, if it shares that with no other
_MOST_HELD = 100_000  # beyond it events are told as if there were no rules

Order = tuple[int, WebhookTrouble]
"""What a rule demands, behind the rule's id."""


class EventRules(Protocol):
    """The rules in force."""

    def event_orders(self, number_id: NumberId, look: Callable[[], str | None]) -> list[Order]:
        """Return what is to be done to the next event of a number; `look` finds the phone that it is about."""
        ...

    def has_rule(self, rule_id: int) -> bool:
        """Return whether a rule is in force."""
        ...

    def on_lift(self, call: Callable[[], None]) -> None:
        """Have `call` called when rules have been taken back."""
        ...


class WebhookFaults:
    """Delays, batches, reorders and marks deliveries; `go` puts what is ready into its lane."""

    def __init__(self, rules: EventRules, clock: Clock, timers: Schedule, go: Callable[[Delivery], None]) -> None:
        self._rules = rules
        self._clock = clock
        self._timers = timers
        self._go = go
        self._held: set[EventKey] = set()
        self._windows: dict[tuple[str, int, NumberId, str], list[tuple[Delivery, list[Order]]]] = {}
        self._sizes: Counter[tuple[str, int, NumberId, str]] = Counter()  # bytes that each window comes to
        rules.on_lift(self._release)

    def take(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Take the deliveries that rules demand something of, and return the others.

        A rule counts events: what it demands of one is done on the way to each of its endpoints.
        """
        free: list[Delivery] = []
        for _, group in groupby(deliveries, key=lambda delivery: delivery.event.key):
            of_event = list(group)
            event = of_event[0].event
            orders = self._rules.event_orders(event.number_id, lambda event=event: _phone_of(event))  # type: ignore[misc]  # bound now
            if not orders or len(self._held) >= _MOST_HELD:
                free += of_event
                continue
            for delivery in of_event:
                self._take(delivery, orders)
        return free

    def holds(self, key: EventKey) -> bool:
        """Return whether a delivery is held or being delivered here, so that the usual lanes must leave it alone."""
        return key in self._held

    def settled(self, delivery: Delivery) -> None:
        """Forget a delivery and those batched with it, once their outcome is durable."""
        self._held.difference_update(each.key for each in delivery.together)

    def forget(self) -> None:
        """Drop everything, after the store was emptied."""
        self._held.clear()
        self._windows.clear()
        self._sizes.clear()

    def _take(self, delivery: Delivery, orders: list[Order]) -> None:
        slower = 1.0
        for _, demand in orders:
            slower *= demand.slower
        delivery.trouble = Trouble(
            copies=sum(demand.duplicate for _, demand in orders),
            slower=slower,
            dropped=any(demand.drop for _, demand in orders),
        )
        self._held.add(delivery.key)
        if delivery.trouble.dropped:
            self._go(delivery)
            return
        delay_ms = sum(demand.delay_ms for _, demand in orders)
        if delay_ms:
            self._timers.at(self._clock.now_ms() + delay_ms, lambda: self._shuffle(delivery, orders))
        else:
            self._shuffle(delivery, orders)

    def _shuffle(self, delivery: Delivery, orders: list[Order]) -> None:
        if delivery.key not in self._held:
            return  # forgotten while it was held back
        for rule_id, demand in orders:
            if demand.reorder is not None:
                self._gather("reorder", rule_id, demand.reorder, (delivery, orders))
                return
        self._batch(delivery, orders)

    def _batch(self, delivery: Delivery, orders: list[Order]) -> None:
        for rule_id, demand in orders:
            if demand.batch is not None:
                self._gather("batch", rule_id, demand.batch, (delivery, orders))
                return
        self._go(delivery)

    def _gather(self, stage: str, rule_id: int, gather: Gather, one: tuple[Delivery, list[Order]]) -> None:
        """Add a delivery to its endpoint's window; a window that is full or has waited long enough goes on."""
        delivery = one[0]
        name = (stage, rule_id, delivery.event.number_id, delivery.endpoint)
        size = _told_bytes(delivery.event)
        if stage == "batch" and self._sizes[name] + size > _MAX_BATCH_BYTES and name in self._windows:
            self._close(name)
        window = self._windows.setdefault(name, [])
        window.append(one)
        self._sizes[name] += size
        if len(window) >= gather.size:
            self._close(name)
        elif len(window) == 1:

            def waited() -> None:
                if self._windows.get(name) is window:
                    self._close(name)

            self._timers.at(self._clock.now_ms() + gather.wait_ms, waited)

    def _close(self, name: tuple[str, int, NumberId, str]) -> None:
        window = self._windows.pop(name)
        del self._sizes[name]
        stage, rule_id, *_ = name
        for delivery, _ in window:
            if delivery.trouble is not None:
                delivery.trouble.in_line = True
        if stage == "batch":
            self._go(_together([delivery for delivery, _ in window]))
            return
        seed = next(demand.seed for number, demand in window[0][1] if number == rule_id)
        for place in shuffled(len(window), seed):
            self._batch(*window[place])

    def _release(self) -> None:
        """Release what was gathered for rules that were removed; first what is reordered, since that may be batched."""
        for stage in ("reorder", "batch"):
            for name in [name for name in self._windows if name[0] == stage]:
                if name in self._windows and not self._rules.has_rule(name[1]):
                    self._close(name)


def _told_bytes(event: Event) -> int:
    """Return an upper bound of the bytes that an event takes in a webhook, where other signs than ASCII are escaped."""
    body = event.body
    return _ENVELOPE_BYTES + (len(body) + body.count(b"/") if body.isascii() else 3 * len(body))


def shuffled(count: int, seed: int) -> list[int]:
    """Return the places 0 to `count` - 1 in an order that follows from the seed, and is another one if it can be."""
    places = sorted(range(count), key=lambda place: blake2b(b"%d/%d" % (seed, place), digest_size=8).digest())
    return places if places != sorted(places) else places[::-1]


def _together(deliveries: list[Delivery]) -> Delivery:
    """Return the first delivery with the others as its company."""
    first = deliveries[0]
    all_trouble = [each.trouble for each in deliveries if each.trouble is not None]
    first.trouble = Trouble(
        company=deliveries[1:],
        copies=max(trouble.copies for trouble in all_trouble),
        slower=max(trouble.slower for trouble in all_trouble),
        in_line=True,
    )
    return first


class _Status(Struct):
    recipient_id: str | None = None


class _Message(Struct):
    sender: str | None = msgspec.field(name="from", default=None)


class _Who(Struct):
    statuses: list[_Status] = []
    messages: list[_Message] = []


def _phone_of(event: Event) -> str | None:
    """Return the phone that a status or message is about; None of a notice."""
    if event.kind not in ("status", "message"):
        return None
    who = msgspec.json.decode(event.body, type=_Who)
    if who.statuses:
        return who.statuses[0].recipient_id
    return who.messages[0].sender if who.messages else None
