"""What monitors see of a process: its figures; and a worker's own listener for health, readiness and metrics."""

from contextlib import AsyncExitStack

from msgspec import Struct

from waypost.api.control.answers import answer
from waypost.api.control.health import Health
from waypost.api.control.metrics import Gauges, LaneLoad
from waypost.api.mounts import Mount, build_app, render_plainly
from waypost.api.routing import Request, Response, Route, Router
from waypost.api.server import Server
from waypost.app.ownership import Ownership
from waypost.app.parts import Parts
from waypost.lib import log
from waypost.model import Delivery, Outbound
from waypost.ports import StoreDown
from waypost.settings import Settings
from waypost.wire.control.base import HealthView
from waypost.workers.lanes import Lanes

_DRAIN_SECONDS = 0.5

_log = log.Log("waypost")


def gauges_of(parts: Parts) -> Gauges:
    """Return where the metrics of a process come from."""
    store, figures, counts = parts.resources.store, parts.figures, parts.counts
    return Gauges(
        store_queue=lambda: store.depth,
        written=lambda: store.written,
        backlog=store.backlog,
        lanes=lambda: {
            "messages": _load(parts.messages),
            "webhooks": _load(parts.webhooks),
            "troubled": _load(parts.troubled),
        },
        accepted=lambda: counts["accepted"],
        sends=lambda: {outcome: figures.sends[outcome] for outcome in ("sent", "refused", "later", "unknown")},
        deliveries=lambda: {outcome: counts[outcome] for outcome in ("settled", "retried")},
        lag=lambda: (figures.lag["taken"], figures.lag["ms"] / 1000),
        now_ms=parts.resources.clock.now_ms,
    )


class Watch(Struct):
    """What a worker answers to monitors.

    A worker that has lost its session begins anew (`working.py`); in between it is not ready and has no figures.
    """

    health: Health | None = None

    def live(self, parts: Parts, ownership: Ownership) -> None:
        """Answer for new parts: ready once shards were looked for, as long as the database can be written."""
        store = parts.resources.store
        self.health = Health(lambda: ownership.settled.is_set() and store.trouble is None, gauges_of(parts))

    def die(self) -> None:
        """Be not ready: the parts are gone."""
        self.health = None

    async def is_live(self, request: Request) -> Response:
        """Say that the process answers."""
        _ = request
        return answer(HealthView("ok"))

    async def is_ready(self, request: Request) -> Response:
        """Say whether it works: 503 while it waits for the database."""
        return await self.health.ready(request) if self.health else _not_ready()

    async def metrics(self, request: Request) -> Response:
        """Return the figures as Prometheus reads them."""
        try:
            return await self.health.metrics(request) if self.health else _not_ready()
        except StoreDown:
            return _not_ready()


async def watch_worker(settings: Settings, stack: AsyncExitStack) -> Watch:
    """Return what a worker answers, and listen if the settings name a port. Raises OSError if it cannot be had."""
    watch = Watch()
    if settings.worker_port is None:
        return watch
    routes = [
        Route("GET", "/health", watch.is_live, "watch.health"),
        Route("GET", "/ready", watch.is_ready, "watch.ready"),
        Route("GET", "/metrics", watch.metrics, "watch.metrics"),
    ]
    app = build_app([("/", Mount(Router(routes), render_plainly))])
    server = Server(app, host=settings.worker_host, port=settings.worker_port, names=settings.allowed_hosts)
    await server.start()
    stack.push_async_callback(server.stop, within_seconds=_DRAIN_SECONDS)
    _log.info("worker.watched", host=settings.worker_host, port=server.port)
    return watch


def _not_ready() -> Response:
    return answer(HealthView("not ready"), status=503)


def _load(lanes: Lanes[Outbound] | Lanes[Delivery]) -> LaneLoad:
    return LaneLoad(lanes.count, lanes.held, lanes.at_work)
