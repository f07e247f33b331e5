"""What monitors ask: is it connected, how is it doing; and the clean-up that an operator starts.

# spec: on-premises-api.md#1.3, on-premises-api.md#9
"""

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from waypost.api.onprem.callers import Callers
from waypost.api.routing import Request, Response, Route
from waypost.flows.collector import Collector
from waypost.flows.figures import Figures
from waypost.ports import Notice
from waypost.wire import onprem
from waypost.wire.client_notices import messages_collected
from waypost.wire.onprem import monitoring
from waypost.wire.onprem.monitoring import Metric, Sample

_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Monitoring(Struct, frozen=True):
    """The handlers."""

    callers: Callers
    figures: Figures
    collector: Collector
    notice: Notice

    def routes(self) -> list[Route]:
        """Return the paths."""
        return [
            Route("GET", "/v1/health", self.health, "onprem.health"),
            Route("GET", "/v1/stats/app", self.app, "onprem.stats_app"),
            Route("GET", "/v1/stats/app/internal", self.app, "onprem.stats_app_internal"),
            Route("GET", "/v1/stats/db", self.db, "onprem.stats_db"),
            Route("GET", "/v1/stats/db/internal", self.db, "onprem.stats_db_internal"),
            Route("GET", "/v1/metrics", self.metrics, "onprem.metrics"),
            Route("GET", "/v1/support", self.support, "onprem.support"),
            Route("PUT", "/v1/services/message/gc", self.collect, "onprem.gc"),
        ]

    async def health(self, request: Request) -> Response:
        """Say whether the number is connected: the server would not answer otherwise.

        # spec: on-premises-api.md#9.1
        """
        number = self.callers.monitor(request)
        status = "connected" if number.standing.registered else "unregistered"
        shown = monitoring.health(status, shards=number.onprem.shards, seed=number.id)
        return Response(200, onprem.answer(health=shown))

    async def app(self, request: Request) -> Response:
        """Return the figures of callbacks; with `format=prometheus` as text."""
        self.callers.monitor(request)
        return _figures(request, "app", list(_callback_metrics(self.figures)))

    async def db(self, request: Request) -> Response:
        """Return the figures of the store; with `format=prometheus` as text."""
        self.callers.monitor(request)
        return _figures(request, "db", list(_store_metrics(self.figures)))

    async def metrics(self, request: Request) -> Response:
        """Return the figures of requests; with `format=prometheus` as text.

        # spec: on-premises-api.md#9.3
        """
        self.callers.monitor(request)
        metrics = [
            Metric(
                "messages_accepted", "Messages accepted since the start.", "counter", [Sample(self.figures.accepted())]
            )
        ]
        if request.query.get("format") == "prometheus":
            return Response(200, monitoring.as_text(metrics), content_type=_TEXT)
        return Response(200, onprem.answer(metrics=monitoring.as_json(metrics)))

    async def support(self, request: Request) -> Response:
        """Return what support asks for first.

        # spec: on-premises-api.md#9.4
        """
        number = self.callers.admin(request)
        info = {"version": onprem.VERSION, "wa_id": number.digits, "registered": number.standing.registered}
        return Response(200, onprem.answer(support={"debug_info": info}))

    async def collect(self, request: Request) -> Response:
        """Delete the messages that are older than 30 days; each node tells how many it had.

        What is under way stays, and one run deletes at most 20,000.

        # spec: on-premises-api.md#9.6, on-premises-api.md#8 (all messages of one user go through one shard)
        """
        number = self.callers.admin(request)
        shards = number.onprem.shards
        deleted = Counter(int(wa_id) % shards for wa_id in await self.collector.of_number(number.id))
        for shard, node in enumerate(monitoring.coreapps(shards=shards, seed=number.id)):
            await self.notice(number, *messages_collected(deleted[shard], node))
        return Response(200, onprem.answer(services={"message": {"gc": {"status": "processing"}}}))


def _figures(request: Request, name: str, metrics: list[Metric]) -> Response:
    if request.query.get("format") == "prometheus":
        return Response(200, monitoring.as_text(metrics), content_type=_TEXT)
    return Response(200, onprem.answer(stats={name: monitoring.as_json(metrics)}))


def _callback_metrics(figures: Figures) -> Iterator[Metric]:
    """Yield the metrics that monitors of the client knew."""
    yield Metric("callback_queue_size", "Callbacks that wait.", "gauge", [Sample(figures.waiting())])
    for suffix, counts in (("count", figures.callbacks), ("sum", figures.callback_ms)):
        data = [Sample(value, {"type": kind, "result": result}) for (kind, result), value in sorted(counts.items())]
        yield Metric(f"callback_requests_duration_ms_{suffix}", "Duration of callbacks.", "counter", data)


def _store_metrics(figures: Figures) -> Iterator[Metric]:
    """Yield what the client counted of its database; a request is a transaction here.

    # spec: on-premises-api.md#9.2 - its labels are (unconfirmed)
    """
    written = figures.written()
    for suffix, failed, done in (
        ("count", written.failures, written.flushes),
        ("sum", written.failure_us, written.flush_us),
    ):
        counts = {"failure": failed, "success": done}
        data = [Sample(value, {"result": result}) for result, value in counts.items() if value]
        yield Metric(f"db_request_duration_us_{suffix}", "Duration of database requests.", "counter", data)
