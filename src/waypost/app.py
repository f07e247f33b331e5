"""The composition root: settings in, running server out. Nothing else knows which concrete parts are in use."""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec

from waypost import registry
from waypost.api.control.face import ANYWHERE, Operated, Operator, build_control
from waypost.api.control.health import Gauges
from waypost.api.faces import Flows, build_faces
from waypost.api.server import Server
from waypost.flows.accept import Accept, Meters
from waypost.flows.deliver import Deliver
from waypost.flows.directory import Directory
from waypost.flows.first_start import Start, furnish, make_ready
from waypost.flows.login import FailedLogins, Login
from waypost.flows.mark_read import MarkRead
from waypost.flows.media import MediaShelf
from waypost.flows.media_urls import MediaURLs
from waypost.flows.notify import Notify
from waypost.flows.receive import Receive, Recent
from waypost.flows.subscribe import Subscribe, webhook_vet
from waypost.lib import log, tls
from waypost.lib.clock import EPOCH, SystemClock
from waypost.lib.fetch_on_demand import FetcherOnDemand
from waypost.lib.ids import KeyMaker, new_secret
from waypost.lib.images import ImageInspector
from waypost.lib.links import FetchPolicy
from waypost.lib.poster import Poster
from waypost.lib.vetting import SystemResolver
from waypost.model import Delivery, Event, NumberId, Outbound
from waypost.ports import BlobStore, NetworkStore, Records, Store
from waypost.settings import ReadyInfo, Settings
from waypost.upstreams.simulated.faults import Faults
from waypost.upstreams.simulated.network import Network
from waypost.upstreams.simulated.phones import Phones
from waypost.workers.lanes import Bounds, Lanes, Traits
from waypost.workers.rounds import patient, rounds
from waypost.workers.timers import Timers

_log = log.Log("waypost")

# One after another they stay within the 10 s that supervisors give a process before they kill it.
_DRAIN_SECONDS = 4.0  # for requests that are being answered, and a second more for those that are cut off
_LANE_SECONDS = 2.0  # for what is at work in the lanes of either kind; all of it is tried again after the next start
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_MESSAGES_AT_WORK = 256  # per number
_CLOUD_WEBHOOKS_AT_WORK = 64  # per endpoint


class FullStore(Store, Records, NetworkStore, Protocol):
    """One database behind all three ports."""

    @property
    def depth(self) -> int:
        """Operations that wait or are being written."""
        ...

    async def close(self) -> None:
        """Write what waits and let the database go."""
        ...


@dataclass(frozen=True, slots=True)
class Ground:
    """What everything else stands on."""

    settings: Settings
    clock: SystemClock
    timers: Timers
    keys: KeyMaker
    store: FullStore
    blobs: BlobStore
    policy: FetchPolicy
    poster: Poster
    directory: Directory
    own: set[tuple[str, int]]
    urls: MediaURLs
    inspector: ImageInspector


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs."""

    ground: Ground
    network: Network
    receive: Receive
    messages: Lanes[Outbound]
    webhooks: Lanes[Delivery]
    flows: Flows
    counts: Counter[str]
    """What happened since the start, for the metrics."""

    async def run(self) -> None:
        """Run what runs for ever; raises the first bug that ends any of it."""
        network = self.network
        await _first_to_end(
            rounds(network.due, network.advance, self.ground.clock), self.messages.failure(), self.webhooks.failure()
        )


async def serve(settings: Settings, tell: Callable[[ReadyInfo], None]) -> None:
    """Run the server until SIGINT or SIGTERM; `tell` is called once it is ready."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as stack:
        parts, ready = await start(settings, stack)
        tell(ready)
        await _first_to_end(stopped.wait(), parts.run())
        _log.info("server.stopping")


async def start(settings: Settings, stack: AsyncExitStack) -> tuple[Parts, ReadyInfo]:
    """Start every part but the network's loop; `stack` closes them in the reverse order."""
    log.configure(settings.log_level, settings.log_format)
    ground = await _lay_ground(settings, stack)
    parts = _build(ground)
    await ground.directory.load()
    begun = await make_ready(
        _start_of(settings), directory=ground.directory, store=ground.store, receive=parts.receive, keys=ground.keys
    )
    stack.push_async_callback(parts.messages.stop, _LANE_SECONDS)
    stack.push_async_callback(parts.webhooks.stop, _LANE_SECONDS)
    await parts.messages.start()
    await parts.webhooks.start()
    await parts.network.load()
    server, operator = await _listen(parts, stack)
    scheme = "https" if settings.tls else "http"
    base_url = f"{scheme}://{_reachable(settings.host)}:{server.port}"
    ready = ReadyInfo(
        base_url=base_url,
        phone_number_id=settings.number,
        token=begun.token,
        app_secret=begun.number.app_secret,
        admin_token=operator.admin_token,
        console_url=f"{base_url}/_waypost/login?token={operator.login_token}",
    )
    ground.urls.base_url = base_url
    ground.own.update((name, server.port) for name in {settings.host, *_LOOPBACK, *settings.allowed_hosts})
    _log.info("server.ready", base_url=base_url)
    return parts, ready


