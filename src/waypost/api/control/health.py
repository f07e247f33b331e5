"""What monitors ask: is it alive, is it ready, how is it doing."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from waypost.api.control.answers import answer
from waypost.api.routing import Request, Response
from waypost.wire.control import HealthView

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric


class Gauges(Struct, frozen=True):
    """Where the figures come from; each is called when somebody looks."""

    store_queue: Callable[[], int]
    """Operations that wait for the store or are being written."""
    held: Callable[[], Mapping[str, int]]
    """Jobs in memory, by lanes: `messages`, `webhooks`."""
    accepted: Callable[[], int]
    """Messages accepted since the start."""
    deliveries: Callable[[], Mapping[str, int]]
    """Attempts to deliver to a webhook since the start, by outcome: `settled` (taken or given up), `retried`."""


class Health(Struct, frozen=True):
    """The handlers; `is_ready` says whether everything that was stored is being worked on."""

    is_ready: Callable[[], bool]
    gauges: Gauges

    async def live(self, request: Request) -> Response:
        """Say that the process answers."""
        _ = request
        return answer(HealthView("ok"))

    async def ready(self, request: Request) -> Response:
        """Say whether requests are being served: 503 while starting or stopping."""
        _ = request
        return answer(HealthView("ok")) if self.is_ready() else answer(HealthView("not ready"), status=503)

    async def metrics(self, request: Request) -> Response:
        """Return the figures as Prometheus reads them."""
        _ = request
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

        registry = CollectorRegistry()
        registry.register(_Figures(self.gauges))
        return Response(200, generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Figures(Struct, frozen=True):
    """Turns the gauges into Prometheus' families."""

    gauges: Gauges

    def collect(self) -> "Iterator[Metric]":
        """Yield every family, read just now."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        yield GaugeMetricFamily(
            "waypost_store_queue", "Operations that wait for the store.", value=self.gauges.store_queue()
        )
        held = GaugeMetricFamily("waypost_lanes_held", "Jobs in memory.", labels=["lanes"])
        for name, count in self.gauges.held().items():
            held.add_metric([name], count)
        yield held
        yield CounterMetricFamily("waypost_messages_accepted", "Messages accepted.", value=self.gauges.accepted())
        done = CounterMetricFamily("waypost_deliveries", "Attempts to deliver to a webhook.", labels=["outcome"])
        for outcome, count in self.gauges.deliveries().items():
            done.add_metric([outcome], count)
        yield done
