"""The figures that Prometheus reads: how much waits and since when, how commits go, what became of attempts."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from waypost.ports import Backlog, Waiting, Written

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric


class LaneLoad(Struct, frozen=True):
    """How full the lanes of one kind are."""

    lanes: int
    held: int
    """Jobs in memory."""
    at_work: int


class Gauges(Struct, frozen=True):
    """Where the figures come from; each is called when somebody looks."""

    store_queue: Callable[[], int]
    """Operations that wait for the store or are being written."""
    written: Callable[[], Written]
    backlog: Callable[[], Awaitable[Backlog]]
    lanes: Callable[[], Mapping[str, LaneLoad]]
    """By name: `messages`, `webhooks`, `troubled`."""
    accepted: Callable[[], int]
    """Messages accepted since the start."""
    sends: Callable[[], Mapping[str, int]]
    """Attempts to hand a message to the upstream since the start, by outcome; `unknown` is the ambiguous one."""
    deliveries: Callable[[], Mapping[str, int]]
    """Attempts to deliver to a webhook since the start, by outcome: `settled` (taken or given up), `retried`."""
    lag: Callable[[], tuple[int, float]]
    """How many deliveries were taken since the start, and the seconds from event to taking, together."""
    now_ms: Callable[[], int]
    """Platform time."""


async def exposition(gauges: Gauges) -> tuple[bytes, str]:
    """Return the figures as text, and its media type."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

    registry = CollectorRegistry()
    registry.register(_Families(gauges, await gauges.backlog()))
    return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4


class _Families(Struct, frozen=True):
    """Turns the figures into Prometheus' families."""

    gauges: Gauges
    backlog: Backlog

    def collect(self) -> "Iterator[Metric]":
        """Yield every family."""
        yield from _store(self.gauges)
        yield from _backlog(self.backlog, self.gauges.now_ms())
        yield from _lanes(self.gauges.lanes())
        yield from _outcomes(self.gauges)


def _store(gauges: Gauges) -> "Iterator[Metric]":
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    written = gauges.written()
    yield GaugeMetricFamily("waypost_store_queue", "Operations that wait for the store.", gauges.store_queue())
    yield CounterMetricFamily("waypost_store_flushes", "Transactions that were committed.", written.flushes)
    yield CounterMetricFamily("waypost_store_operations", "Operations written in them.", written.operations)


def _backlog(backlog: Backlog, now_ms: int) -> "Iterator[Metric]":
    from prometheus_client.core import GaugeMetricFamily

    count = GaugeMetricFamily("waypost_waiting", "Rows that wait in the database.", labels=["kind"])
    age = GaugeMetricFamily("waypost_oldest_waiting_seconds", "Age of the first of them.", labels=["kind"])
    for kind, waiting in (("messages", backlog.messages), ("deliveries", backlog.deliveries)):
        count.add_metric([kind], waiting.count)
        age.add_metric([kind], _seconds_since(waiting, now_ms))
    yield from (count, age)
    yield GaugeMetricFamily("waypost_dead_letters", "Deliveries that were given up.", backlog.dead)


def _lanes(loads: Mapping[str, LaneLoad]) -> "Iterator[Metric]":
    from prometheus_client.core import GaugeMetricFamily

    lanes = GaugeMetricFamily("waypost_lanes", "Lanes with something in them.", labels=["lanes"])
    held = GaugeMetricFamily("waypost_lanes_held", "Jobs in memory.", labels=["lanes"])
    at_work = GaugeMetricFamily("waypost_lanes_at_work", "Lanes whose job is being done.", labels=["lanes"])
    for name, load in loads.items():
        lanes.add_metric([name], load.lanes)
        held.add_metric([name], load.held)
        at_work.add_metric([name], load.at_work)
    yield from (lanes, held, at_work)


def _outcomes(gauges: Gauges) -> "Iterator[Metric]":
    from prometheus_client.core import CounterMetricFamily, SummaryMetricFamily

    yield CounterMetricFamily("waypost_messages_accepted", "Messages accepted.", gauges.accepted())
    sends = CounterMetricFamily("waypost_sends", "Attempts to hand a message to the upstream.", labels=["outcome"])
    for outcome, count in gauges.sends().items():
        sends.add_metric([outcome], count)
    tries = CounterMetricFamily("waypost_deliveries", "Attempts to deliver to a webhook.", labels=["outcome"])
    for outcome, count in gauges.deliveries().items():
        tries.add_metric([outcome], count)
    yield from (sends, tries)
    taken, seconds = gauges.lag()
    yield SummaryMetricFamily("waypost_webhook_lag_seconds", "From an event to its webhook's answer.", taken, seconds)


def _seconds_since(waiting: Waiting, now_ms: int) -> float:
    return 0.0 if waiting.since_ms is None else max(0, now_ms - waiting.since_ms) / 1000