async def _first_to_end(*work: Awaitable[object]) -> None:
    """Wait for the first to end, end the others, and raise what ended it if that was an error."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _lay_ground(settings: Settings, stack: AsyncExitStack) -> Ground:
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    store_place, media_place = settings.store_place, settings.media_place
    store: FullStore = await registry.load(registry.STORES[store_place.scheme]).open(Path(store_place.location))
    stack.push_async_callback(store.close)
    clock = await _restored_clock(store)
    blobs = registry.load(registry.BLOBS[media_place.scheme])(Path(media_place.location))
    stack.push_async_callback(blobs.aclose)
    # We alone have the store open, so that whatever is unfinished now is what a crash left.
    await blobs.sweep(EPOCH + timedelta(seconds=clock.wall_seconds() + 1))
    own: set[tuple[str, int]] = set()  # filled once the port is known
    policy = FetchPolicy(allow=settings.fetch_allow, max_redirects=settings.max_redirects, own=own)
    directory = Directory(store, clock)
    poster: Poster = registry.load(registry.POSTERS["reqwest"])(
        clock, vet=webhook_vet(directory, policy, SystemResolver())
    )
    stack.push_async_callback(poster.aclose)
    timers = Timers(clock)
    stack.callback(timers.stop)
    keys = KeyMaker(after=await store.highest_key())
    urls = MediaURLs(await _url_secret(store), clock)
    inspector = ImageInspector()
    stack.push_async_callback(inspector.aclose)
    return Ground(settings, clock, timers, keys, store, blobs, policy, poster, directory, own, urls, inspector)


def _build(ground: Ground) -> Parts:
    settings, clock, store = ground.settings, ground.clock, ground.store
    relaxed = settings.rules == "relaxed"
    recent = Recent()
    network = Network(
        store=store,
        phones=Phones(store),
        faults=Faults(),
        clock=clock,
        timers=ground.timers,
        delay_ms=int(1000 * settings.status_delay),
    )
    shelf = MediaShelf(
        store, ground.blobs, FetcherOnDemand(ground.policy), ground.policy, ground.inspector, clock, ground.keys
    )
    notify = Notify(
        store,
        ground.directory,
        ground.poster,
        clock,
        timeout=timedelta(seconds=settings.webhook_timeout_seconds),
        any_2xx=settings.webhook_success == "2xx",
    )
    counts: Counter[str] = Counter()

    async def tell(delivery: Delivery) -> int | None:
        due_ms = await notify(delivery)
        counts["settled" if due_ms is None else "retried"] += 1
        return due_ms

    webhooks = _webhook_lanes(ground, tell)

    def announce(events: Sequence[Event]) -> None:
        for event in events:
            webhooks.offer(Delivery(event, first_ms=clock.now_ms()))

    receive = Receive(store, store, ground.directory, recent, ground.urls, clock, ground.keys, announce)
    network.connect(receive.statuses, receive.message, last_inbound_ms=store.last_inbound_ms, find=store.message)
    deliver = Deliver(store, network, shelf, receive, clock, windows_lifted=relaxed)
    messages = _message_lanes(ground, deliver)

    def enqueue(message: Outbound) -> None:
        counts["accepted"] += 1
        recent.remember(message)
        messages.offer(message)

    flows = Flows(
        accept=Accept(store, ground.directory, shelf, Meters(lifted=relaxed), clock, ground.keys, enqueue),
        mark_read=MarkRead(store, network),
        subscribe=Subscribe(ground.directory, ground.poster, ground.policy),
        shelf=shelf,
        urls=ground.urls,
        directory=ground.directory,
        login=Login(ground.directory, clock, FailedLogins(clock)),
        records=store,
        clock=clock,
        rates_lifted=relaxed,
    )
    return Parts(ground, network, receive, messages, webhooks, flows, counts)


def _message_lanes(ground: Ground, deliver: Deliver) -> Lanes[Outbound]:
    """Return the lanes to the upstream: one for each number and recipient, so that no message overtakes another."""
    return Lanes(
        work=patient(deliver, ground.clock),
        load=ground.store.waiting_messages,  # type: ignore[arg-type]  # a key is an int to the lanes
        traits=Traits(
            key=lambda message: message.key,
            lane=lambda message: (message.number_id, message.wa_id),
            group=lambda message: message.number_id,
            due_ms=lambda message: message.due_ms,
        ),
        bounds=Bounds(active=lambda _: _MESSAGES_AT_WORK),
        timers=ground.timers,
    )


def _webhook_lanes(ground: Ground, notify: Callable[[Delivery], Awaitable[int | None]]) -> Lanes[Delivery]:
    """Return the lanes to the subscribers: one for each message, so that its statuses arrive in order."""

    def at_work(number_id: object) -> int:
        number = ground.directory.number(number_id)  # type: ignore[arg-type]  # the group is the number's id
        if number is None or number.callback_dialect == "cloud":
            return _CLOUD_WEBHOOKS_AT_WORK
        return number.onprem.max_concurrent_requests

    return Lanes(
        work=patient(notify, ground.clock),
        load=ground.store.waiting_deliveries,  # type: ignore[arg-type]  # a key is an int to the lanes
        traits=Traits(
            key=lambda delivery: delivery.event.key,
            lane=lambda delivery: delivery.event.message_key,
            group=lambda delivery: delivery.event.number_id,
            due_ms=lambda delivery: delivery.due_ms,
        ),
        bounds=Bounds(active=at_work),
        timers=ground.timers,
    )


async def _listen(parts: Parts, stack: AsyncExitStack) -> tuple[Server, Operator]:
    """Serve the faces; a request is only ever met by a server that is whole."""
    settings, ground = parts.ground.settings, parts.ground
    operator = Operator(settings.admin_token or new_secret(), new_secret(), settings.admin_password)
    control = build_control(_operated(parts, _operators_poster(ground, stack)), operator)
    server = Server(
        build_faces(parts.flows, control),
        host=settings.host,
        port=settings.port,
        names=settings.allowed_hosts,
        tls=tls.server_context(settings.data, ground.clock) if settings.tls else None,
    )
    await server.start()
    stack.push_async_callback(server.stop, within_seconds=_DRAIN_SECONDS)
    return server, operator


def _operated(parts: Parts, poster: Poster) -> Operated:
    """Return what the control API works on."""
    ground = parts.ground
    store = ground.store
    return Operated(
        store=store,
        records=store,
        network_store=store,
        network=parts.network,
        directory=ground.directory,
        shelf=parts.flows.shelf,
        subscribe=Subscribe(ground.directory, poster, ANYWHERE, trusted=True),
        clock=ground.clock,
        keys=ground.keys,
        again=parts.webhooks.offer,
        reset=partial(_reset, parts),
        is_ready=lambda: True,  # it listens only when it is
        gauges=Gauges(
            store_queue=lambda: store.depth,
            held=lambda: {"messages": parts.messages.held, "webhooks": parts.webhooks.held},
            accepted=lambda: parts.counts["accepted"],
            deliveries=lambda: {outcome: parts.counts[outcome] for outcome in ("settled", "retried")},
        ),
    )


def _operators_poster(ground: Ground, stack: AsyncExitStack) -> Poster:
    """Return what asks the webhooks that the operator sets, wherever they are."""
    poster: Poster = registry.load(registry.POSTERS["reqwest"])(ground.clock)
    stack.push_async_callback(poster.aclose)
    return poster


async def _reset(parts: Parts) -> None:
    """Go back to how everything was after the first start; numbers, tokens and webhooks stay."""
    ground = parts.ground
    parts.messages.forget()
    parts.webhooks.forget()
    parts.network.forget()
    parts.flows.accept.meters.forget()
    await ground.store.reset()
    ground.clock.thaw()
    ground.clock.advance(timedelta(milliseconds=-ground.clock.offset_ms))
    await ground.store.put_state("clock", b"{}")
    await ground.directory.load()
    number = ground.directory.number(NumberId(int(ground.settings.number)))
    if number is not None:
        await furnish(number, directory=ground.directory, store=ground.store, receive=parts.receive, keys=ground.keys)
    await parts.network.load()


async def _restored_clock(records: Records) -> SystemClock:
    """Return platform time where it stood: a jump outlives a restart."""
    saved = await records.get_state("clock")
    moved = msgspec.json.decode(saved) if saved else {}
    return SystemClock(offset_ms=moved.get("offset_ms", 0), frozen_at_ms=moved.get("frozen_at_ms"))


async def _url_secret(records: Records) -> str:
    """Return the key of media URLs, made at the first start."""
    saved = await records.get_state("url_secret")
    if saved is None:
        saved = new_secret().encode("ascii")
        await records.put_state("url_secret", saved)
    return saved.decode("ascii")


def _start_of(settings: Settings) -> Start:
    return Start(
        number_id=NumberId(int(settings.number)),
        token=settings.token,
        app_secret=settings.app_secret,
        callback_dialect=settings.callback_dialect,
        webhook_url=settings.webhook,
    )


def _reachable(host: str) -> str:
    """Return the name under which this machine reaches the server."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared with, not bound to
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
